import json
import re
from typing import Any

import pytest
from pytest_mock import MockerFixture

from tests.voice_separation.conftest import BUCKET, Workbench
from voice_separation.errors import SubmissionIncomplete, Unreachable
from voice_separation.index import documents
from voice_separation.jobs.detail import JobDetail
from voice_separation.tencent.ci import Ci
from voice_separation.uploads import ObjectCreated, UnreadableRecord, upload_id

KEY = "incoming/talk.mp3"
SECRET = "0123456789abcdef0123456789abcdef"
CALLBACK = {"callback_url": "https://1250000000-abcdefghij.ap-guangzhou.tencentscf.com", "callback_secrets": SECRET}


def test_the_straight_way_takes_four_requests_in_this_order(bench: Workbench) -> None:
    (outcome,) = bench.submission().submit_all((bench.upload(),))
    assert outcome.result == "submitted"
    head, claim, job, pending = bench.asked()
    assert head == f"cos HEAD /{KEY}"
    assert claim == f"cos PUT /index/claims/{outcome.upload_id}/1.json"
    assert job == "ci POST /jobs"
    assert re.fullmatch(rf"cos PUT /index/pending/\d{{4}}-\d\d-\d\d/\d\d/{outcome.upload_id}\.json", pending)


def test_the_claim_and_the_pending_document_tell_who_and_what(bench: Workbench) -> None:
    (outcome,) = bench.submission("request-7").submit_all((bench.upload(),))
    claim_key, pending_key = bench.stored()
    claim = documents.Claim.model_validate_json(bench.read(claim_key))
    pending = documents.Pending.model_validate_json(bench.read(pending_key))
    stored = bench.cloud.cos.get(BUCKET.name, KEY)
    assert (claim.attempt, claim.nonce, claim.request_id) == (1, "nonce-1", "request-7")
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


def test_a_claim_of_ours_whose_answer_was_lost_is_still_ours(bench: Workbench) -> None:
    record = bench.upload()
    stored = bench.cloud.cos.get(BUCKET.name, KEY)
    identity = upload_id(BUCKET.name, KEY, stored.etag)
    submission = bench.submission()
    upload, _ = submission._look_at(record)
    claim = submission._claim(upload)  # nonce-1, written although nobody heard of it
    bench.cloud.cos.put(BUCKET.name, f"index/claims/{identity}/1.json", claim.content())
    bench.nonces = iter([1])  # type: ignore[assignment]
    (outcome,) = bench.submission().submit_all((record,))
    assert outcome.result == "submitted"


@pytest.mark.parametrize(
    ("content", "stored", "settings", "reason"),
    [
        (b"", {}, {}, "empty"),
        (b"12345", {}, {"max_input_bytes": 4}, "more than MAX_INPUT_BYTES (4) allows"),
        (b"12345", {"storage_class": "ARCHIVE"}, {}, "restore it"),
    ],
)
def test_what_cannot_be_separated_is_refused_with_a_reason_and_costs_no_job(
    bench: Workbench, content: bytes, stored: dict[str, str], settings: dict[str, Any], reason: str
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
    lost = Unreachable("CreateMediaJobs", "a", status=0, code="ProtocolError", reason="no answer came")
    create_job = mocker.patch.object(Ci, "create_job", autospec=True, side_effect=[lost, *[mocker.DEFAULT] * 2])
    create_job.return_value = JobDetail(job_id="j1", state="Submitted")
    records = (bench.upload("incoming/1.mp3"), UnreadableRecord("no key"), bench.upload("incoming/2.mp3"))
    with pytest.raises(SubmissionIncomplete, match=r"1 of 3 uploads were not submitted; first: incoming/1\.mp3"):
        bench.submission().submit_all(records)
    assert create_job.call_count == 2
    assert [key.split("/")[1] for key in bench.stored()] == ["claims", "claims", "pending"]


def test_a_job_is_given_an_address_for_its_upload_only_and_no_log_line_shows_it(bench: Workbench) -> None:
    (outcome,) = bench.submission(**CALLBACK).submit_all((bench.upload(),))
    assert outcome.result == "submitted"
    assert "tencentscf" not in bench.lines.text
    assert "/v1/" not in bench.lines.text
    assert "tencentscf" not in json.dumps(outcome.report())


def test_what_was_done_is_logged_under_the_closed_list_of_events(bench: Workbench) -> None:
    bench.submission().submit_all((bench.upload(), UnreadableRecord("no key")))
    told = [line["event"] for line in bench.lines.events() if line["level"] != "DEBUG"]
    assert told == ["job.submitted", "upload.skipped"]
