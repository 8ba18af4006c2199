"""Signatures of Standard Webhooks, judged by its own library, and the settings that make them."""

import base64
import json
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from voice_separation.webhook import parse_webhook_secrets, parse_webhook_url, signed_headers

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'

secrets = st.binary(min_size=24, max_size=64)


def now() -> datetime:
    """Return the time: the library refuses what is older than five minutes."""
    return datetime.now(timezone.utc)


def written(secret: bytes) -> str:
    return f"whsec_{base64.b64encode(secret).decode()}"


def test_the_signature_is_that_of_the_vector_which_the_libraries_of_standard_webhooks_share() -> None:
    """Worked out with `openssl dgst -sha256 -mac HMAC -macopt hexkey:…` as well."""
    at = datetime.fromtimestamp(1614265330, timezone.utc)
    headers = signed_headers(parse_webhook_secrets(SECRET), "msg_p5jXN8AQM9LWM0D4loKWxJek", at, BODY)
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@given(ring=st.lists(secrets, min_size=1, max_size=4, unique=True), text=st.text())
def test_whoever_knows_any_secret_of_the_ring_can_verify(ring: list[bytes], text: str) -> None:
    body = json.dumps(text, ensure_ascii=False).encode("utf-8", "replace")
    headers = dict(signed_headers(tuple(ring), "msg_1", now(), body))
    for secret in ring:
        assert Webhook(written(secret)).verify(body, headers) == json.loads(body)


@pytest.mark.parametrize("changed", ["webhook-id", "webhook-timestamp", "body", "secret"])
def test_a_signature_covers_id_time_and_body_under_its_secret(changed: str) -> None:
    headers = dict(signed_headers(parse_webhook_secrets(SECRET), "msg_1", now(), BODY))
    body, secret = BODY, SECRET
    match changed:
        case "body":
            body = BODY.replace(b"2", b"3")
        case "secret":
            secret = written(bytes(24))
        case "webhook-timestamp":
            headers[changed] = str(int(headers[changed]) - 1)
        case _:
            headers[changed] += "x"
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body, headers)


@given(ring=st.lists(secrets, min_size=1, max_size=4))
def test_a_ring_is_read_as_it_was_written_with_padding_or_without(ring: list[bytes]) -> None:
    assert parse_webhook_secrets(" , ".join(written(secret) for secret in ring)) == tuple(ring)
    assert parse_webhook_secrets(",".join(written(secret).rstrip("=") for secret in ring)) == tuple(ring)
    assert parse_webhook_secrets(json.dumps([written(secret) for secret in ring])) == tuple(ring)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(base64.b64encode(bytes(32)).decode(), id="without its prefix"),
        pytest.param("whsec_", id="empty"),
        pytest.param(written(bytes(23)), id="too short"),
        pytest.param(written(bytes(65)), id="too long"),
        pytest.param(f"{SECRET}!", id="no base64"),
        pytest.param(" , ", id="none but commas"),
        pytest.param("[]", id="an array of none"),
        pytest.param(f"{SECRET},hunter2-hunter2-hunter2-hunter2", id="a bad one among others"),
        pytest.param("whsec_ключключключключключключ", id="not ASCII"),
    ],
)
def test_a_secret_that_is_weak_or_malformed_is_refused_and_not_quoted(text: str) -> None:
    with pytest.raises(ValueError, match="openssl rand -base64 32") as caught:
        parse_webhook_secrets(text)
    assert "hunter2" not in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "https://app.example.com",
        "https://app.example.com:8443/told?token=a%20b",
        "https://10.0.0.8/told",
        "http://127.0.0.1:8000/told",
        "http://localhost:8000",
        "http://[::1]:8000/told",
    ],
)
def test_an_address_over_https_or_on_this_machine_is_taken_as_it_is(text: str) -> None:
    assert parse_webhook_url(text) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("http://app.example.com/told", "https only"),
        ("http://127.0.0.1.example.com/told", "https only"),
        ("http://127.0.0.1@example.com/told", "https only"),
        ("https://user:hunter2@app.example.com/", "no user"),
        ("https://app.example.com/told#hunter2", "no fragment"),
        ("ftp://app.example.com/", "begins with https"),
        ("https:///told", "begins with https"),
        ("https://app.example.com/a b", "no spaces"),
        ("https://app.example.com/\r\nX: hunter2", "no spaces"),
        ("https://app.example.com:hunter2/", "begins with https"),
        ("https://app.example.com:99999/", "begins with https"),
        ("https://[::1/", "begins with https"),
        ("app.example.com", "begins with https"),
    ],
)
def test_an_address_that_is_none_or_would_be_heard_by_others_is_refused_and_not_quoted(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as caught:
        parse_webhook_url(text)
    assert "hunter2" not in str(caught.value)
