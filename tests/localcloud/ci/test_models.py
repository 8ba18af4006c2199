import json
import logging
import threading
from pathlib import Path
from typing import Any

import pytest

from localcloud.ci.call_backs import KafkaConfig, MqConfig
from localcloud.ci.job_store import Found
from localcloud.ci.jobs import Job, RestoredJob, State, Workflow
from localcloud.ci.listing import JobFilter
from localcloud.ci.queues import NotifyConfig, QueueUpdate
from localcloud.ci.templates import Template
from localcloud.ci.voice_separate import AudioMode, VoiceSeparate
from localcloud.errors import CloudError
from tests.localcloud.ci.busy import Busy
from tests.localcloud.ci.lab import BUCKET, OUTPUT, REGION, Delivery, Lab, lab_in, request_for
from tests.support import eventually

ADDRESS = "<CallBack>http://127.0.0.1:9/secret</CallBack>"


def test_a_job_begins_submitted_and_has_no_times_yet(lab: Lab) -> None:
    job = lab.submit(request_for())
    assert (job.state, job.progress, job.start_time, job.end_time) == (State.SUBMITTED, 0, None, None)
    assert (job.bucket, job.region) == (BUCKET, REGION)
    assert job.job_id == "j" + "1".zfill(32)


def test_jobs_go_to_the_queue_of_smart_audio_and_a_queue_nobody_made_is_taken_as_it_comes(lab: Lab) -> None:
    jobs = [lab.submit(request_for()) for _ in range(2)]
    assert jobs[0].queue_id == jobs[1].queue_id == lab.ci.queue(BUCKET).queue_id
    assert lab.ci.queue(BUCKET).name == "queue-smart-audio-1"
    assert lab.submit(request_for(request="<QueueId>pmine</QueueId>")).queue_id == "pmine"


def test_a_template_wins_over_parameters_beside_it(lab: Lab, tmp_path: Path) -> None:
    lab.upload_tone(tmp_path)
    lab.ci.templates.add(Template("t1", "voice only", VoiceSeparate(audio_mode=AudioMode.IS_AUDIO)))
    how = "<TemplateId>t1</TemplateId><VoiceSeparate><AudioMode>IsBackground</AudioMode></VoiceSeparate>"
    output = f"{OUTPUT}<AuObject>v.m4a</AuObject><Object>b.m4a</Object>"
    job = lab.run(request_for(how=how, output=output))
    assert [file.key for file in job.files] == ["v.m4a"]


def test_an_unknown_template_is_refused(lab: Lab) -> None:
    with pytest.raises(CloudError, match="t404") as refusal:
        lab.submit(request_for(how="<TemplateId>t404</TemplateId>"))
    assert (refusal.value.status, refusal.value.code) == (400, "TemplateNotFound")
    assert lab.ci.jobs() == ()


def test_a_bucket_that_is_not_there_is_refused(lab: Lab) -> None:
    with pytest.raises(CloudError) as refusal:
        lab.ci.submit("none-1250000000", REGION, request_for())
    assert refusal.value.code == "NoSuchBucket"


def test_jobs_are_known_only_to_their_bucket(lab: Lab) -> None:
    job_id = lab.submit(request_for()).job_id
    assert lab.ci.get(BUCKET, [job_id, "jx"]).missing == ("jx",)
    assert lab.ci.get("other-1250000000", [job_id]) == Found(jobs=(), missing=(job_id,))


@pytest.mark.parametrize("nodes", ["", "<CallBack>no</CallBack>", "<CallBack></CallBack>"])
def test_nobody_is_told_who_did_not_ask(lab: Lab, nodes: str) -> None:
    lab.run(request_for(request=nodes))
    assert lab.deliveries == []


