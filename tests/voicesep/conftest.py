from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud import LocalCloud
from tests.voice_separation.conftest import BUCKET, Workbench
from tests.voicesep.site import Found, Site, founding
from tests.voicesep.terminal import Terminal, told_of
from voicesep import app, ci_bucket, where
from voicesep.running import announced

KEYS = ("TENCENTCLOUD_SECRETID", "TENCENTCLOUD_SECRETKEY", "TENCENTCLOUD_SESSIONTOKEN")


@pytest.fixture
def new_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Found]:
    """Return what founds sites, whose key stands in `.env` only."""
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)
    yield from founding(tmp_path)


@pytest.fixture
def site(new_site: Found) -> Site:
    return new_site()


@pytest.fixture
def bench(cloud: LocalCloud) -> Workbench:
    cloud.cos.create_bucket(BUCKET.name, BUCKET.region)
    return Workbench(cloud)


@pytest.fixture
def empty_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which commands keep and find their state, and no key of the person who runs the tests."""
    for module in (app, ci_bucket, where):
        monkeypatch.setattr(module, "find_project", lambda: tmp_path)
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def terminal(empty_project: Path, bench: Workbench) -> Iterator[Terminal]:
    with announced(empty_project, told_of(bench.cloud)):
        yield Terminal(empty_project, bench)
