"""Who is compared: the app from its bundle, the same requests through the vendor's SDK, and two floors.

One floor is built on the app's own packages, the other on the standard library. All are run by the same interpreter,
in the same kind of process, and are told the same events.
"""

import functools
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from benchmarks.scene import ROOT, Event, context
from localcloud.scf.instance import Instance
from localcloud.scf.interpreter import Interpreter
from tools.package.build import build
from tools.package.bytecode import find_python310
from tools.package.wheels import fetch

Door = Literal["submit", "callback", "reconcile"]
Name = Literal["app", "sdk", "packages", "floor"]

BUILT = ROOT / "build" / "bench"
PEERS = ROOT / "benchmarks" / "peers"
PEER_NAMES: tuple[Name, ...] = ("sdk", "packages", "floor")
SDK = ("cos-python-sdk-v5", "xmltodict")
MEMORY = 1 << 30  # bytes; nobody comes near
SECONDS = 60.0


class NoPython310(Exception):
    """The bundle is for CPython 3.10, and there is none."""


@dataclass(frozen=True)
class Contender:
    """One of them: what runs it, and the folder and the handlers that the platform would be told."""

    name: Name
    interpreter: Interpreter
    code: Path
    handlers: dict[str, str]

    def start(self, door: Door, environment: dict[str, str]) -> "Process":
        """Start a process, and return without waiting for it."""
        surroundings = {
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(self.code),
            "PYTHONDONTWRITEBYTECODE": "x",
            "LANG": "C.UTF-8",
            **environment,
        }
        return Process(Instance(self.interpreter, self.handlers[door], self.code, surroundings))


class Failed(Exception):
    """A handler did not do its work, so its time means nothing."""


@dataclass(frozen=True)
class Process:
    """An instance: one event at a time, as in SCF."""

    instance: Instance

    def load(self) -> None:
        """Wait until the handler is imported. Raises Failed."""
        self._read(self.instance.exchange(b"", _ignore, seconds=SECONDS, most_memory=MEMORY).answer)

    def invoke(self, event: Event, request_id: str = "bench") -> Any:
        """Return the result of one event. Raises Failed."""
        request = {"event": event, "context": context(request_id), "environment": {}}
        line = json.dumps(request).encode() + b"\n"
        return self._read(self.instance.exchange(line, _ignore, seconds=SECONDS, most_memory=MEMORY).answer)

    def processor_seconds(self) -> float:
        """Return the time that all its threads have spent on a processor so far (Linux: proc(5), schedstat)."""
        tasks = Path(f"/proc/{self.instance.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def resident_bytes(self) -> int:
        """Return how much memory it has now."""
        status = Path(f"/proc/{self.instance.pid}/status").read_text(encoding="ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) * 1024

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, *_: object) -> None:
        self.instance.close()

    @staticmethod
    def _read(answer: bytes) -> Any:
        told = json.loads(answer)
        if "value" not in told:
            raise Failed(next(iter(told.values())))
        value = told["value"]
        if isinstance(value, dict) and value.get("statusCode", 200) != 200:
            raise Failed(value["body"])
        if isinstance(value, dict) and any(each["result"] != "submitted" for each in value.get("records", ())):
            raise Failed(json.dumps(value))
        return value


def _ignore(_output: bytes) -> None:
    return


@dataclass(frozen=True)
class Contenders:
    """All of them, and how large the app's bundle is, in bytes; 0 when it is not run from one."""

    app: Contender
    sdk: Contender
    packages: Contender
    floor: Contender
    bundle_bytes: int = 0

    def __iter__(self) -> Iterator[Contender]:
        return iter((self.app, self.sdk, self.packages, self.floor))


def _peer(name: Name, interpreter: Interpreter, code: Path) -> Contender:
    module = f"benchmarks/peers/{name}"
    return Contender(name, interpreter, code, {"submit": f"{module}.submit", "callback": f"{module}.callback"})


def from_sources() -> Contenders:
    """Return them run from this checkout by this Python: quick to have, and no figure to quote."""
    here = Interpreter(Path(sys.executable))
    doors = {door: f"{door}.main_handler" for door in ("submit", "callback", "reconcile")}
    sdk, packages, floor = (_peer(name, here, ROOT) for name in PEER_NAMES)
    return Contenders(Contender("app", here, ROOT / "src", doors), sdk, packages, floor)


def from_bundle(folder: Path, *, bytecode: bool = True) -> Contenders:
    """Build what is deployed, install the SDK beside its peer, and run all by CPython 3.10 with nothing else to import.

    `folder` keeps what is built. Raises NoPython310, PackagingError.
    """
    python310 = find_python310()
    if python310 is None:
        raise NoPython310("The bundle is for CPython 3.10. Install one, or name it: PYTHON310=/path make bench")
    fetch()
    bundle = build(folder / "app", python310 if bytecode else None)
    for name in PEER_NAMES:
        shutil.rmtree(folder / name, ignore_errors=True)
        shutil.copytree(PEERS, folder / name / "benchmarks" / "peers", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(_installed_sdk(python310), folder / "sdk", dirs_exist_ok=True)
    shutil.copytree(bundle.tree, folder / "packages", dirs_exist_ok=True)
    if bytecode:
        for name in PEER_NAMES:
            _compile(python310, folder / name)
    there = Interpreter(python310, bare=True)
    doors = {door: f"{door}.main_handler" for door in ("submit", "callback", "reconcile")}
    sdk, packages, floor = (_peer(name, there, folder / name) for name in PEER_NAMES)
    app = Contender("app", there, bundle.tree, doors)
    return Contenders(app, sdk, packages, floor, bundle.archive.stat().st_size)


def contenders(*, quick: bool) -> Contenders:
    """Return them as the sizes of a run ask for. Raises NoPython310, PackagingError."""
    return from_sources() if quick else from_bundle(BUILT / "with-byte-code")


def _compile(python310: Path, code: Path) -> None:
    """Compile as the bundle is compiled."""
    how = ["-q", "--invalidation-mode", "unchecked-hash"]
    command = [str(python310), "-S", "-m", "compileall", *how, str(code)]
    subprocess.run(command, check=True)  # noqa: S603 - the words are this file's


@functools.cache
def _installed_sdk(python310: Path) -> Path:
    """Return a folder with the SDK for that Python, from PyPI, in the versions of constraints.txt."""
    folder = BUILT / "sdk-of-pypi"
    pinned = ROOT / "constraints.txt"
    note = folder / "constraints.txt"
    if not note.is_file() or note.read_bytes() != pinned.read_bytes():
        shutil.rmtree(folder, ignore_errors=True)
        quiet = ["--quiet", "--disable-pip-version-check", "--root-user-action=ignore", "--no-compile"]
        command = [sys.executable, "-m", "pip", "--python", str(python310), "install", *quiet]
        subprocess.run([*command, "--target", str(folder), "-c", str(pinned), *SDK], check=True)  # noqa: S603 - ours
        shutil.copyfile(pinned, note)
    return folder