def test_a_delivery_that_fails_is_logged_without_its_address(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    def receive(delivery: Delivery) -> None:
        raise ConnectionRefusedError(delivery.url)

    lab.receive = receive
    with caplog.at_level(logging.DEBUG):
        first = lab.run(request_for(request=ADDRESS))
    assert first.job_id in caplog.text
    assert "ConnectionRefusedError" in caplog.text
    assert "secret" not in caplog.text
    lab.run(request_for(request=ADDRESS))
    assert len(lab.deliveries) == 2


def test_a_job_done_here_is_not_overwritten_by_a_notification(lab: Lab, tmp_path: Path) -> None:
    lab.upload_tone(tmp_path)
    job = lab.run(request_for(request=ADDRESS))
    lab.ci.restore(lab.deliveries[0].body.replace(b"Success", b"Failed"))
    assert lab.job(job.job_id) == job


def test_all_jobs_can_be_told(lab: Lab) -> None:
    jobs = [lab.submit(request_for()).job_id for _ in range(3)]
    assert [job.job_id for job in lab.ci.jobs()] == jobs
    assert all(isinstance(job, Job | RestoredJob) for job in lab.ci.jobs())


def test_requests_of_many_threads_are_all_accepted(lab: Lab) -> None:
    threads = [threading.Thread(target=lambda: lab.submit(request_for())) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lab.wait()
    states = {job.job_id: lab.job(job.job_id).state for job in lab.ci.jobs()}
    assert list(states.values()) == [State.FAILED] * 20  # there is no such object


def refusal(status: int, code: str) -> Any:
    return pytest.raises(CloudError, match=f"^{status} {code}: ")


def test_a_job_that_waits_can_be_cancelled_and_nobody_is_told(lab: Lab, busy: Busy) -> None:
    job = lab.submit(request_for(request=ADDRESS))
    lab.ci.cancel(BUCKET, job.job_id)
    cancelled = lab.job(job.job_id)
    assert (cancelled.state, cancelled.start_time, cancelled.progress) == (State.CANCEL, None, 0)
    assert cancelled.end_time is not None
    busy.end()
    lab.wait()
    assert lab.job(job.job_id) == cancelled
    assert lab.deliveries == []


def test_a_job_that_runs_or_is_over_cannot_be_cancelled(lab: Lab, busy: Busy) -> None:
    with refusal(403, "AccessDenied"):
        lab.ci.cancel(BUCKET, busy.job.job_id)
    lab.ci.cancel(BUCKET, (waiting := lab.submit(request_for())).job_id)
    with refusal(403, "AccessDenied"):
        lab.ci.cancel(BUCKET, waiting.job_id)


def test_a_job_of_another_ci_cannot_be_cancelled(lab: Lab) -> None:
    notification = {"JobsDetail": [{"JobId": "j1", "Input": {"BucketId": BUCKET}}]}
    lab.ci.restore(json.dumps(notification).encode())
    with refusal(403, "AccessDenied"):
        lab.ci.cancel(BUCKET, "j1")


@pytest.mark.parametrize("bucket", [BUCKET, "other-1250000000"])
def test_only_a_job_of_the_bucket_can_be_cancelled(lab: Lab, busy: Job, bucket: str) -> None:
    job_id = lab.submit(request_for()).job_id if bucket != BUCKET else "j404"
    with refusal(404, "JobNotFound"):
        lab.ci.cancel(bucket, job_id)


def test_a_paused_queue_takes_no_jobs_and_holds_those_that_wait(lab: Lab, busy: Busy) -> None:
    waiting = lab.submit(request_for())
    lab.set_queue("Paused")
    assert lab.job(waiting.job_id).state is State.PAUSE
    assert lab.job(busy.job.job_id).state is State.RUNNING
    with refusal(403, "QueuePaused"):
        lab.submit(request_for())
    with refusal(403, "QueuePaused"):
        lab.submit(request_for(request=f"<QueueId>{lab.ci.queue(BUCKET).queue_id}</QueueId>"))
    lab.set_queue("Active")
    assert lab.job(waiting.job_id).state is State.SUBMITTED
    assert lab.submit(request_for()).state is State.SUBMITTED


def test_jobs_that_were_held_are_done_when_the_queue_goes_on(lab: Lab, busy: Busy) -> None:
    held = [lab.submit(request_for()) for _ in range(2)]
    lab.set_queue("Paused")
    busy.end()
    lab.wait()
    assert [lab.job(job.job_id).state for job in held] == [State.PAUSE] * 2
    lab.set_queue("Active")
    assert [lab.finished(job.job_id).state for job in held] == [State.SUCCESS] * 2


def test_a_job_that_is_held_can_be_cancelled_and_stays_so(lab: Lab, busy: Busy) -> None:
    job = lab.submit(request_for())
    lab.set_queue("Paused")
    lab.ci.cancel(BUCKET, job.job_id)
    lab.set_queue("Active")
    assert lab.job(job.job_id).state is State.CANCEL


def test_the_queue_of_media_processing_does_not_hold_the_jobs_of_smart_audio(lab: Lab, busy: Busy) -> None:
    waiting = lab.submit(request_for())
    queue = lab.ci.queue(BUCKET, "Transcoding")
    update = QueueUpdate(name="queue-1", state="Paused", notify_config=NotifyConfig())
    lab.ci.update_queue(BUCKET, "Transcoding", queue.queue_id, update)
    assert lab.job(waiting.job_id).state is State.SUBMITTED
    assert lab.submit(request_for()).state is State.SUBMITTED


def test_a_full_queue_takes_no_job_until_one_has_left(lab: Lab, busy: Busy) -> None:
    lab.ci.set_max_size(BUCKET, 2)
    first, _ = (lab.submit(request_for()) for _ in range(2))
    with refusal(403, "QueueSaturated"):
        lab.submit(request_for())
    assert len(lab.ci.jobs()) == 3
    lab.ci.cancel(BUCKET, first.job_id)
    assert lab.submit(request_for()).state is State.SUBMITTED


def test_as_many_jobs_run_at_once_as_the_queue_lets(lab: Lab, busy: Busy) -> None:
    second, third = (lab.submit(request_for()) for _ in range(2))
    assert [lab.job(job.job_id).state for job in (second, third)] == [State.SUBMITTED] * 2
    lab.ci.set_max_concurrent(BUCKET, 2)
    eventually(lambda: lab.job(second.job_id).state is State.RUNNING)
    assert lab.job(busy.job.job_id).state is State.RUNNING
    assert lab.job(third.job_id).state is State.SUBMITTED
    busy.end()
    assert lab.finished(third.job_id).state is State.SUCCESS


def test_jobs_that_run_at_once_are_all_really_done(tmp_path: Path) -> None:
    with lab_in(tmp_path / "cloud", max_concurrent=3) as lab:
        lab.upload_tone(tmp_path)
        outputs = [f"{OUTPUT}<AuObject>{n}.mp3</AuObject>" for n in range(5)]
        jobs = [lab.submit(request_for(mode="IsAudio", output=output)) for output in outputs]
        lab.wait()
        assert [lab.job(job.job_id).state for job in jobs] == [State.SUCCESS] * 5
        assert len({lab.job(job.job_id).files[0].md5 for job in jobs}) == 1


def test_a_bucket_has_to_be_opened_first_where_that_is_required(tmp_path: Path) -> None:
    with lab_in(tmp_path, require_opened=True) as lab:
        with refusal(400, "MediaBucketUnBinded"):
            lab.submit(request_for())
        lab.ci.smart_audio.open(BUCKET)
        assert lab.submit(request_for()).state is State.SUBMITTED


def test_a_template_of_another_bucket_is_not_found(lab: Lab) -> None:
    separate = VoiceSeparate(audio_mode=AudioMode.IS_AUDIO)
    lab.ci.templates.add(Template("t1", "theirs", separate, bucket="other-1250000000"))
    with refusal(400, "TemplateNotFound"):
        lab.submit(request_for(how="<TemplateId>t1</TemplateId>"))


ON = {"Url": "http://127.0.0.1:9/queue", "Event": "TaskFinish,WorkflowFinish", "Type": "Url", "State": "On"}


def test_a_queue_tells_of_jobs_that_do_not_say_whom_to_tell(lab: Lab) -> None:
    lab.set_queue(notify_config={**ON, "ResultFormat": "JSON"})
    lab.run(request_for())
    (delivery,) = lab.deliveries
    assert (delivery.url, delivery.content_type) == ("http://127.0.0.1:9/queue", "application/json")


def test_a_job_tells_whom_it_names_and_not_whom_its_queue_would(lab: Lab) -> None:
    lab.set_queue(notify_config=ON)
    lab.run(request_for(request=ADDRESS))
    assert [delivery.url for delivery in lab.deliveries] == ["http://127.0.0.1:9/secret"]


@pytest.mark.parametrize(
    ("config", "nodes"),
    [
        (ON, "<CallBack>no</CallBack>"),
        ({**ON, "State": "Off"}, ""),
        ({**ON, "Event": "WorkflowFinish"}, ""),
        (ON, "<QueueId>pmine</QueueId>"),
    ],
)
def test_a_queue_keeps_quiet(lab: Lab, config: dict[str, str], nodes: str) -> None:
    lab.set_queue(notify_config=config)
    lab.run(request_for(request=nodes))
    assert lab.deliveries == []


def test_news_for_brokers_is_kept(lab: Lab) -> None:
    tdmq = "<CallBackMqConfig><MqRegion>gz</MqRegion><MqName>news</MqName></CallBackMqConfig>"
    kafka = "<Region>ap-guangzhou</Region><InstanceId>ckafka-1</InstanceId><Topic>news</Topic>"
    first = lab.run(request_for(request=f"<CallBackType>TDMQ</CallBackType>{tdmq}"))
    second = lab.run(
        request_for(
            request=f"<CallBackType>Kafka</CallBackType><CallBackKafkaConfig>{kafka}</CallBackKafkaConfig>"
            "<CallBackFormat>JSON</CallBackFormat>"
        )
    )
    to_tdmq, to_kafka = lab.ci.messages
    assert (to_tdmq.about, to_tdmq.content_type) == (first.job_id, "application/xml")
    assert to_tdmq.broker == MqConfig(mq_region="gz", mq_name="news")
    assert first.job_id.encode() in to_tdmq.body
    assert (to_kafka.about, to_kafka.content_type) == (second.job_id, "application/json")
    assert to_kafka.broker == KafkaConfig(region="ap-guangzhou", instance_id="ckafka-1", topic="news")
    assert lab.deliveries == []


def test_a_queue_can_tell_a_broker(lab: Lab) -> None:
    tdmq = {"Type": "TDMQ", "MqRegion": "bj", "MqMode": "Topic", "MqName": "news"}
    lab.set_queue(notify_config={"State": "On", "Event": "TaskFinish", **tdmq})
    lab.run(request_for())
    assert [message.broker for message in lab.ci.messages] == [
        MqConfig(mq_region="bj", mq_mode="Topic", mq_name="news")
    ]


def test_a_job_of_a_workflow_says_so_in_its_news_and_is_found_by_it(lab: Lab) -> None:
    workflow = Workflow("VoiceSeparate_1", "i1", "w1", "on upload", {"Size": "44"})
    lab.submit(request_for())
    job = lab.ci.submit(BUCKET, REGION, request_for(request=ADDRESS), workflow=workflow)
    lab.wait()
    assert b"<WorkflowId>w1</WorkflowId>" in lab.deliveries[0].body
    assert b"<CosHeaders><Key>Size</Key><Value>44</Value></CosHeaders>" in lab.deliveries[0].body
    assert [found.job_id for found in lab.ci.list(BUCKET, JobFilter(workflow_id="w1")).jobs] == [job.job_id]


def test_jobs_are_listed_of_their_bucket_only(lab: Lab) -> None:
    lab.submit(request_for())
    assert lab.ci.list("other-1250000000", JobFilter()).jobs == ()


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (JobFilter(queue_type="Speeching"), 1),
        (JobFilter(queue_type="Transcoding"), 0),
        (JobFilter(queue_type="DocProcess"), 0),
        (JobFilter(queue_id="pmine"), 1),
        (JobFilter(queue_id="pmine", queue_type="Transcoding"), 1),
        (JobFilter(), 2),
    ],
)
def test_jobs_are_listed_by_their_queue(lab: Lab, wanted: JobFilter, told: int) -> None:
    lab.submit(request_for())
    lab.submit(request_for(request="<QueueId>pmine</QueueId>"))
    assert len(lab.ci.list(BUCKET, wanted).jobs) == told
