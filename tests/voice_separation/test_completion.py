import json
from typing import Any

import pytest
from pytest_mock import MockerFixture

from tests.support import EVENTS, load_event
from tests.voice_separation.conftest import BUCKET, Workbench
from voice_separation.capability import Grant
from voice_separation.completion import Completed
from voice_separation.errors import JobContradicts, JobUnknown, Unavailable, Unreachable
from voice_separation.index import keys
from voice_separation.index.entries import Entry
from voice_separation.jobs.answer import Jobs
from voice_separation.jobs.detail import JobDetail
from voice_separation.notifications import parse_notification, reported_bucket
from voice_separation.tencent.ci import Ci
from voice_separation.uploads import Upload, user_data_of

ANY = Grant(None)
UPLOAD = Upload(BUCKET, "incoming/talk.mp3", "d41d8cd98f00b204e9800998ecf8427e", 7)


def notification(**changes: Any) -> bytes:
    """The vendor's workflow sample as if it were a job of ours, with changes."""
    tree = load_event("callback-workflow.json")
    job = tree["JobsDetail"][0]
    job["Input"] = {"BucketId": BUCKET.name, "Region": BUCKET.region, "Object": UPLOAD.key}
    job["Operation"]["UserData"] = user_data_of(UPLOAD)
    job.update(changes)
    return json.dumps(tree).encode()


def known_to_ci(bench: Workbench, **changes: Any) -> tuple[JobDetail, ...]:
    body = notification(**changes)
    bench.cloud.ci.restore(body)
    return parse_notification(body)


def test_the_straight_way_takes_three_requests_in_this_order(bench: Workbench) -> None:
    reported = known_to_ci(bench)
    assert bench.completion().complete_all(reported, Grant(UPLOAD.id)) is Completed.STORED
    job_id = reported[0].job_id
    described, job, log = bench.asked()
    assert described == f"ci GET /jobs/{job_id}"
    assert job == f"cos PUT /index/{keys.job(job_id)}"
    assert log.startswith("cos PUT /index/log/")
    assert bench.read(bench.stored("index/jobs/")[0]) == bench.read(bench.stored("index/log/")[0])


def test_the_entry_says_what_ci_says_not_what_was_posted(bench: Workbench) -> None:
    known_to_ci(bench, State="Failed", Code="InvalidArgument", Message="broken")
    posted = parse_notification(notification(State="Success", Message="all is well"))
    bench.completion().complete_all(posted, ANY)
    entry = Entry.model_validate_json(bench.read(bench.stored("index/jobs/")[0]))
    assert (entry.state, entry.code, entry.message, entry.upload_id) == (
        "Failed",
        "InvalidArgument",
        "broken",
        UPLOAD.id,
    )


def test_a_notification_delivered_twice_writes_the_same_bytes(bench: Workbench) -> None:
    reported = known_to_ci(bench)
    bench.completion().complete_all(reported, ANY)
    first = bench.read(bench.stored("index/jobs/")[0])
    bench.completion().complete_all(reported, ANY)
    assert bench.read(bench.stored("index/jobs/")[0]) == first
    assert len(bench.stored("index/jobs/")) == 1


def test_while_the_job_runs_nothing_is_written(bench: Workbench) -> None:
    known_to_ci(bench, State="Running")
    posted = parse_notification(notification(State="Success"))
    assert bench.completion().complete_all(posted, ANY) is Completed.STILL_RUNNING
    assert bench.stored() == []


def test_a_job_that_ci_does_not_know_is_refused(bench: Workbench) -> None:
    with pytest.raises(JobUnknown):
        bench.completion().complete_all(parse_notification(notification()), ANY)
    assert bench.stored() == []


def test_an_address_for_one_upload_does_not_report_the_job_of_another(bench: Workbench) -> None:
    reported = known_to_ci(bench)
    with pytest.raises(JobContradicts):
        bench.completion().complete_all(reported, Grant("0" * 32))
    assert bench.stored() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"Input": {"BucketId": "other-1250000000", "Object": UPLOAD.key}},
        {"Input": {"BucketId": BUCKET.name, "Object": "incoming/other.mp3"}},
        {"Operation": {}},
    ],
    ids=["bucket", "key", "user data"],
)
def test_a_job_that_is_not_the_upload_s_in_bucket_key_and_user_data_is_refused(
    bench: Workbench, changes: dict[str, Any]
) -> None:
    believed = parse_notification(notification(**changes))
    with pytest.raises(JobContradicts):
        bench.completion(verify_callbacks=False).complete_all(believed, Grant(UPLOAD.id))
    assert bench.stored() == []


@pytest.mark.parametrize(
    "changes",
    [{"Tag": "Transcode"}, {"Input": {"BucketId": "other-1250000000", "Object": "a.mp3"}}],
    ids=["tag", "bucket"],
)
def test_even_the_static_address_reports_no_other_tag_and_no_other_bucket(
    bench: Workbench, changes: dict[str, Any], mocker: MockerFixture
) -> None:
    posted = parse_notification(notification())
    said = posted[0].model_validate({**json.loads(notification())["JobsDetail"][0], **changes})
    mocker.patch.object(Ci, "describe_jobs", return_value=Jobs((said,)))
    with pytest.raises(JobContradicts):
        bench.completion().complete_all(posted, ANY)
    assert bench.stored() == []


