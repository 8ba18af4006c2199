"""How long a function takes from the start of its process to the end of its first event.

    python -m benchmarks.cold_start [--quick]

All contenders are started in turn, round by round, so that whatever else the machine does falls on all of them. Their
requests go to the stub, which answers at once with what localcloud has answered; its own time is in every figure.
"""

import subprocess
import time
from dataclasses import dataclass

from benchmarks.contenders import BUILT, PEER_NAMES, Contender, Contenders, Door, Name, contenders, from_bundle
from benchmarks.figures import Figures
from benchmarks.plots import Bars
from benchmarks.report import Section, Table, Target
from benchmarks.scene import Event, Scene, scene, uploaded
from benchmarks.stub_cloud import StubCloud, stub_cloud
from benchmarks.topic import Sizes, run_alone

KEY = "incoming/talk.mp3"
TIMER: Event = {"Type": "Timer", "TriggerName": "every-minute", "Message": "reconcile"}
MIB = 1 << 20
NAMES: tuple[Name, ...] = ("app", *PEER_NAMES)
DOORS: tuple[Door, ...] = ("submit", "callback")  # those that have peers
BOUNDS: tuple[tuple[Name, float], ...] = (("sdk", 0.60), ("floor", 1.6))  # the app's time, of theirs

# What each start of the app has to import, whatever it does then.
LIBRARIES = {
    "Python alone": "pass",
    "http.client, json, hmac": "import http.client, json, hmac, hashlib, urllib.parse",
    "urllib3": "import urllib3",
    "pydantic and one model": "import pydantic\nclass Model(pydantic.BaseModel):\n    field: int = 0",
    "pydantic and urllib3": "import urllib3, pydantic\nclass Model(pydantic.BaseModel):\n    field: int = 0",
    "app: submit": "import submit",
    "app: callback": "import callback",
    "app: reconcile": "import reconcile",
}
CERTIFICATES = """
import certifi, ssl, time
begun = time.perf_counter()
ssl.create_default_context(cafile=certifi.where())
print(time.perf_counter() - begun)
"""


@dataclass(frozen=True)
class Start:
    """Starts of one contender; seconds until the handler was imported, until the event was done, and of processor."""

    door: Door
    name: Name
    bytecode: bool
    loaded: Figures
    done: Figures
    processor: Figures


@dataclass(frozen=True)
class Imported:
    """What a process takes that imports something and ends, in seconds."""

    what: str
    seconds: Figures


@dataclass(frozen=True)
class Results:
    """What was measured; `certificates` is how long it takes to read them, in seconds."""

    starts: tuple[Start, ...]
    imports: tuple[Imported, ...]
    certificates: Figures
    bundle_bytes: int

    def of(self, door: Door, name: Name, *, bytecode: bool = True) -> Figures:
        """Return the seconds until the first event was done."""
        return next(s.done for s in self.starts if (s.door, s.name, s.bytecode) == (door, name, bytecode))

    def ratio(self, door: Door, peer: Name, of: Name = "app") -> float:
        """Return how many times a peer's time the app takes, or another peer."""
        return self.of(door, of).ratio(self.of(door, peer))


@dataclass(frozen=True)
class _Once:
    loaded: float
    done: float
    processor: float


def measure(sizes: Sizes) -> Results:
    """Measure with byte-code, then without."""
    compiled = contenders(quick=sizes.quick)
    with scene() as cloud, stub_cloud(cloud.port) as stub:
        starts = _starts(compiled, cloud, stub, rounds=sizes.pick(30, 2), bytecode=True)
        if not sizes.quick:
            plain = from_bundle(BUILT / "without-byte-code", bytecode=False)
            starts += _starts(plain, cloud, stub, rounds=8, bytecode=False)
    times = sizes.pick(15, 2)
    imports = tuple(Imported(what, _import_seconds(compiled.app, code, times)) for what, code in LIBRARIES.items())
    certificates = Figures.of(float(_output(compiled.app, CERTIFICATES)) for _ in range(times))
    return Results(tuple(starts), imports, certificates, compiled.bundle_bytes)


