"""Jobs on the wire, with the vendor's SDK as the client."""

from pathlib import Path
from typing import Any

import pytest

from localcloud.ci.templates import Template
from localcloud.ci.voice_separate import AudioMode, VoiceSeparate
from tests.localcloud.ci.busy import Busy
from tests.localcloud.ci.lab import BUCKET, REGION, body, request_for
from tests.localcloud.ci.wire import Wire, refused

JOB: dict[str, Any] = {
    "Tag": "VoiceSeparate",
    "Input": {"Object": "in/talk & more.mp3"},
    "Operation": {
        "VoiceSeparate": {"AudioMode": "AudioAndBackground", "AudioConfig": {"Codec": "mp3", "Bitrate": "128"}},
        "Output": {
            "Region": REGION,
            "Bucket": BUCKET,
            "Object": "out/${jobid}/background.${ext}",
            "AuObject": "out/${jobid}/voice.${ext}",
        },
        "UserData": "upload 1",
    },
}


def test_the_vendors_sdk_submits_and_follows_a_job(wire: Wire, tmp_path: Path) -> None:
    wire.lab.upload_tone(tmp_path, "in/talk & more.mp3")
    submitted = wire.create(JOB)
    assert (submitted["State"], submitted["Code"], submitted["Message"]) == ("Submitted", "Success", None)
    assert (submitted["StartTime"], submitted["EndTime"]) == ("-", "-")
    assert submitted["Input"] == {"BucketId": BUCKET, "Object": "in/talk & more.mp3", "Region": REGION}
    assert submitted["QueueId"] == wire.lab.ci.queue(BUCKET).queue_id
    wire.lab.wait()
    (finished,) = wire.get(submitted["JobId"])["JobsDetail"]
    assert (finished["State"], finished["Progress"]) == ("Success", "100")
    assert finished["CreationTime"] < finished["StartTime"] < finished["EndTime"]
    operation = finished["Operation"]
    assert operation["UserData"] == "upload 1"
    assert operation["VoiceSeparate"] == JOB["Operation"]["VoiceSeparate"]
    assert operation["Output"] == JOB["Operation"]["Output"]
    names = operation["MediaResult"]["OutputFile"]["ObjectName"]
    folder = f"out/{submitted['JobId']}"
    assert names == [f"{folder}/voice.mp3", f"{folder}/background.mp3"]
    md5s = [each["Md5"] for each in operation["MediaResult"]["OutputFile"]["Md5Info"]]
    assert md5s == [wire.lab.cos.get(BUCKET, name).etag for name in names]


@pytest.mark.parametrize(
    ("mode", "keys"),
    [
        ("IsAudio", {"AuObject": "v.mp3"}),
        ("IsBackground", {"Object": "b.mp3"}),
        ("AudioAndBackground", {"AuObject": "v.mp3", "Object": "b.mp3"}),
        ("MusicMode", {"AuObject": "v.mp3", "Object": "b.mp3", "BassObject": "bass.mp3", "DrumObject": "drum.mp3"}),
    ],
)
def test_the_vendors_sdk_submits_every_mode(wire: Wire, tmp_path: Path, mode: str, keys: dict[str, str]) -> None:
    wire.lab.upload_tone(tmp_path)
    operation = {
        "VoiceSeparate": {"AudioMode": mode, "AudioConfig": {"Codec": "mp3"}},
        "Output": {"Region": REGION, "Bucket": BUCKET, **keys},
    }
    submitted = wire.create({"Tag": "VoiceSeparate", "Input": {"Object": "in/talk.mp3"}, "Operation": operation})
    wire.lab.wait()
    (finished,) = wire.get(submitted["JobId"])["JobsDetail"]
    assert finished["State"] == "Success"
    written = finished["Operation"]["MediaResult"]["OutputFile"]["ObjectName"]
    assert written == (list(keys.values()) if len(keys) > 1 else next(iter(keys.values())))


def test_a_job_by_template_names_the_template_and_not_its_parameters(wire: Wire) -> None:
    wire.lab.ci.templates.add(Template("t1", "voice only", VoiceSeparate(audio_mode=AudioMode.IS_AUDIO), BUCKET))
    submitted = wire.create({**JOB, "Operation": {**JOB["Operation"], "TemplateId": "t1"}})
    operation = submitted["Operation"]
    assert (operation["TemplateId"], operation["TemplateName"]) == ("t1", "voice only")
    assert "VoiceSeparate" not in operation


def test_a_failed_job_says_why_and_names_no_place_of_this_machine(wire: Wire) -> None:
    wire.lab.cos.put(BUCKET, "in/talk & more.mp3", b"no media at all " * 200)
    submitted = wire.create(JOB)
    wire.lab.wait()
    (failed,) = wire.get(submitted["JobId"])["JobsDetail"]
    assert (failed["State"], failed["Code"]) == ("Failed", "ResourceNotSupported")
    assert failed["Message"].startswith("'in/talk & more.mp3' is no audio or video that can be decoded")
    assert "MediaResult" not in failed["Operation"]


def test_several_jobs_are_told_in_the_order_asked_for(wire: Wire) -> None:
    first, second = (wire.lab.submit(request_for()).job_id for _ in range(2))
    answer = wire.get(f"{second},jx,{first},jy")
    assert [job["JobId"] for job in answer["JobsDetail"]] == [second, first]
    assert answer["NonExistJobIds"] == ["jx", "jy"]


