"""The pytest plugin: `localcloud` is a fresh cloud for each test.

    def test_upload(localcloud: LocalCloud) -> None:
        localcloud.cos.create_bucket("media-1250000000", "ap-guangzhou")

Override `localcloud_options` in a conftest, a module or a class to have another kind of cloud there.
"""

from collections.abc import Iterator

import pytest

from localcloud.cloud import LocalCloud
from localcloud.options import DEFAULTS, Options


@pytest.fixture
def localcloud_options() -> Options:
    """Return how the clouds of `localcloud` are to be."""
    return DEFAULTS


@pytest.fixture
def localcloud(localcloud_options: Options) -> Iterator[LocalCloud]:
    """Run a fresh local cloud on a free port for as long as the test."""
    with LocalCloud(localcloud_options) as cloud:
        yield cloud