def events(contenders: Contenders, cloud: Scene, stub: StubCloud) -> dict[Door, Event]:
    """Have one upload submitted through the stub, which learns the answers; return the event for each door."""
    cloud.upload(KEY)
    submitted = uploaded(KEY)
    with contenders.app.start("submit", cloud.environment(stub.endpoint)) as process:
        process.load()
        process.invoke(submitted)
    return {"submit": submitted, "callback": cloud.notifications.about(KEY), "reconcile": TIMER}


def _starts(contenders: Contenders, cloud: Scene, stub: StubCloud, *, rounds: int, bytecode: bool) -> list[Start]:
    environment = cloud.environment(stub.endpoint)
    found = []
    for door, event in events(contenders, cloud, stub).items():
        able = [each for each in contenders if door in each.handlers]
        for each in able:
            _start_once(each, door, environment, event)  # what the disk has to give is in memory from here on
        by_name: dict[Name, list[_Once]] = {each.name: [] for each in able}
        for _ in range(rounds):
            for each in able:
                by_name[each.name].append(_start_once(each, door, environment, event))
        for name, many in by_name.items():
            loaded, done = Figures.of(one.loaded for one in many), Figures.of(one.done for one in many)
            processor = Figures.of(one.processor for one in many)
            found.append(Start(door, name, bytecode, loaded, done, processor))
    return found


def _start_once(contender: Contender, door: Door, environment: dict[str, str], event: Event) -> _Once:
    begun = time.perf_counter()
    with contender.start(door, environment) as process:
        process.load()
        loaded = time.perf_counter() - begun
        process.invoke(event)
        return _Once(loaded, time.perf_counter() - begun, process.processor_seconds())


def _import_seconds(contender: Contender, code: str, times: int) -> Figures:
    def once() -> float:
        begun = time.perf_counter()
        _output(contender, code)
        return time.perf_counter() - begun

    return Figures.of(once() for _ in range(times))


def _output(contender: Contender, code: str) -> str:
    python = contender.interpreter
    command = [str(python.path), *(["-S"] if python.bare else []), "-B", "-c", code]
    environment = {"PYTHONPATH": str(contender.code)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout  # noqa: S603


def section(results: Results) -> Section:
    """Return what the page says."""
    rows = [
        (
            f"{start.door}, {start.name}" + ("" if start.bytecode else ", without byte-code"),
            start.loaded.told(1000),
            start.done.told(1000),
            start.processor.told(1000),
            f"{start.done.ratio(results.of(start.door, 'app', bytecode=start.bytecode)):.2f}",
        )
        for start in results.starts
    ]
    starts = Table(
        ("door, contender", "imported, ms", "first event done, ms", "processor, ms", "of the app's"), tuple(rows)
    )
    imports = Table(
        ("a process that imports", "ms"), tuple((each.what, each.seconds.told(1000)) for each in results.imports)
    )
    targets = [
        Target(
            f"cold {door}, of the {peer}'s time",
            bound,
            results.ratio(door, peer),
            packages=results.ratio(door, peer, "packages"),
        )
        for door in DOORS
        for peer, bound in BOUNDS
    ]
    if results.bundle_bytes:
        targets.append(Target("bundle, MiB zipped", 6, results.bundle_bytes / MIB))
    plot = Bars(
        "cold-start",
        "From the start of the process to the end of the first event",
        "ms, median",
        DOORS,
        {name: [1000 * results.of(door, name).median for door in DOORS] for name in NAMES},
    )
    return Section("cold_start", "Cold start", _text(results), (starts, imports), tuple(targets), (plot,))


def _text(results: Results) -> str:
    return f"""\
From the start of a process to the end of its first event, in localcloud's own kind of instance, with the bundle as
`make package` builds it. The files are in the machine's memory; a platform adds what it takes to fetch them. Requests
are plain HTTP to the stub. TLS would cost every contender the reading of the certificates besides, which takes
{results.certificates.told(1000)} ms; the app reads them once for all its connections. `reconcile` has no peer: its
first event is a whole minute's work."""


if __name__ == "__main__":
    run_alone(measure, section)
