from pathlib import Path

import pytest

from localcloud import LocalCloud, Options
from localcloud.ci.pace import Manual
from tests.localcloud.ci.lab import BUCKET, REGION
from tests.localcloud.control.steering import Steering, submit
from tests.localcloud.media.files import tone, write
from tests.support import EVENTS, PATIENCE, eventually


def test_a_job_goes_step_by_step_when_told(tmp_path: Path) -> None:
    with LocalCloud(Options(pace=Manual(), buckets={BUCKET: REGION})) as cloud:
        steering = Steering(cloud)
        cloud.cos.put_file(BUCKET, "in/talk.wav", write(tmp_path / "talk.wav", tone(0.2)))
        job_id = submit(cloud, "in/talk.wav")

        (job,) = steering.get("/jobs")["jobs"]
        assert (job["job_id"], job["state"], job["progress"]) == (job_id, "Submitted", 0)
        assert (job["bucket"], job["input"], job["start_time"]) == (BUCKET, "in/talk.wav", None)

        steering.post("/jobs/advance", job_id=job_id)
        eventually(lambda: steering.get("/jobs")["jobs"][0]["state"] == "Running")
        assert steering.get("/idle") == {"is_idle": True}  # as far as it can go by itself

        steering.post("/jobs/advance", job_id=job_id)
        assert steering.get("/idle", timeout=PATIENCE) == {"is_idle": True}
        (job,) = steering.get("/jobs")["jobs"]
        assert (job["state"], job["progress"], job["code"]) == ("Success", 100, "Success")
        assert {(stem["stem"], stem["key"]) for stem in job["outputs"]} == {
            ("voice", "out/voice.mp3"),
            ("background", "out/background.mp3"),
        }


def test_why_a_job_failed_is_told(steering: Steering) -> None:
    submit(steering.cloud)
    assert steering.get("/idle", timeout=PATIENCE) == {"is_idle": True}
    (job,) = steering.get("/jobs")["jobs"]
    assert (job["state"], job["code"]) == ("Failed", "ResourceNotFound")
    assert "in/talk.mp3" in job["message"]


def test_as_many_jobs_fail_as_are_told_to_and_then_no_more(steering: Steering, tmp_path: Path) -> None:
    steering.cloud.cos.put_file(BUCKET, "in/talk.wav", write(tmp_path / "talk.wav", tone(0.2)))
    steering.post("/jobs/fail", times=2, code="ServiceBusy")
    ids = [submit(steering.cloud, "in/talk.wav") for _ in range(3)]
    assert steering.get("/idle", timeout=PATIENCE) == {"is_idle": True}
    jobs = {job["job_id"]: job for job in steering.get("/jobs")["jobs"]}
    told = [(jobs[job_id]["state"], jobs[job_id]["code"]) for job_id in ids]
    assert told == [("Failed", "ServiceBusy"), ("Failed", "ServiceBusy"), ("Success", "Success")]
    assert "told to let this job fail" in jobs[ids[0]]["message"]


def test_the_latest_jobs_come_first(steering: Steering) -> None:
    ids = [submit(steering.cloud) for _ in range(3)]
    assert [job["job_id"] for job in steering.get("/jobs", limit=2)["jobs"]] == [ids[2], ids[1]]


def test_a_job_that_goes_by_itself_cannot_be_advanced(steering: Steering) -> None:
    status, code, message = steering.refused("POST", "/jobs/advance", {"job_id": submit(steering.cloud)})
    assert (status, code) == (409, "JobsNotManual")
    assert "--manual" in message


def test_a_job_that_nobody_knows_cannot_be_advanced() -> None:
    with LocalCloud(Options(pace=Manual())) as cloud:
        assert Steering(cloud).refused("POST", "/jobs/advance", {"job_id": "jnone"})[:2] == (404, "JobNotFound")


@pytest.mark.parametrize("notification", ["callback-job.xml", "callback-job.json"])
def test_a_job_of_another_cloud_is_listed_with_what_its_notification_tells(
    steered: Steering, notification: str
) -> None:
    steered.cloud.ci.restore((EVENTS / notification).read_bytes())
    (job,) = steered.get("/jobs")["jobs"]
    assert (job["tag"], job["state"], job["outputs"]) == ("VoiceSeparate", "Success", [])
