from collections.abc import Iterator

import pytest

from tests.localcloud.cos_server import CosServer, serving_cos, with_new_bucket


@pytest.fixture(scope="package")
def cos_server_of_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CosServer]:
    with serving_cos(tmp_path_factory.mktemp("cos")) as server:
        yield server


@pytest.fixture
def cos_server(cos_server_of_all: CosServer) -> CosServer:
    """Return a running COS with a bucket of the test's own."""
    return with_new_bucket(cos_server_of_all)
