"""What a log may know of the events that the platform sends."""

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import Lines, StoppedClock, load_event
from tests.voice_separation.conftest import Workbench
from voice_separation.received import tell
from voice_separation.telemetry import Level, Telemetry

SECRET = "planted=secret&of/the sender"
FUNCTION_URL = {
    "body": "<Response>人声</Response>",
    "headers": {"content-type": "application/xml", "X-Cos-Header": SECRET},
    "httpMethod": "POST",
    "path": f"/v1/static/{SECRET}",
    "queryString": {SECRET: SECRET},
}


def told(event: object) -> list[dict[str, Any]]:
    """The lines, without what every line has."""
    lines = Lines()
    tell(event, Telemetry(StoppedClock(), Level.DEBUG, lines))
    return [
        {name: value for name, value in line.items() if name not in ("ts", "level", "event")} for line in lines.events()
    ]


def test_each_record_is_told_with_its_key_and_path_as_they_are_written() -> None:
    event = load_event("cos-put.json")
    (record,) = event["Records"]
    record["cos"]["cosObject"]["key"] = "/1250000000/media/incoming/two+words%2F.mp3"
    record["cos"]["cosObject"]["url"] = "http://media.cos.ap-guangzhou.myqcloud.com/incoming/two%20words.mp3?sign=s"
    assert told({"Records": [record, record]}) == 2 * [
        {
            "records": 2,
            "event_name": record["event"]["eventName"],
            "raw_key": "/1250000000/media/incoming/two+words%2F.mp3",
            "url_path": "/incoming/two%20words.mp3",
            "cos_request_id": record["cos"]["cosObject"]["meta"]["x-cos-request-id"],
        }
    ]


def test_of_a_request_names_are_told_and_of_the_body_length_and_digest() -> None:
    (line,) = told({**FUNCTION_URL, "requestContext": {"sourceIp": SECRET}, "isBase64Encoded": "false"})
    body = FUNCTION_URL["body"]
    assert isinstance(body, str)
    assert line == {
        "parts": "body headers httpMethod path queryString requestContext isBase64Encoded",
        "context_parts": "sourceIp",
        "header_names": "content-type X-Cos-Header",
        "base64_flag": "false",
        "body_type": "str",
        "body_length": 23,
        "body_sha256": hashlib.sha256(body.encode()).hexdigest()[:16],
    }


def test_no_value_of_a_request_is_told_wherever_it_stands() -> None:
    placed = {**FUNCTION_URL, SECRET: SECRET, "isBase64Encoded": SECRET, "body": SECRET, "httpMethod": SECRET}
    (line,) = told({**placed, "headers": {SECRET: SECRET}, "requestContext": {SECRET: SECRET}})
    assert SECRET not in json.dumps(line)
    assert (line["header_names"], line["context_parts"], line["base64_flag"]) == ("", "", "str")


@pytest.mark.parametrize(
    ("parts", "flag", "kind"),
    [({}, "absent", "NoneType"), ({"isBase64Encoded": True, "body": {"a": 1}}, "True", "dict")],
    ids=["nothing", "parsed already"],
)
def test_a_body_that_is_no_text_is_told_by_its_type(parts: dict[str, Any], flag: str, kind: str) -> None:
    (line,) = told({"httpMethod": "POST", **parts})
    assert (line["base64_flag"], line["body_type"], line["body_length"]) == (flag, kind, 0)


@pytest.mark.parametrize("event", [{"Type": "Timer"}, {"ObjectInfo": {}}, "text", None, []], ids=repr)
def test_nothing_is_told_of_other_events(event: object) -> None:
    assert told(event) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, JSON, JSON)
def test_whatever_stands_in_an_event_it_is_one_line_for_each_record_or_request(one: Any, two: Any, three: Any) -> None:
    record = {"cos": {"cosObject": {"key": one, "url": two, "meta": three}}, "event": one}
    assert len(told({"Records": [record, one, {"cos": two}, {"cos": {"cosObject": three}}]})) == 4
    request = {"body": one, "headers": two, "requestContext": three, "isBase64Encoded": one}
    assert len(told({"httpMethod": three, **request})) == 1


@pytest.mark.parametrize("url", ["http://[", "no address", "//host", ""], ids=repr)
def test_an_address_without_a_path_has_none_in_the_log(url: str) -> None:
    (line,) = told({"Records": [{"cos": {"cosObject": {"url": url}}}]})
    assert line["url_path"] == ""


def test_at_info_nothing_is_told(bench: Workbench) -> None:
    call = bench.invocation()
    replace(call, telemetry=replace(call.telemetry, level=Level.INFO)).tell(FUNCTION_URL)
    assert bench.lines.text == ""
    call.tell(FUNCTION_URL)
    assert [line["event"] for line in bench.lines.events()] == ["request.received"]
