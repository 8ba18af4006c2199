from dataclasses import replace
from datetime import datetime, timezone

from localcloud.recorder import RecordedRequest, Recorder

LISTED = RecordedRequest(
    at=datetime(2026, 11, 21, 12, tzinfo=timezone.utc),
    service="cos",
    method="GET",
    host="media-1250000000.cos.ap-guangzhou.myqcloud.com",
    path="/",
    query="prefix=in/",
    status=200,
    access_key_id=None,
)
SUBMITTED = replace(LISTED, service="ci", method="POST", path="/jobs", query="")


def test_requests_are_kept_in_their_order_and_told_by_service() -> None:
    recorder = Recorder()
    for request in (LISTED, SUBMITTED, LISTED):
        recorder.add(request)
    assert recorder.requests() == (LISTED, SUBMITTED, LISTED)
    assert recorder.requests("ci") == (SUBMITTED,)


def test_requests_can_be_forgotten() -> None:
    recorder = Recorder()
    recorder.add(LISTED)
    before = recorder.requests()
    recorder.clear()
    assert (before, recorder.requests()) == ((LISTED,), ())


def test_the_requests_of_one_invocation_are_told_apart() -> None:
    recorder = Recorder()
    mine = replace(SUBMITTED, function="mps-dev-media-submit", invocation="f03dc946")
    for request in (LISTED, mine, replace(mine, invocation="other"), mine):
        recorder.add(request)
    assert recorder.of_invocation("f03dc946") == (mine, mine)


def test_only_the_latest_are_kept_when_there_is_a_limit() -> None:
    recorder = Recorder(most=2)
    for request in (LISTED, SUBMITTED, SUBMITTED):
        recorder.add(request)
    assert recorder.requests() == (SUBMITTED, SUBMITTED)
