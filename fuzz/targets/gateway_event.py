r"""Door 2, whole: the event of a function URL or of API Gateway, then what CI says of the job.

An input is the event in JSON, a line `%%`, and CI's answer. `@CAPABILITY@` and `@STATIC@` stand for valid addresses.
"""

import json
import re

import callback
from fuzz.cloud import Asked, MemoryCloud
from fuzz.doors import BUCKET, REGION, TOKENS, call, check_nothing_leaks, with_addresses

_STATUSES = {200, 202, 400, 401, 404, 405, 413, 415, 422, 503}
_UNAUTHORIZED = '{"message": "unauthorized"}'
_LONGEST_BODY = 500
_INDEX = re.compile(
    r"/index/(jobs/[0-9a-f]{2}|log/[0-9]{4}-[0-9]{2}-[0-9]{2}/[0-9]{2})/[A-Za-z0-9_-]{1,64}\.json", re.ASCII
)


def target(data: bytes) -> None:
    """Call door 2: every outcome is an answer, without a valid address nothing is asked or written at all."""
    event_part, _, ci_answer = data.partition(b"\n%%\n")
    event = _event(with_addresses(event_part))
    cloud = MemoryCloud(ci_answer=ci_answer)
    called = call(callback, event, cloud)
    check_nothing_leaks(called, cloud)
    answer = called.result or {}
    status, body = answer["statusCode"], answer["body"]
    if status not in _STATUSES or len(body) > _LONGEST_BODY:
        raise AssertionError(f"answered {status}: {body[:100]}")
    if status == 401 and body != _UNAUTHORIZED:
        raise AssertionError("a 401 tells its cause")
    if status == 405 and answer["headers"].get("Allow") != "POST":
        raise AssertionError("a 405 does not tell which method is taken")
    if cloud.asked and not any(token in event_part for token in TOKENS):
        raise AssertionError(f"{cloud.asked[0].method} {cloud.asked[0].path} without a valid address")
    for request in cloud.asked:
        _check_request(request)


def _event(part: bytes) -> object:
    """Return the event; bytes that are no JSON are the body of one, sent to a valid address."""
    text = part.decode("utf-8", "replace")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return {"httpMethod": "POST", "path": "/none", "headers": {}, "body": text}


def _check_request(request: Asked) -> None:
    if request.host not in {f"{BUCKET}.cos.{REGION}.myqcloud.com", f"{BUCKET}.ci.{REGION}.myqcloud.com"}:
        raise AssertionError(f"asked {request.host}")
    if request.method != "GET" and (request.method != "PUT" or not _INDEX.fullmatch(request.path)):
        raise AssertionError(f"{request.method} {request.path}")
