"""What `voicesep live-checks` finds out about events, from what the functions log of them in a local cloud."""

import base64
import re
from typing import Any
from urllib.parse import quote_plus

import pytest
from pytest_mock import MockerFixture

from localcloud.cos.contents import Content
from localcloud.cos.models import Cos
from localcloud.cos.objects import Draft, Sender, StoredObject
from localcloud.scf import cos_trigger, http_events
from tests.voicesep.live_asking import asked
from tests.voicesep.site import Site
from voicesep.live_checks.cos_events import NAMES as OBJECTS

# COS events


def asked_of_functions(site: Site, *names: str) -> str:
    site.deploy(LOG_LEVEL="DEBUG")
    report = asked(site, *names)
    assert site.cloud.ci.jobs() == ()
    return report


def test_how_keys_stand_in_events_is_reported(site: Site) -> None:
    report = asked_of_functions(site, "keys-in-events")
    (line,) = re.findall(r"- `two words`: (.*)", report)
    key, path = re.findall(r"is `([^`]+)`, the key when read ([^;]+)", line)
    assert re.fullmatch(r"/APPID/BUCKET/incoming/voicesep-live-checks-\w{8}/1-two words\.\w+", key[0])
    assert "/1-two%20words." in path[0]
    assert (key[1], path[1]) == ("as it is or percent-decoded or form-decoded", "percent-decoded or form-decoded")
    assert len(re.findall(r"- `[^`]+`: `cosObject.key` is ", report)) == len(OBJECTS)
    assert "- records to an event: `1`\n- eventName: `cos:ObjectCreated:Put`\n- COS's request id in it: `yes`" in report


def test_keys_that_are_encoded_as_forms_would_be_seen(site: Site, mocker: MockerFixture) -> None:
    event_of = cos_trigger.object_created_event

    def encoded(*arguments: Any) -> dict[str, Any]:
        event = event_of(*arguments)
        described = event["Records"][0]["cos"]["cosObject"]
        described["key"] = quote_plus(described["key"])
        return {"Records": event["Records"] * 2}

    mocker.patch("localcloud.scf.models.object_created_event", encoded)
    report = asked_of_functions(site, "keys-in-events")
    read = "percent-decoded or form-decoded"
    for name, way in (("two words", "form-decoded"), ("a+b", read), ("100%25", read)):
        (line,) = set(re.findall(rf"- `{re.escape(name)}`: `cosObject.key` ([^;]*);", report))
        assert re.fullmatch(
            rf"is `%2FAPPID%2FBUCKET%2F.+-{re.escape(quote_plus(name))}\.\w+`, the key when read {way}", line
        )
    assert "- `two words`: came 2 times" in report
    assert "- records to an event: `2`" in report


def test_an_append_that_is_reported_is_seen(site: Site, mocker: MockerFixture) -> None:
    def reporting(cos: Cos, draft: Draft, _position: int, added: Content, sender: Sender) -> StoredObject:
        return cos.store(draft, added, sender)

    mocker.patch.object(Cos, "append", reporting)
    assert "- reported, eventName `cos:ObjectCreated:Append`" in asked_of_functions(site, "appends-in-events")


def test_an_event_that_never_comes_is_told(site: Site) -> None:
    site.cloud.faults.events.cos.lose(1.0)
    site.deploy(LOG_LEVEL="DEBUG")
    report = site.run(
        "live-checks", "--yes", "--patience", "1", "--only", "keys-in-events", "--only", "appends-in-events"
    ).stdout
    assert report.count(": not in the log; ") == len(OBJECTS)
    assert "- not reported within 1 s" in report


@pytest.mark.parametrize("name", ["keys-in-events", "appends-in-events", "before-the-function"])
def test_functions_that_do_not_log_what_they_are_given_are_told(site: Site, name: str) -> None:
    assert "is deployed with LOG_LEVEL=INFO; set LOG_LEVEL=DEBUG, `make deploy`, ask again" in asked(site, name)


# The function URL


def test_what_comes_through_the_gateway_is_reported(site: Site) -> None:
    report = asked_of_functions(site, "before-the-function")
    assert "- GET: 405, headers " in report
    assert "- POST application/xml: 401, headers " in report
    assert (
        "- POST text/xml: the event has `body headers httpMethod path queryString`; in `requestContext`: `nothing`; "
        "`isBase64Encoded`: `absent`; headers are spelt `" in report
    )
    assert report.count("body: `str` of 23 characters, as it was sent") == 2
    assert "body: `str` of 5 characters, what is not UTF-8 replaced" in report


def test_a_gateway_that_encodes_bodies_and_spells_headers_otherwise_would_be_seen(
    site: Site, mocker: MockerFixture
) -> None:
    def encoded(request: Any, body: bytes) -> dict[str, Any]:
        event = http_events.function_url_event(request, body)
        headers = {name.title(): value for name, value in event["headers"].items()}
        text = base64.b64encode(body).decode()
        return {**event, "body": text, "headers": headers, "isBase64Encoded": True, "requestContext": {"sourceIp": ""}}

    mocker.patch("localcloud.scf.function_url.function_url_event", encoded)
    report = asked_of_functions(site, "before-the-function")
    assert report.count("in `requestContext`: `sourceIp`; `isBase64Encoded`: `True`; headers are spelt `") == 4
    assert report.count("characters, in base64") == 3
    assert " X-Voicesep-Check-" in report
