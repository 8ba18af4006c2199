import json
import re
import time
from typing import Any

import pytest
from pytest_mock import MockerFixture

from tests.voice_separation.conftest import BUCKET, Workbench
from voice_separation.bucket import Bucket
from voice_separation.cos_events import UnreadableRecord
from voice_separation.errors import InputRefused, Misconfigured, SubmissionIncomplete
from voice_separation.index import documents
from voice_separation.jobs.callbacks import UrlCallback
from voice_separation.jobs.detail import JobDetail
from voice_separation.jobs.formats import CallbackFormat
from voice_separation.jobs.request import JobRequest
from voice_separation.tencent.ci import Ci
from voice_separation.uploads import ObjectCreated, upload_id

KEY = "incoming/talk.mp3"
SECRET = "0123456789abcdef0123456789abcdef"
CALLBACK = {"callback_url": "https://1250000000-abcdefghij.ap-guangzhou.tencentscf.com", "callback_secrets": SECRET}


def test_the_straight_way_takes_five_requests_in_this_order(bench: Workbench) -> None:
    (outcome,) = bench.submission().submit_all((bench.upload(),))
    assert outcome.result == "submitted"
    head, claim, confirmation, job, pending = bench.asked()
    assert head == f"cos HEAD /{KEY}"
    assert claim == f"cos PUT /index/claims/{outcome.upload_id}/1.json"
    assert confirmation == f"cos GET /index/claims/{outcome.upload_id}/1.json"
    assert job == "ci POST /jobs"
    assert re.fullmatch(rf"cos PUT /index/pending/\d{{4}}-\d\d-\d\d/\d\d/{outcome.upload_id}\.json", pending)


def test_the_claim_and_the_pending_document_tell_who_and_what(bench: Workbench) -> None:
    (outcome,) = bench.submission("request-7").submit_all((bench.upload(),))
    claim_key, pending_key = bench.stored()
    claim = documents.Claim.model_validate_json(bench.read(claim_key))
    pending = documents.Pending.model_validate_json(bench.read(pending_key))
    stored = bench.cloud.cos.get(BUCKET.name, KEY)
    assert (claim.attempt, claim.request_id) == (1, "request-7")
    assert len(claim.nonce) == 32
    assert claim.lease_until > claim.claimed_at
    assert claim.upload == pending.upload
    assert claim.upload.upload_id == upload_id(BUCKET.name, KEY, stored.etag) == outcome.upload_id
    assert (claim.upload.key, claim.upload.etag, claim.upload.size_bytes) == (KEY, stored.etag, stored.size)
    assert pending.job_id == outcome.job_id
    assert list(json.loads(bench.read(claim_key))) == sorted(json.loads(bench.read(claim_key)))


def test_the_job_is_asked_for_as_the_settings_say(bench: Workbench) -> None:
    settings: dict[str, Any] = {"audio_mode": "IsAudio", "audio_codec": "flac", "job_level": 2}
    (outcome,) = bench.submission(**settings).submit_all((bench.upload(),))
    (job,) = bench.invocation().ci.describe_jobs(BUCKET, (outcome.job_id or "",)).details
    assert job.operation is not None
    assert job.operation.output is not None
    assert job.operation.output.au_object == f"separated/{KEY}/voice.flac"
    assert job.operation.output.object is None
    assert (job.operation.user_data or "").startswith(f"upload_id={outcome.upload_id} etag=")
    assert job.input is not None
    assert (job.input.bucket_id, job.input.object) == (BUCKET.name, KEY)


def test_an_event_delivered_twice_is_one_job(bench: Workbench) -> None:
    record = bench.upload()
    first, second = bench.submission().submit_all((record, record))
    (third,) = bench.submission("request-2").submit_all((record,))
    assert [first.result, second.result, third.result] == ["submitted", "held", "held"]
    assert bench.asked().count("ci POST /jobs") == 1


def test_new_content_under_the_same_key_is_another_job(bench: Workbench) -> None:
    bench.submission().submit_all((bench.upload(),))
    (again,) = bench.submission().submit_all((bench.upload(content=b"ID3 something else"),))
    assert again.result == "submitted"
    assert bench.asked().count("ci POST /jobs") == 2


