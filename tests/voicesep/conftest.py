from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.voicesep.site import Found, Site, founding

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