OTHER = Upload(BUCKET, "incoming/other.mp3", UPLOAD.etag, UPLOAD.size)


@pytest.mark.parametrize(
    ("of_bucket", "user_data"),
    [(BUCKET.name, user_data_of(OTHER)), ("other-1250000000", "somebody's own")],
    ids=["another upload", "another bucket"],
)
def test_a_message_that_contradicts_ci_stores_nothing(bench: Workbench, of_bucket: str, user_data: str) -> None:
    (job,) = known_to_ci(bench)
    theirs = json.loads(notification(Input={"BucketId": of_bucket, "Object": OTHER.key}))["JobsDetail"][0]
    theirs["Operation"]["UserData"] = user_data
    with pytest.raises(JobContradicts) as contradicted:
        bench.completion().complete_all((type(job).model_validate(theirs),), Grant(UPLOAD.id))
    assert contradicted.value.cause == "message"
    assert bench.stored() == []


def test_one_job_that_still_runs_makes_the_whole_message_unfinished(bench: Workbench) -> None:
    finished = known_to_ci(bench)
    running = known_to_ci(bench, JobId="jrunning", State="Running")
    assert bench.completion().complete_all((*finished, *running), ANY) is Completed.STILL_RUNNING
    assert bench.completion().complete_all((*running, *finished), ANY) is Completed.STILL_RUNNING


def test_a_job_named_twice_is_asked_for_and_stored_once(bench: Workbench) -> None:
    reported = known_to_ci(bench)
    bench.completion().complete_all((*reported, *reported), ANY)
    assert len(bench.asked()) == 3


def test_an_answer_that_leaves_the_job_out_is_no_word_that_there_is_none(
    bench: Workbench, mocker: MockerFixture
) -> None:
    mocker.patch.object(Ci, "describe_jobs", return_value=Jobs(()))
    with pytest.raises(Unavailable):
        bench.completion().complete_all(parse_notification(notification()), ANY)


def test_of_several_jobs_the_good_ones_are_stored_before_the_bad_one_is_told(bench: Workbench) -> None:
    reported = known_to_ci(bench)
    unknown = reported[0].model_copy(update={"job_id": "junknown"})
    with pytest.raises(JobUnknown):
        bench.completion().complete_all((unknown, *reported), ANY)
    assert len(bench.stored("index/jobs/")) == 1


def test_without_verification_the_sender_is_believed_and_ci_is_not_asked(bench: Workbench) -> None:
    posted = parse_notification(notification())
    completion = bench.completion(verify_callbacks=False)
    assert completion.complete_all(posted, Grant(UPLOAD.id)) is Completed.STORED
    assert {asked.split()[0] for asked in bench.asked()} == {"cos"}


def test_without_verification_a_late_message_does_not_lead_back(bench: Workbench) -> None:
    (success,) = parse_notification(notification())
    failed = success.model_copy(update={"state": "Failed"})
    completion = bench.completion(verify_callbacks=False)
    completion.complete_all((success,), Grant(UPLOAD.id))
    before = bench.read(bench.stored("index/jobs/")[0])
    completion.complete_all((failed,), Grant(UPLOAD.id))
    assert bench.read(bench.stored("index/jobs/")[0]) == bench.read(bench.stored("index/log/")[0]) == before


def test_without_verification_a_later_state_takes_the_place_of_an_earlier_one(bench: Workbench) -> None:
    (success,) = parse_notification(notification())
    failed = success.model_copy(update={"state": "Failed"})
    completion = bench.completion(verify_callbacks=False)
    completion.complete_all((failed,), Grant(UPLOAD.id))
    assert bench.publication().publish().counts == {"Failed": 1}
    completion.complete_all((success,), Grant(UPLOAD.id))
    assert bench.publication().publish().counts == {"Success": 1}


def test_when_ci_cannot_be_reached_nothing_is_written(bench: Workbench) -> None:
    reported = known_to_ci(bench)
    with pytest.raises(Unreachable):
        bench.completion(ci_endpoint="http://127.0.0.1:1").complete_all(reported, ANY)
    assert bench.stored() == []


@pytest.mark.parametrize("name", ["callback-job.xml", "callback-workflow.xml", "callback-workflow.json"])
def test_the_vendor_s_notifications_are_stored_when_ci_confirms_them(bench: Workbench, name: str) -> None:
    reported = parse_notification((EVENTS / name).read_bytes())
    theirs = reported_bucket(reported, name=None, region="")
    bench.cloud.cos.create_bucket(theirs.name, theirs.region)
    bench.cloud.ci.restore((EVENTS / name).read_bytes())
    assert bench.completion(theirs).complete_all(reported, ANY) is Completed.STORED
    entry = Entry.model_validate_json(bench.read(bench.stored("index/jobs/")[0]))
    assert (entry.input.key, [output.stem for output in entry.outputs]) == ("input/demo.mp3", ["voice", "background"])


def test_without_verification_the_static_address_reports_no_job_of_another_bucket(bench: Workbench) -> None:
    """Nobody else compares the bucket then."""
    elsewhere = notification(Input={"BucketId": "other-1250000000", "Object": "a.mp3"})
    with pytest.raises(JobContradicts):
        bench.completion(verify_callbacks=False).complete_all(parse_notification(elsewhere), ANY)
    assert bench.stored() == []
