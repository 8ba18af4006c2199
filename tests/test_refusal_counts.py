"""Every refusal of door 2 is one line of the log that can be counted by `error` and `cause`, and none is silent."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from pytest_mock import MockerFixture

import callback
from localcloud import LocalCloud
from localcloud.faults import Refuse, Requests
from tests.support import load_event
from tests.voice_separation.conftest import BUCKET, Workbench
from voice_separation import errors
from voice_separation.capability import KeyRing
from voice_separation.instance import Invocation
from voice_separation.telemetry import Event
from voice_separation.uploads import Upload, user_data_of

SECRET, FOREIGN = "0123456789abcdef0123456789abcdef", "another-secret-another"
UPLOAD = Upload(BUCKET, "incoming/talk.mp3", "d41d8cd98f00b204e9800998ecf8427e", 7)
OTHER = Upload(BUCKET, "incoming/other.mp3", "d41d8cd98f00b204e9800998ecf8427e", 7)
HOUR = timedelta(hours=1)
CONTEXT = {"request_id": "request-1"}


def job_of(upload: Upload = UPLOAD, **changes: Any) -> dict[str, Any]:
    """The vendor's sample as the job of an upload of ours, with changes."""
    (job,) = load_event("callback-workflow.json")["JobsDetail"]
    job["Input"] = {"BucketId": upload.bucket.name, "Region": upload.bucket.region, "Object": upload.key}
    job["Operation"]["UserData"] = user_data_of(upload)
    return {**job, **changes}


def message_of(*jobs: dict[str, Any]) -> str:
    return json.dumps({"EventName": "TaskFinish", "JobsDetail": list(jobs)})


@dataclass
class Door:
    """Door 2 in this process, against a local cloud, with its log at hand."""

    bench: Workbench
    settings: dict[str, Any]

    def invocation(self, context: Any) -> Invocation:
        return self.bench.invocation(context["request_id"], callback_secrets=SECRET, **self.settings)

    def answers(self, path: str, body: str, method: str = "POST") -> int:
        event = {"httpMethod": method, "path": path, "headers": {}, "body": body}
        return int(callback.main_handler(event, CONTEXT)["statusCode"])

    def path(self, upload: Upload = UPLOAD, *, ttl: timedelta = HOUR, secret: str = SECRET) -> str:
        return KeyRing((secret,)).path(upload.id, now=self.bench.invocation().clock.now(), ttl=ttl)

    def known(self, *jobs: dict[str, Any]) -> None:
        """Let CI know jobs."""
        self.bench.cloud.ci.restore(message_of(*jobs).encode())

    def counted(self) -> Counter[tuple[str, str, str | None]]:
        told = [event for event in self.bench.lines.events() if event["event"].endswith(".refused")]
        assert all(event["reason"] for event in told)
        for event in told:  # what was not sent as CI sends it is none of CI's, and nobody is told
            assert event["level"] == ("DEBUG" if event.get("status") == 405 else "WARNING")
        return Counter((event["event"], event["error"], event["cause"]) for event in told)

    def failures(self) -> list[dict[str, Any]]:
        return [event for event in self.bench.lines.events() if event["event"] == Event.CALLBACK_FAILED.value]


@pytest.fixture
def door(cloud: LocalCloud, mocker: MockerFixture) -> Door:
    cloud.cos.create_bucket(BUCKET.name, BUCKET.region)
    door = Door(Workbench(cloud), {})
    mocker.patch.object(callback, "this_instance", return_value=door)
    return door


