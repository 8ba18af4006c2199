from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.localcloud.ci.lab import Lab, lab_in


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with lab_in(tmp_path / "cloud") as lab:
        yield lab
