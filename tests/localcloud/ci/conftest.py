from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.localcloud.ci.busy import Busy, kept_busy
from tests.localcloud.ci.lab import Lab, lab_in
from tests.localcloud.ci.wire import Wire, serving


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with lab_in(tmp_path / "cloud") as lab:
        yield lab


@pytest.fixture
def busy(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Iterator[Busy]:
    with kept_busy(lab, monkeypatch) as busy:
        yield busy
    lab.ci.stop()


@pytest.fixture
def wire(lab: Lab) -> Iterator[Wire]:
    with serving(lab) as wire:
        yield wire