def test_an_unknown_job_is_an_answer_and_no_error(wire: Wire) -> None:
    answer = wire.send("GET", "/jobs/jx")
    assert (answer.status, answer.document["Response"]) == (200, {"NonExistJobIds": "jx"})


def test_ten_jobs_may_be_asked_for_at_once_and_not_eleven(wire: Wire) -> None:
    assert wire.send("GET", f"/jobs/{','.join('abcdefghij')}").status == 200
    assert wire.send("GET", f"/jobs/{','.join('abcdefghijk')}").error == (400, "InvalidArgument")


def test_a_refusal_is_cis_error_document(wire: Wire) -> None:
    answer = wire.send("POST", "/jobs", body(tag="Transcode"))
    assert answer.error == (400, "InvalidArgument")
    assert list(answer.document["Error"]) == ["Code", "Message", "RequestId", "TraceId"]
    assert wire.lab.ci.jobs() == ()


def test_the_vendors_sdk_sees_refusals(wire: Wire) -> None:
    with refused(400, "InvalidArgument"):
        wire.create({**JOB, "Tag": "Transcode"})
    with refused(501, "NotImplemented"):
        wire.create({**JOB, "Operation": [JOB["Operation"], JOB["Operation"]]})
    with refused(400, "InvalidArgument"):
        wire.create({**JOB, "CallBackType": "TDMQ"})
    wire.lab.set_queue("Paused")
    with refused(403, "QueuePaused"):
        wire.create(JOB)
    wire.lab.set_queue("Active")
    wire.lab.ci.set_max_size(BUCKET, 0)
    with refused(403, "QueueSaturated"):
        wire.create(JOB)


def test_the_vendors_sdk_has_news_sent_to_brokers(wire: Wire) -> None:
    mq = {"CallBackType": "TDMQ", "CallBackMqConfig": {"MqRegion": "gz", "MqMode": "Queue", "MqName": "news"}}
    kafka = {"Region": "ap-guangzhou", "InstanceId": "ckafka-1", "Topic": "news"}
    jobs = [
        wire.create({**JOB, **mq}),
        wire.create({**JOB, "CallBackType": "Kafka", "CallBackKafkaConfig": kafka}),
    ]
    wire.lab.wait()
    assert [message.about for message in wire.lab.ci.messages] == [job["JobId"] for job in jobs]


def test_the_vendors_sdk_lists_jobs_page_by_page(wire: Wire) -> None:
    submitted = [wire.lab.submit(request_for()).job_id for _ in range(7)]
    seen, token = [], ""
    while True:
        page = wire.client.ci_list_media_jobs(Bucket=BUCKET, Tag="VoiceSeparate", Size=3, NextToken=token)
        seen.append([job["JobId"] for job in page["JobsDetail"]])
        if not (token := page["NextToken"] or ""):
            break
    newest_first = submitted[::-1]
    assert seen == [newest_first[:3], newest_first[3:6], newest_first[6:]]


def test_the_vendors_sdk_filters_the_list(wire: Wire) -> None:
    missing = [wire.lab.run(request_for()).job_id for _ in range(2)]

    def listed(**wanted: Any) -> list[str]:
        answer = wire.client.ci_list_media_jobs(Bucket=BUCKET, Tag="VoiceSeparate", **wanted)
        return [job["JobId"] for job in answer.get("JobsDetail", [])]

    queue_id = wire.lab.ci.queue(BUCKET).queue_id
    assert listed(OrderByTime="Asc") == missing
    assert listed(QueueId=queue_id, States="Failed,Success", OrderByTime="Asc") == missing
    assert listed(QueueId="p404") == listed(States="Success") == []
    begin = wire.get(missing[1])["JobsDetail"][0]["CreationTime"]
    assert listed(StartCreationTime=begin) == missing[1:]
    assert listed(EndCreationTime=begin, OrderByTime="Asc") == missing
    assert listed(StartCreationTime="2100-01-01T00:00:00+0800") == []


def test_jobs_are_listed_by_their_input_which_the_sdk_cannot(wire: Wire) -> None:
    wire.lab.submit(request_for())
    spaced = wire.lab.submit(request_for(key="in/a b+c.mp3"))
    answer = wire.send("GET", "/jobs?tag=VoiceSeparate&queueType=Speeching&inputObject=in%2Fa%20b%2Bc.mp3")
    assert answer.document["Response"]["JobsDetail"]["JobId"] == spaced.job_id


def test_a_wrong_parameter_of_a_list_is_named(wire: Wire) -> None:
    answer = wire.send("GET", "/jobs?size=1000")
    assert answer.error == (400, "InvalidArgument")
    assert answer.message.startswith("size is not right")


def test_the_vendors_sdk_cancels_a_job_that_waits(wire: Wire, busy: Busy) -> None:
    waiting = wire.create(JOB)["JobId"]
    wire.client.ci_cancel_jobs(Bucket=BUCKET, JobID=waiting)
    (cancelled,) = wire.get(waiting)["JobsDetail"]
    assert (cancelled["State"], cancelled["StartTime"]) == ("Cancel", "-")
    with refused(403, "AccessDenied"):
        wire.client.ci_cancel_jobs(Bucket=BUCKET, JobID=busy.job.job_id)
    with refused(404, "JobNotFound"):
        wire.client.ci_cancel_jobs(Bucket=BUCKET, JobID="j404")


def test_the_answer_to_a_cancellation_is_empty(wire: Wire, busy: Busy) -> None:
    answer = wire.send("PUT", f"/jobs/{wire.create(JOB)['JobId']}?cancel")
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", "0")
