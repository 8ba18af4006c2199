"""Fixtures that tests of more than one room share."""

from collections.abc import Iterator

import pytest

from localcloud import LocalCloud


@pytest.fixture
def cloud() -> Iterator[LocalCloud]:
    """A fresh local cloud on a free port."""
    with LocalCloud() as cloud:
        yield cloud
