from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from localcloud import LocalCloud, Options
from tests.localcloud.cloud_lab import BUCKET, CloudLab
from tests.localcloud.cos_server import CosServer, serving_cos, with_new_bucket
from tests.localcloud.scf.lab import REGION


@pytest.fixture(scope="package")
def cos_server_of_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CosServer]:
    with serving_cos(tmp_path_factory.mktemp("cos")) as server:
        yield server


@pytest.fixture
def cos_server(cos_server_of_all: CosServer) -> CosServer:
    """Return a running COS with a bucket of the test's own."""
    return with_new_bucket(cos_server_of_all)


@pytest.fixture
def new_cloud_lab(tmp_path: Path) -> Iterator[Callable[..., CloudLab]]:
    """Return what makes local clouds with a bucket, that stop when the test ends."""
    with ExitStack() as running:

        def make(**options: Any) -> CloudLab:
            cloud = running.enter_context(LocalCloud(Options(**options)))
            cloud.cos.create_bucket(BUCKET, REGION)
            code = tmp_path / f"code-of-{cloud.endpoint.rpartition(':')[2]}"
            code.mkdir()
            return CloudLab(cloud, code)

        yield make


@pytest.fixture
def cloud_lab(new_cloud_lab: Callable[..., CloudLab]) -> CloudLab:
    return new_cloud_lab()
