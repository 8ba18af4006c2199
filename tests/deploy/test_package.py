"""The bundle: what `make package` builds, and the whole app run from it the way SCF would."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from localcloud import Options
from localcloud.clock import system_clock
from localcloud.ssm.models import Value
from tests.beginning import let_it_have_begun
from tests.deploy.upload import uploaded
from tests.deploy.walk import plain_environment
from tests.programs import how_to_install
from tests.support import ROOT, SAMPLE
from tools.package.__main__ import tell
from tools.package.build import Bundle, build
from tools.package.bytecode import find_python310
from tools.package.contents import DOORS, SOURCES
from tools.package.errors import BundleTooLarge, WheelsUnavailable
from voicesep.local import LocalApp

PYTHON310 = find_python310()
needs_python310 = pytest.mark.skipif(
    PYTHON310 is None,
    reason="there is no CPython 3.10 here, so the bundle was built without byte-code and not run; set PYTHON310, or "
    f"install one. {how_to_install('python3.10')}",
)
MIB = 1 << 20
AN_HOUR = timedelta(hours=1)
MAGIC_OF_310 = (3439).to_bytes(2, "little") + b"\r\n"
UNCHECKED = (0b01).to_bytes(4, "little")  # PEP 552: has a hash of its source, which nobody compares
LOADED = re.compile(r"^# (?:code object from|extension module '[^']*' loaded from) '?([^']+)'?$")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return build(tmp_path_factory.mktemp("built"), PYTHON310)


def files(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def python310(code: str, bundle: Bundle) -> str:
    """Run code with the modules of the bundle and of the standard library."""
    assert PYTHON310
    done = subprocess.run(
        [PYTHON310, "-S", "-B", "-W", "error", "-c", code],
        env={"PYTHONPATH": str(bundle.tree)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


BUILD = """
import pathlib, sys
from tools.package.build import build
build(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]) if sys.argv[2:] else None)
"""


def test_whoever_builds_it_wherever_and_whenever_the_zip_has_the_same_bytes(bundle: Bundle, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    subprocess.run(
        [sys.executable, "-c", BUILD, elsewhere, *filter(None, [PYTHON310])],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"},
        umask=0o077,
        check=True,
    )
    theirs, ours = files(elsewhere / "package"), files(bundle.tree)
    assert {name for name in {*theirs, *ours} if theirs.get(name) != ours.get(name)} == set()
    assert (elsewhere / "voice-separation.zip").read_bytes() == bundle.archive.read_bytes()


def test_the_zip_is_small(bundle: Bundle) -> None:
    assert bundle.archive.stat().st_size < 6 * MIB


def test_the_doors_lie_at_the_root_unchanged(bundle: Bundle) -> None:
    for door in DOORS:
        assert (bundle.tree / f"{door}.py").read_bytes() == (SOURCES / f"{door}.py").read_bytes()


def test_what_the_doors_cannot_reach_is_left_out(bundle: Bundle) -> None:
    names = set(files(bundle.tree))
    assert "voice_separation/submission.py" in names
    assert not {"voice_separation/rebuilding.py", "voice_separation/tencent/ci_management.py"} & names
    assert not {"pydantic/mypy.py", "pydantic/generics.py", "certifi/__main__.py"} & names
    assert not [name for name in names if re.search(r"\.dist-info/|/tests?/|\.pyi$|py\.typed$|^bin/", name)]


def test_every_dependency_brings_its_licence(bundle: Bundle) -> None:
    named = {folder.name.replace("-", "_").lower() for folder in (bundle.tree / "licenses").iterdir()}
    packages = {path.name.partition(".")[0] for path in bundle.tree.iterdir()} - {"__pycache__", "licenses", *DOORS}
    assert packages - {"tencentcloud"} <= named
    assert all(text.strip() for text in files(bundle.tree / "licenses").values())


def test_over_the_limit_nothing_is_built_and_what_was_there_stays(tmp_path: Path) -> None:
    earlier = tmp_path / "voice-separation.zip"
    earlier.write_bytes(b"built before")
    with pytest.raises(BundleTooLarge, match=r"over the limit of 1\.00 MiB"):
        build(tmp_path, None, limit=MIB)
    assert files(tmp_path) == {"voice-separation.zip": b"built before"}


def test_without_the_wheels_it_says_how_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(WheelsUnavailable, match="make setup"):
        build(tmp_path / "built", None, wheels=tmp_path / "nothing")


def test_without_python_310_there_is_no_byte_code_and_that_is_said_loudly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    without = build(tmp_path, None)
    assert not [name for name in files(without.tree) if name.endswith(".pyc")]
    tell(without, None)
    told = capsys.readouterr()
    assert "byte-code: NONE" in told.out
    assert "WARNING" in told.err
    assert "PYTHON310=" in told.err


def test_the_table_tells_every_package_and_the_size_of_the_zip(
    bundle: Bundle, capsys: pytest.CaptureFixture[str]
) -> None:
    tell(bundle, PYTHON310)
    rows = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert {"pydantic", "urllib3", "voice_separation", "submit", "licenses"} <= set(rows)
    assert f"{bundle.archive.stat().st_size / 1024:,.1f} KiB" in rows["voice-separation.zip"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What `make package` needs of this project, with the environment and the wheels that are here already."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in ("Makefile", "LICENSE", "requirements.txt", "serverless.yml"):
        shutil.copy(ROOT / name, folder)
    for name in ("src", "tools"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / ".venv").symlink_to(sys.prefix)
    shutil.copytree(ROOT / "build" / "wheels", folder / "build" / "wheels", copy_function=shutil.copyfile)
    (folder / ".env").write_text("CALLBACK_SECRETS=not-to-be-uploaded\n")
    return folder


def test_what_the_command_line_uploads_for_serverless_yml_is_the_bundle(
    bundle: Bundle, checkout: Path, node: str
) -> None:
    environment = plain_environment(**({"PYTHON310": str(PYTHON310)} if PYTHON310 else {}))
    assert uploaded(checkout, environment, node) == files(bundle.tree)


@needs_python310
def test_every_module_has_byte_code_that_is_taken_without_a_look_at_its_source(bundle: Bundle) -> None:
    found = files(bundle.tree)
    sources = {name for name in found if name.endswith(".py")}
    compiled = {name: content for name, content in found.items() if name.endswith(".pyc")}
    assert {re.sub(r"__pycache__/(\w+)\.cpython-310\.pyc$", r"\1.py", name) for name in compiled} == sources
    assert {content[:4] for content in compiled.values()} == {MAGIC_OF_310}
    assert {content[4:8] for content in compiled.values()} == {UNCHECKED}


@needs_python310
def test_byte_code_names_files_as_they_lie_in_scf(bundle: Bundle) -> None:
    compiled = bundle.tree / "__pycache__" / "submit.cpython-310.pyc"
    code = f"import marshal; print(marshal.loads(open({str(compiled)!r}, 'rb').read()[16:]).co_filename)"
    assert python310(code, bundle) == "/var/user/submit.py\n"


@needs_python310
def test_every_import_of_the_app_even_a_late_one_is_served(bundle: Bundle) -> None:
    sources = [SOURCES / f"{door}.py" for door in DOORS] + sorted(bundle.tree.glob("voice_separation/**/*.py"))
    nodes = [node for source in sources for node in ast.walk(ast.parse(source.read_bytes()))]
    imports = {ast.unparse(node) for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)}
    python310("\n".join(sorted(imports)), bundle)


@needs_python310
def test_the_certificates_are_there(bundle: Bundle) -> None:
    code = "import certifi, ssl; print(len(ssl.create_default_context(cafile=certifi.where()).get_ca_certs()))"
    assert int(python310(code, bundle)) > 100


@pytest.fixture
def app(bundle: Bundle, tmp_path: Path) -> Iterator[LocalApp]:
    """The app of serverless.yml, run from the zip by Python 3.10, which writes down what it loads.

    The cloud's clock is late, so that uploads look old enough for the audit to miss their events.
    """
    declared = (ROOT / "serverless.yml").read_text()
    watched, changes = re.subn(r"( *- \{ key: )LOG_LEVEL,.*\n", r"\g<0>\1PYTHONVERBOSE, value: '1' }\n", declared)
    assert changes == 1
    (tmp_path / "serverless.yml").write_text(watched)
    assert PYTHON310
    options = Options(bundle=bundle.archive, python=PYTHON310, clock=lambda: system_clock() - AN_HOUR)
    settings = {"PENDING_GRACE_SECONDS": "0", "CALLBACK_SECRETS": "ssm:callback"}
    with LocalApp(tmp_path, settings, ignore_logs, options) as app:
        app.cloud.ssm.create(app.bucket.region, "callback", Value(text="0123456789abcdef" * 4))
        app.deploy()
        let_it_have_begun(app.cloud, app.bucket.name, options.clock())
        yield app


def ignore_logs(_function: str, _request_id: str, _line: str) -> None:
    return


def finish(app: LocalApp) -> None:
    assert app.cloud.wait_until_idle(60)


def fire(app: LocalApp, *timers: str) -> None:
    for timer in timers:
        app.cloud.scf.fire_timer(timer)
        finish(app)


def published_index(app: LocalApp) -> Any:
    return json.loads(app.cloud.cos.get(app.bucket.name, "index/index.json").path.read_bytes())


def loaded(app: LocalApp, door: str) -> set[Path]:
    """The files that an instance of a door got code from."""
    records = [record.result for record in app.cloud.scf.invocations if record.result.function_name.endswith(door)]
    matches = [LOADED.match(line) for result in records for line in result.logs]
    return {Path(match[1]) for match in matches if match}


@needs_python310
def test_all_doors_run_from_it_with_nothing_but_python_310_and_its_library(app: LocalApp, bundle: Bundle) -> None:
    app.upload(SAMPLE, "incoming/reported.mp3")
    finish(app)
    app.cloud.faults.events.ci.lose(1.0)
    app.upload(SAMPLE, "incoming/unreported.mp3")
    finish(app)
    app.cloud.faults.events.cos.lose(1.0)
    app.upload(SAMPLE, "incoming/unnoticed.mp3")
    fire(app, "daily-audit", "every-minute", "every-minute")

    assert {record.outcome for record in app.cloud.scf.invocations} == {"succeeded"}
    assert published_index(app)["counts"] == {"Success": 3}
    library = Path(python310("import os; print(os.__file__)", bundle).strip()).parent
    unpacked = code_folder(app)
    for door in DOORS:
        places = loaded(app, door)
        inside = {path.relative_to(unpacked).as_posix() for path in places if path.is_relative_to(unpacked)}
        outside = {path for path in places if not path.is_relative_to(unpacked)}
        assert f"__pycache__/{door}.cpython-310.pyc" in inside
        assert "tencentcloud/ssm/v20190923/__pycache__/ssm_client.cpython-310.pyc" in inside, (
            "late, yet from the bundle"
        )
        assert {path for path in inside if not path.endswith((".pyc", ".so"))} == set(), "compiled at a cold start"
        assert inside <= set(files(bundle.tree))
        assert {path for path in outside if not path.is_relative_to(library) or "site-packages" in path.parts} == set()
    assert files(unpacked) == files(bundle.tree), "something was written at run time"


def code_folder(app: LocalApp) -> Path:
    """The folder that the zip was unpacked into."""
    (folder,) = {path.parents[1] for path in loaded(app, "submit") if path.name == "submit.cpython-310.pyc"}
    return folder