def test_a_claim_of_ours_whose_answer_was_lost_is_still_ours(bench: Workbench, mocker: MockerFixture) -> None:
    mocker.patch("voice_separation.instance.new_nonce", return_value="the same nonce")
    record = bench.upload()
    first = bench.submission("request-1")
    mocker.patch.object(Ci, "create_job", side_effect=KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        first.submit_all((record,))  # the claim is written, and then the instance dies
    mocker.stopall()
    mocker.patch("voice_separation.instance.new_nonce", return_value="the same nonce")
    (outcome,) = bench.submission("request-2").submit_all((record,))
    assert outcome.result == "submitted"


@pytest.mark.parametrize(
    ("content", "stored", "settings", "reason"),
    [
        (b"", {}, {}, "empty"),
        (b"12345", {}, {"max_input_bytes": 4}, "more than MAX_INPUT_BYTES (4) allows"),
        (b"12345", {"storage_class": "ARCHIVE"}, {}, "restore it"),
        (b"12345", {"storage_class": "DEEP_ARCHIVE"}, {}, "restore it"),
        (b"12345", {"metadata": {"x-cos-meta-voice-separation-codec": "vorbis"}}, {}, "voice-separation-codec"),
    ],
)
def test_what_cannot_be_separated_is_refused_with_a_reason_and_costs_no_job(
    bench: Workbench, content: bytes, stored: dict[str, Any], settings: dict[str, Any], reason: str
) -> None:
    record = bench.upload(content=content, **stored)
    (outcome,) = bench.submission(**settings).submit_all((record,))
    assert outcome.result == "refused"
    assert bench.stored() == [f"index/refused/{outcome.upload_id}.json"]
    refused = documents.Refused.model_validate_json(bench.read(bench.stored()[0]))
    assert reason in refused.reason.message
    assert refused.upload.key == KEY
    assert "ci POST /jobs" not in bench.asked()


def test_an_object_s_own_options_decide_over_the_settings(bench: Workbench) -> None:
    own = {"x-cos-meta-voice-separation-mode": "IsBackground", "x-cos-meta-voice-separation-codec": "amr"}
    (outcome,) = bench.submission(job_level=1).submit_all((bench.upload(metadata=own),))
    (job,) = bench.invocation().ci.describe_jobs(BUCKET, (outcome.job_id or "",)).details
    assert job.operation is not None
    assert job.operation.output is not None
    assert job.operation.output.object == f"separated/{KEY}/background.amr"
    assert job.operation.output.au_object is None


def test_an_object_that_says_skip_is_skipped_and_one_that_asks_for_nonsense_is_refused(bench: Workbench) -> None:
    skip = bench.upload("incoming/skip.mp3", metadata={"x-cos-meta-voice-separation-skip": "true"})
    nonsense = bench.upload("incoming/odd.mp3", metadata={"x-cos-meta-voice-separation-mode": "Loud"})
    skipped, refused = bench.submission().submit_all((skip, nonsense))
    assert (skipped.result, skipped.reason) == ("skipped", "its metadata says skip")
    assert refused.result == "refused"
    assert "x-cos-meta-voice-separation-mode" in (refused.reason or "")
    assert "ci POST /jobs" not in bench.asked()


def test_a_key_that_no_xml_can_carry_is_refused(bench: Workbench) -> None:
    (outcome,) = bench.submission().submit_all((bench.upload("incoming/bell\x07.mp3"),))
    assert outcome.result == "refused"
    assert "control character" in (outcome.reason or "")


def test_an_object_that_is_gone_is_skipped(bench: Workbench) -> None:
    record = ObjectCreated("cos:ObjectCreated:Put", BUCKET, ("incoming/gone.mp3",))
    (outcome,) = bench.submission().submit_all((record,))
    assert (outcome.result, outcome.reason) == ("skipped", "the object is gone")
    assert bench.stored() == []


def test_cos_decides_which_reading_of_a_key_is_the_object(bench: Workbench) -> None:
    bench.upload("incoming/100%25.mp3")
    record = ObjectCreated("cos:ObjectCreated:Put", BUCKET, ("incoming/100%.mp3", "incoming/100%25.mp3"))
    (outcome,) = bench.submission().submit_all((record,))
    assert (outcome.result, outcome.key) == ("submitted", "incoming/100%25.mp3")


def test_the_kill_switch_skips_everything_without_a_request(bench: Workbench) -> None:
    (outcome,) = bench.submission(enabled=False).submit_all((bench.upload(),))
    assert (outcome.result, outcome.reason) == ("skipped", "ENABLED is false")
    assert bench.asked() == []


def test_one_bad_record_never_stops_the_others_and_is_told_at_the_end(bench: Workbench, mocker: MockerFixture) -> None:
    denied = Misconfigured("CreateMediaJobs", "a", status=403, code="AccessDenied", reason="no permission")
    create_job = mocker.patch.object(Ci, "create_job", autospec=True, side_effect=[denied, *[mocker.DEFAULT] * 2])
    create_job.return_value = JobDetail(job_id="j1", state="Submitted")
    records = (bench.upload("incoming/1.mp3"), UnreadableRecord("no key"), bench.upload("incoming/2.mp3"))
    with pytest.raises(SubmissionIncomplete, match=r"1 of 3 uploads were not submitted; first: incoming/1\.mp3"):
        bench.submission().submit_all(records)
    assert create_job.call_count == 2
    assert [key.split("/")[1] for key in bench.stored()] == ["claims", "claims", "pending", "waiting"]


def test_a_job_is_given_an_address_for_its_upload_only_and_no_log_line_shows_it(bench: Workbench) -> None:
    (outcome,) = bench.submission(**CALLBACK).submit_all((bench.upload(),))
    assert outcome.result == "submitted"
    assert "tencentscf" not in bench.lines.text
    assert "/v1/" not in bench.lines.text
    assert "tencentscf" not in json.dumps(outcome.report())


def test_what_was_done_is_logged_under_the_closed_list_of_events(bench: Workbench) -> None:
    bench.submission().submit_all((bench.upload(), UnreadableRecord("no key")))
    told = [line["event"] for line in bench.lines.events() if line["level"] != "DEBUG"]
    assert sorted(told) == ["job.submitted", "upload.skipped"]


def test_an_object_of_just_the_allowed_size_is_submitted(bench: Workbench) -> None:
    (outcome,) = bench.submission(max_input_bytes=8).submit_all((bench.upload(content=b"12345678"),))
    assert outcome.result == "submitted"


def sent_to_ci(bench: Workbench, mocker: MockerFixture, record: ObjectCreated, **settings: Any) -> JobRequest:
    create_job = mocker.patch.object(Ci, "create_job", return_value=JobDetail(job_id="j1", state="Submitted"))
    bench.submission(**settings).submit_all((record,))
    request = create_job.call_args.args[1]
    assert isinstance(request, JobRequest)
    return request


def test_every_setting_of_a_job_is_in_its_request(bench: Workbench, mocker: MockerFixture) -> None:
    request = sent_to_ci(
        bench,
        mocker,
        bench.upload(metadata={"x-cos-meta-voice-separation-job-level": "2"}),
        output_bucket="stems-1250000000",
        output_region="ap-beijing",
        queue_id="p1",
        audio_bitrate=64,
        job_level=1,
        callback_format="XML",
        callback_ttl_hours=2,
        **CALLBACK,
    )
    assert (request.output_bucket, request.output_region, request.queue_id) == ("stems-1250000000", "ap-beijing", "p1")
    assert request.job_level == 2
    assert request.parameters is not None
    assert request.parameters.audio_config.bitrate == 64
    callback = request.callback
    assert isinstance(callback, UrlCallback)
    assert callback.format is CallbackFormat.XML
    expiry = int(callback.url.split("/")[-2])
    assert 7100 < expiry - time.time() < 7300


def test_a_template_of_the_settings_is_asked_for(bench: Workbench, mocker: MockerFixture) -> None:
    request = sent_to_ci(bench, mocker, bench.upload(), template_id="t1")
    assert (request.template_id, request.parameters) == ("t1", None)


def test_without_a_callback_address_none_is_sent(bench: Workbench, mocker: MockerFixture) -> None:
    assert sent_to_ci(bench, mocker, bench.upload()).callback is None


def test_the_index_may_be_in_another_bucket(bench: Workbench) -> None:
    bench.cloud.cos.create_bucket("index-1250000000", BUCKET.region)
    bench.submission(index_bucket="index-1250000000").submit_all((bench.upload(),))
    assert bench.stored() == []
    listed = bench.cloud.cos.list("index-1250000000", prefix="index/").contents
    assert [stored.key.split("/")[1] for stored in listed] == ["claims", "pending"]


def test_an_input_that_ci_refuses_is_refused_and_may_be_uploaded_again(bench: Workbench, mocker: MockerFixture) -> None:
    no = InputRefused("CreateMediaJobs", "a", status=400, code="ResourceNotSupported", reason="no media")
    mocker.patch.object(Ci, "create_job", side_effect=no)
    (outcome,) = bench.submission().submit_all((bench.upload(),))
    assert (outcome.result, outcome.reason) == ("refused", "no media")
    assert [key.split("/")[1] for key in bench.stored()] == ["refused"]
    mocker.stopall()
    (again,) = bench.submission("request-2").submit_all((bench.upload(),))
    assert again.result == "submitted"


def test_a_wrong_region_is_a_configuration_error_and_no_missing_object(bench: Workbench) -> None:
    elsewhere = ObjectCreated("cos:ObjectCreated:Put", Bucket(BUCKET.name, "ap-nowhere"), (KEY,))
    bench.upload()
    with pytest.raises(SubmissionIncomplete, match="NoSuchBucket"):
        bench.submission().submit_all((elsewhere,))
    failed = [line for line in bench.lines.events() if line["event"] == "upload.failed"]
    assert [line["level"] for line in failed] == ["ERROR"]


def test_a_lease_is_as_long_as_a_function_can_run(bench: Workbench) -> None:
    bench.submission().submit_all((bench.upload(),))
    claim = documents.Claim.model_validate_json(bench.read(bench.stored("index/claims/")[0]))
    assert (claim.lease_until - claim.claimed_at).total_seconds() == 900


def test_a_claim_that_nobody_can_read_is_somebody_s(bench: Workbench) -> None:
    record = bench.upload()
    identity = upload_id(BUCKET.name, KEY, bench.cloud.cos.get(BUCKET.name, KEY).etag)
    bench.cloud.cos.put(BUCKET.name, f"index/claims/{identity}/1.json", b"not json")
    (outcome,) = bench.submission().submit_all((record,))
    assert outcome.result == "held"