Try = Callable[[Door], int]
REFUSALS: dict[str, tuple[Try, int, str, str | None]] = {
    "no capability": (lambda door: door.answers("/", "{}"), 401, "CapabilityRefused", "malformed"),
    "foreign secret": (lambda door: door.answers(door.path(secret=FOREIGN), "{}"), 401, "CapabilityRefused", "forged"),
    "expired": (lambda door: door.answers(door.path(ttl=-HOUR), "{}"), 401, "CapabilityRefused", "expired"),
    "method": (lambda door: door.answers(door.path(), "", "GET"), 405, "RequestRefused", None),
    "size": (lambda door: door.answers(door.path(), "{" + "x" * 300_000), 413, "RequestRefused", None),
    "neither xml nor json": (lambda door: door.answers(door.path(), "hello"), 415, "RequestRefused", None),
    "malformed": (lambda door: door.answers(door.path(), "{"), 400, "NotificationMalformed", None),
    "another event": (
        lambda door: door.answers(door.path(), '{"EventName": "WorkflowFinish"}'),
        422,
        "NotificationUnsupported",
        None,
    ),
    "unknown job": (lambda door: door.answers(door.path(), message_of(job_of())), 404, "JobUnknown", None),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_every_refusal_is_one_line_with_its_error_and_cause(door: Door, name: str) -> None:
    attempt, status, error, cause = REFUSALS[name]
    assert attempt(door) == status
    jobs = {("job.refused", error, cause): 1} if name == "unknown job" else {}
    assert door.counted() == Counter({("callback.refused", error, cause): 1, **jobs})
    assert door.bench.stored() == []


IN_ANOTHER_BUCKET = {"Input": {"BucketId": "other-1250000000", "Region": BUCKET.region, "Object": UPLOAD.key}}
CONTRADICTIONS: dict[str, tuple[Upload, Upload, Upload, dict[str, Any], str]] = {
    # the address is for, the message names, CI says; and what the message has changed -> the cause
    "CI and the message against the address": (UPLOAD, OTHER, OTHER, {}, "capability"),
    "CI against the address and the message": (UPLOAD, UPLOAD, OTHER, {}, "capability"),
    "the message against CI and the address": (UPLOAD, OTHER, UPLOAD, {}, "message"),
    "the message's bucket against CI's": (UPLOAD, UPLOAD, UPLOAD, IN_ANOTHER_BUCKET, "message"),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_contradiction_between_message_capability_and_ci_is_refused_and_counted(door: Door, name: str) -> None:
    granted, reported, known, changes, cause = CONTRADICTIONS[name]
    door.known(job_of(known))
    assert door.answers(door.path(granted), message_of(job_of(reported, **changes))) == 401
    refused = ("JobContradicts", cause)
    assert door.counted() == Counter({("job.refused", *refused): 1, ("callback.refused", *refused): 1})
    assert door.bench.stored() == []


def test_at_the_static_address_too_the_message_may_not_contradict_ci(door: Door) -> None:
    door.known(job_of(UPLOAD))
    assert door.answers(KeyRing((SECRET,)).static_path(), message_of(job_of(OTHER))) == 401
    assert door.counted()["job.refused", "JobContradicts", "message"] == 1


def test_a_message_that_says_less_than_ci_contradicts_nothing(door: Door) -> None:
    door.known(job_of())
    said = {"JobId": job_of()["JobId"], "State": "Success"}
    assert door.answers(door.path(), message_of(said)) == 200
    assert door.counted() == Counter()


def test_a_state_that_ci_has_left_behind_is_no_contradiction_and_is_not_stored(door: Door) -> None:
    door.known(job_of(State="Failed", Code="InvalidArgument"))
    assert door.answers(door.path(), message_of(job_of(State="Success"))) == 200
    assert b'"state":"Failed"' in door.bench.read(door.bench.stored("index/jobs/")[0]).replace(b": ", b":")
    assert door.counted() == Counter()


def test_every_refused_job_of_a_message_is_counted_and_the_message_once(door: Door) -> None:
    good, bad, unknown = job_of(), job_of(OTHER, JobId="jother"), job_of(JobId="jnobodyknows")
    door.known(good, bad)
    assert door.answers(door.path(), message_of(bad, unknown, good)) == 401
    assert door.counted() == Counter(
        {
            ("job.refused", "JobContradicts", "capability"): 1,
            ("job.refused", "JobUnknown", None): 1,
            ("callback.refused", "JobContradicts", "capability"): 1,
        }
    )
    assert len(door.bench.stored("index/jobs/")) == 1


def test_an_event_that_is_not_http_is_refused_as_somebody_s_mistake(door: Door) -> None:
    assert callback.main_handler({"Type": "Timer"}, CONTEXT)["statusCode"] == 400
    (told,) = door.bench.lines.events()
    assert (told["event"], told["error"], told["level"]) == ("callback.refused", "MalformedEvent", "ERROR")


MENDS_ITSELF = {(503, "ServiceUnavailable"), (429, "SlowDown")}
TO_BE_CORRECTED = {(403, "AccessDenied"), (404, "NoSuchBucket")}


@pytest.mark.parametrize(("status", "code"), sorted(MENDS_ITSELF | TO_BE_CORRECTED))
def test_a_failure_is_an_error_only_where_somebody_has_to_correct_something(door: Door, status: int, code: str) -> None:
    door.known(job_of())
    door.bench.cloud.faults.add(Refuse(status, code), Requests(service="ci", method="GET"))
    assert door.answers(door.path(), message_of(job_of())) == 503
    (failed,) = door.failures()
    assert failed["level"] == ("WARNING" if (status, code) in MENDS_ITSELF else "ERROR")


def test_a_fault_of_the_app_s_own_is_an_error(door: Door, mocker: MockerFixture) -> None:
    mocker.patch.object(callback, "parse_notification", side_effect=ZeroDivisionError)
    assert door.answers(door.path(), message_of(job_of())) == 500
    (failed,) = door.failures()
    assert (failed["error"], failed["level"]) == ("ZeroDivisionError", "ERROR")


def test_there_is_no_refusal_without_a_test_here() -> None:
    told = {error for _, _, error, _ in REFUSALS.values()} | {"JobContradicts"}

    def kinds(kind: type[errors.CallbackRefused]) -> set[str]:
        return {kind.__name__}.union(*(kinds(each) for each in kind.__subclasses__()))

    assert kinds(errors.CallbackRefused) - {"CallbackRefused", "NotificationError"} == told


def test_that_callbacks_are_not_verified_is_said_at_every_callback(door: Door) -> None:
    door.settings = {"verify_callbacks": False}
    for _ in range(2):
        assert door.answers(door.path(), message_of(job_of())) == 200
    told = [event for event in door.bench.lines.events() if event["event"] == Event.CALLBACKS_UNVERIFIED.value]
    assert [event["level"] for event in told] == ["WARNING", "WARNING"]
    assert "VERIFY_CALLBACKS" in told[0]["reason"]


def test_that_callbacks_are_verified_is_not_worth_a_line(door: Door) -> None:
    door.known(job_of())
    assert door.answers(door.path(), message_of(job_of())) == 200
    assert Event.CALLBACKS_UNVERIFIED.value not in door.bench.lines.text


def test_without_verification_the_message_must_still_fit_the_address(door: Door) -> None:
    door.settings = {"verify_callbacks": False}
    assert door.answers(door.path(), message_of(job_of(OTHER))) == 401
    assert door.counted()["job.refused", "JobContradicts", "capability"] == 1
    assert door.bench.stored() == []
