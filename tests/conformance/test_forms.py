"""Upload forms of browsers (POST Object). Never run against the real cloud here (see conftest)."""

import base64
import hashlib
import hmac
import json
import time
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import requests

from tests.conformance.conftest import Target


def hmac_sha1(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha1).hexdigest()


def signed(target: Any, key: str, *conditions: Any, ends_in: float = 600.0) -> dict[str, str]:
    """Return the fields of a form that is signed as document 436/14690 tells, which no SDK does."""
    now = int(time.time())
    key_time = f"{now - 60};{now + 600}"
    expiration = (datetime.now(timezone.utc) + timedelta(seconds=ends_in)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    always = [{"q-sign-algorithm": "sha1"}, {"q-ak": target.place.secret_id}, {"q-sign-time": key_time}]
    policy = json.dumps({"expiration": expiration, "conditions": [*always, {"bucket": target.bucket}, *conditions]})
    sign_key = hmac_sha1(target.place.secret_key, key_time)
    return {
        "key": key,
        "policy": base64.b64encode(policy.encode()).decode(),
        "q-sign-algorithm": "sha1",
        "q-ak": target.place.secret_id,
        "q-key-time": key_time,
        "q-signature": hmac_sha1(sign_key, hashlib.sha1(policy.encode(), usedforsecurity=False).hexdigest()),
    }


def post(target: Target, fields: dict[str, str], content: bytes = b"from a form") -> requests.Response:
    file = {"file": ("my talk.mp3", content, "audio/mpeg")}
    return target.send("POST", target.url(""), data=fields, files=file, allow_redirects=False)


def test_a_form_uploads_a_file(target: Target) -> None:
    fields = signed(target, target.key("form"), ["starts-with", "$key", target.folder])
    answer = post(target, {**fields, "Content-Type": "audio/wav", "x-cos-meta-mode": "music"})
    assert answer.status_code == 204
    assert answer.headers["Location"].endswith(target.key("form"))
    head = target.client.head_object(Bucket=target.bucket, Key=target.key("form"))
    assert (head["Content-Type"], head["x-cos-meta-mode"]) == ("audio/wav", "music")
    assert target.read("form") == b"from a form"


def test_the_files_name_goes_into_the_key(target: Target) -> None:
    assert post(target, signed(target, target.key("${filename}"))).status_code == 204
    assert target.read("my talk.mp3") == b"from a form"


@pytest.mark.parametrize("status", ["200", "201", "204"])
def test_a_form_says_what_it_wants_to_hear(target: Target, status: str) -> None:
    fields = {**signed(target, target.key("form")), "success_action_status": status}
    answer = post(target, fields)
    assert answer.status_code == int(status)
    assert (b"<PostResponse>" in answer.content) == (status == "201")


def test_a_form_leads_to_a_page(target: Target) -> None:
    fields = {**signed(target, target.key("form")), "success_action_redirect": "https://example.com/done?a=1"}
    answer = post(target, fields)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("https://example.com/done?a=1&bucket=")


@pytest.mark.parametrize(
    "condition",
    [
        {"Content-Type": "audio/wav"},
        ["starts-with", "$key", "elsewhere/"],
        ["eq", "$x-cos-meta-mode", "music"],
        ["content-length-range", 0, 5],
    ],
)
def test_a_form_that_is_not_as_its_policy_wants_it_is_refused(target: Target, condition: Any) -> None:
    assert post(target, signed(target, target.key("form"), condition)).status_code == 403


def test_a_policy_ends(target: Target) -> None:
    assert post(target, signed(target, target.key("form"), ends_in=-5)).status_code == 403


def test_a_policy_that_was_changed_is_refused(target: Target) -> None:
    fields = signed(target, target.key("form"))
    other = signed(target, target.key("form"), {"acl": "private"})
    assert post(target, {**fields, "policy": other["policy"]}).status_code == 403
