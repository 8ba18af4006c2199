"""The vendor's SDK against what does not answer, answers late, and refuses the key; else the local cloud."""

import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest

from localcloud.faults import Delay, Refuse, Requests
from tests.voicesep.site import REGION, Site
from voice_separation.errors import Unreachable
from voice_separation.tencent.credentials import Credentials
from voicesep.tencent.client import ApiKeyRefused, ApiRefused, Connection
from voicesep.tencent.scf import ScfApi

API = Requests(service="api")


@pytest.fixture
def connection(site: Site) -> Connection:
    key = site.cloud.credentials
    return Connection(Credentials(key.access_key_id, key.secret_key), REGION, site.cloud.endpoint)


@pytest.fixture
def silence() -> Iterator[str]:
    """Return the address of what takes every connection, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_service_that_says_nothing_is_not_waited_for(silence: str) -> None:
    connection = Connection(Credentials("AKIDany", "any"), REGION, silence, answer_seconds=0.2)
    with pytest.raises(Unreachable):
        ScfApi(connection).function("any")


def test_a_read_may_take_ten_seconds() -> None:
    profile = Connection(Credentials("AKIDany", "any"), REGION).profile("scf")
    assert profile.httpProfile.reqTimeout == 10


def test_a_function_that_is_called_may_take_longer_than_a_read(site: Site, connection: Connection) -> None:
    api = ScfApi(replace(connection, answer_seconds=0.3))
    site.cloud.faults.add(Delay(1.0), API)
    with pytest.raises(Unreachable):
        api.function("voice-dev-separation-callback")
    called = api.invoke("voice-dev-separation-callback", '{"httpMethod": "GET", "path": "/"}')
    assert called.value["statusCode"] == 405


def test_a_key_with_another_secret_is_refused_with_what_to_check(connection: Connection) -> None:
    wrong = Credentials(connection.credentials.secret_id, "another-secret")
    with pytest.raises(ApiKeyRefused) as refused:
        ScfApi(replace(connection, credentials=wrong)).function_names()
    assert "check that id, secret and token are of one key" in str(refused.value)
    assert "another-secret" not in str(refused.value)


@pytest.mark.parametrize(
    "code", ["UnauthorizedOperation", "UnauthorizedOperation.CAM", "AuthFailure.UnauthorizedOperation"]
)
def test_what_cam_does_not_allow_says_nothing_against_the_key(site: Site, connection: Connection, code: str) -> None:
    site.cloud.faults.add(Refuse(200, code), API)
    with pytest.raises(ApiRefused) as refused:
        ScfApi(connection).function_names()
    assert refused.value.is_denied
    assert not isinstance(refused.value, ApiKeyRefused)
