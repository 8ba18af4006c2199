import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.errors import CloudError
from localcloud.target import resolve_target


def scope(raw_path: bytes, host: bytes = b"sent.example", method: str = "GET") -> dict[str, object]:
    return {"method": method, "raw_path": raw_path, "path": "", "headers": [(b"host", host), (b"range", b"x")]}


def test_a_path_is_decoded_once_and_its_slashes_and_dots_are_kept() -> None:
    resolved = resolve_target(scope(b"//a/../%2E%252F%2F+%E8%85%BE"))
    assert resolved["path"] == "//a/../.%2F/+腾"
    assert resolved["raw_path"] == b"//a/../%2E%252F%2F+%E8%85%BE"


def test_a_proxys_request_is_for_the_host_of_its_address() -> None:
    resolved = resolve_target(scope(b"http://bucket.example:80//key%20one"))
    assert resolved["path"] == "//key one"
    assert resolved["headers"] == [(b"host", b"bucket.example:80"), (b"range", b"x")]


def test_a_proxys_request_may_have_no_path() -> None:
    assert resolve_target(scope(b"HTTP://bucket.example"))["path"] == "/"


@given(st.text(st.characters(codec="utf-8")))
def test_any_key_can_be_addressed(key: str) -> None:
    raw = b"/" + b"".join(b"%%%02X" % byte for byte in key.encode())
    assert resolve_target(scope(raw))["path"] == "/" + key


@pytest.mark.parametrize("raw_path", [b"/%FF", b"https://bucket.example/key", b"bucket.example:443", b"*"])
def test_a_target_that_is_no_path_of_an_http_address_is_refused(raw_path: bytes) -> None:
    with pytest.raises(CloudError) as refused:
        resolve_target(scope(raw_path))
    assert (refused.value.status, refused.value.code) == (400, "InvalidURI")
