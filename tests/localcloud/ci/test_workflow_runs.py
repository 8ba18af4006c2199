"""Uploads that become jobs by themselves, and the news of it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import xmltodict

from localcloud.ci.executions import ExecutionFilter
from localcloud.ci.jobs import State
from localcloud.ci.pace import Manual
from localcloud.errors import CloudError
from tests.localcloud.ci.lab import BUCKET, REGION, Lab, lab_in
from tests.localcloud.ci.workflow_lab import NODE, NOTIFY, add_workflow, node
from tests.localcloud.media.files import tone, write
from tests.support import eventually

TOLD = {"ObjectPrefix": "in/", "NotifyConfig": NOTIFY}
TWO = {"VoiceSeparate_1": node("a"), "VoiceSeparate_2": node("b")}


@pytest.fixture
def sound(tmp_path: Path) -> bytes:
    return write(tmp_path / "tone.wav", tone(0.2)).read_bytes()


def told(lab: Lab) -> list[dict[str, Any]]:
    """The news in order, each as its one root's children."""
    return [xmltodict.parse(delivery.body)["Response"] for delivery in lab.deliveries]


def events(lab: Lab) -> list[str]:
    return [news["EventName"] for news in told(lab)]


def test_an_upload_starts_a_job_with_its_template_and_fills_in_the_names_of_its_outputs(lab: Lab, sound: bytes) -> None:
    add_workflow(lab, nodes={NODE: node("${InputPath}/${RunId}/${InputNameAndExt}/${Unknown}")})
    lab.cos.put(BUCKET, "in/deep/talk.one.wav", sound)
    lab.wait()
    (execution,) = lab.ci.workflow_runs.list(BUCKET, wanted(lab)).executions
    (job,) = (task.job for task in execution.tasks)
    assert job is not None
    assert (job.state, job.template.template_id if job.template else "") == (State.SUCCESS, "t1")
    folder = f"in/deep/{execution.run_id}/talk.one.wav/${{Unknown}}"
    assert list(job.output_keys.values()) == [f"{folder}/voice.mp3", f"{folder}/background.mp3"]
    assert lab.cos.get(BUCKET, f"{folder}/voice.mp3").size > 0


def wanted(lab: Lab, **more: Any) -> ExecutionFilter:
    return ExecutionFilter(workflow_id=lab.ci.workflows.of(BUCKET)[0].workflow_id, **more)


@pytest.mark.parametrize("key", ["other/talk.wav", "in/talk.txt"])
def test_an_upload_elsewhere_or_of_another_kind_starts_nothing(lab: Lab, sound: bytes, key: str) -> None:
    add_workflow(lab, start={"ObjectPrefix": "in/", "ExtFilter": {"State": "On", "Audio": "true"}})
    lab.cos.put(BUCKET, key, sound)
    assert lab.ci.jobs() == ()


def test_a_paused_workflow_starts_by_no_upload_until_it_is_active(lab: Lab, sound: bytes) -> None:
    workflow = add_workflow(lab, state="Paused")
    lab.cos.put(BUCKET, "in/a.wav", sound)
    assert lab.ci.jobs() == ()
    lab.ci.workflows.set_state(BUCKET, workflow.workflow_id, "Active")
    lab.cos.put(BUCKET, "in/a.wav", sound)
    assert len(lab.ci.jobs()) == 1


def test_what_a_job_writes_starts_no_workflow_again(lab: Lab, sound: bytes) -> None:
    add_workflow(lab, start={"ObjectPrefix": ""})
    lab.cos.put(BUCKET, "in/a.wav", sound)
    lab.wait()
    assert [job.input_object for job in lab.ci.jobs()] == ["in/a.wav"]


def test_every_workflow_that_an_upload_is_for_starts(lab: Lab, sound: bytes) -> None:
    add_workflow(lab, nodes={NODE: node("a")})
    add_workflow(lab, nodes={NODE: node("b")})
    lab.cos.put(BUCKET, "in/a.wav", sound)
    lab.wait()
    assert sorted(job.workflow_id for job in lab.ci.jobs()) == [w.workflow_id for w in lab.ci.workflows.of(BUCKET)]


def test_the_jobs_are_told_of_and_then_the_workflow_once(lab: Lab, sound: bytes) -> None:
    add_workflow(lab, start=TOLD, nodes=TWO)
    lab.cos.put(BUCKET, "in/a.wav", sound)
    lab.wait()
    assert events(lab) == ["TaskFinish", "TaskFinish", "WorkflowFinish"]
    assert {delivery.url for delivery in lab.deliveries} == {"http://127.0.0.1:9/workflow"}
    tasks = told(lab)[2]["WorkflowExecution"]["Tasks"]
    assert [task["JobId"] for task in tasks] == [job.job_id for job in lab.ci.jobs()]


def test_a_jobs_news_says_which_workflow_it_is_of_and_what_was_uploaded(lab: Lab, sound: bytes) -> None:
    workflow = add_workflow(lab, start=TOLD)
    lab.cos.put(BUCKET, "in/a.wav", sound, content_type="audio/wav", metadata={"x-cos-meta-id": "7"})
    lab.wait()
    detail = told(lab)[0]["JobsDetail"]
    headers = {header["Key"]: header["Value"] for header in detail["Input"]["CosHeaders"]}
    assert list(headers) == ["x-cos-meta-id", "Content-Type", "x-cos-request-id", "EventName", "Size"]
    assert (headers["x-cos-meta-id"], headers["Content-Type"]) == ("7", "audio/wav")
    assert (headers["EventName"], headers["Size"]) == ("cos:ObjectCreated:Put", str(len(sound)))
    assert list(detail)[-1] == "Workflow"
    assert detail["Workflow"] == {
        "Name": NODE,
        "RunId": told(lab)[1]["WorkflowExecution"]["RunId"],
        "WorkflowId": workflow.workflow_id,
        "WorkflowName": "workflow-test",
    }


def test_the_news_of_a_workflow_has_the_nodes_of_the_vendors_document(lab: Lab, sound: bytes) -> None:
    workflow = add_workflow(lab, start=TOLD)
    lab.cos.put(BUCKET, "in/a.wav", sound, content_type="audio/wav")
    lab.wait()
    execution = told(lab)[1]["WorkflowExecution"]
    nodes = "RunId BucketId Object CosHeaders WorkflowId WorkflowName CreateTime State Tasks"
    assert list(execution) == nodes.split()
    assert (execution["BucketId"], execution["Object"], execution["State"]) == (BUCKET, "in/a.wav", "Success")
    assert execution["WorkflowId"] == workflow.workflow_id
    task = execution["Tasks"]
    assert list(task) == ["Type", "CreateTime", "EndTime", "State", "JobId", "Name", "TemplateId", "TemplateName"]
    (job,) = lab.ci.jobs()
    assert (task["Type"], task["State"], task["JobId"], task["Name"]) == ("VoiceSeparate", "Success", job.job_id, NODE)
    assert (task["TemplateId"], task["TemplateName"]) == ("t1", "both")


def test_in_json_the_news_of_a_workflow_is_the_same(lab: Lab, sound: bytes) -> None:
    add_workflow(lab, start={**TOLD, "NotifyConfig": {**NOTIFY, "ResultFormat": "JSON"}})
    lab.cos.put(BUCKET, "in/a.wav", sound)
    lab.wait()
    assert [delivery.content_type for delivery in lab.deliveries] == ["application/json"] * 2
    task, finish = (json.loads(delivery.body) for delivery in lab.deliveries)
    assert task["JobsDetail"][0]["Workflow"]["Name"] == NODE
    assert task["JobsDetail"][0]["Input"]["CosHeaders"][-1] == {"Key": "Size", "Value": str(len(sound))}
    assert finish["EventName"] == "WorkflowFinish"
    assert [task["State"] for task in finish["WorkflowExecution"]["Tasks"]] == ["Success"]


@pytest.mark.parametrize(
    ("event", "comes"),
    [("TaskFinish", ["TaskFinish"]), ("WorkflowFinish", ["WorkflowFinish"])],
)
def test_only_the_news_that_is_asked_for_comes(lab: Lab, sound: bytes, event: str, comes: list[str]) -> None:
    add_workflow(lab, start={**TOLD, "NotifyConfig": {**NOTIFY, "Event": event}})
    lab.cos.put(BUCKET, "in/a.wav", sound)
    lab.wait()
    assert events(lab) == comes


def test_a_workflow_that_does_not_say_whom_to_tell_tells_whom_its_queue_tells(lab: Lab, sound: bytes) -> None:
    add_workflow(lab)
    lab.set_queue(notify_config={**NOTIFY, "Url": "http://127.0.0.1:9/queue"})
    lab.cos.put(BUCKET, "in/a.wav", sound)
    lab.wait()
    assert [delivery.url for delivery in lab.deliveries] == ["http://127.0.0.1:9/queue"] * 2
    assert events(lab) == ["TaskFinish", "WorkflowFinish"]


def test_one_failed_task_fails_the_workflow(lab: Lab, sound: bytes) -> None:
    bad = node("b")
    bad["Operation"]["Output"]["Bucket"] = "none-1250000000"
    add_workflow(lab, start=TOLD, nodes={"VoiceSeparate_1": node("a"), "VoiceSeparate_2": bad})
    lab.cos.put(BUCKET, "in/a.wav", sound)
    lab.wait()
    execution = told(lab)[-1]["WorkflowExecution"]
    assert (execution["State"], [task["State"] for task in execution["Tasks"]]) == ("Failed", ["Success", "Failed"])


def test_a_node_whose_job_cannot_be_submitted_is_a_failed_task_without_a_job(lab: Lab, sound: bytes) -> None:
    add_workflow(lab, start=TOLD, nodes=TWO)
    lab.ci.set_max_concurrent(BUCKET, 0)
    lab.ci.set_max_size(BUCKET, 1)
    lab.cos.put(BUCKET, "in/a.wav", sound)
    lab.ci.set_max_concurrent(BUCKET, 1)
    lab.wait()
    tasks = told(lab)[-1]["WorkflowExecution"]["Tasks"]
    assert [(task["State"], task["JobId"] is None) for task in tasks] == [("Success", False), ("Failed", True)]


def test_where_no_job_can_be_submitted_only_the_log_says_so(
    lab: Lab, sound: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    workflow = add_workflow(lab, start=TOLD)
    lab.set_queue("Paused")
    lab.cos.put(BUCKET, "in/a.wav", sound)
    assert lab.ci.jobs() == ()
    assert workflow.workflow_id in caplog.text
    assert "QueuePaused" in caplog.text
    with pytest.raises(CloudError, match="403 QueuePaused"):
        lab.ci.workflow_runs.trigger(BUCKET, REGION, workflow.workflow_id, "in/a.wav")


def test_somebody_starts_a_workflow_with_an_object_that_is_there(lab: Lab, sound: bytes) -> None:
    lab.cos.put(BUCKET, "old/a.wav", sound, content_type="audio/wav")
    workflow = add_workflow(lab, state="Paused", start=TOLD)
    execution = lab.ci.workflow_runs.trigger(BUCKET, REGION, workflow.workflow_id, "old/a.wav")
    assert execution.state == "Running"
    lab.wait()
    assert lab.ci.workflow_runs.get(BUCKET, execution.run_id).state == "Success"
    headers = [header["Key"] for header in told(lab)[0]["JobsDetail"]["Input"]["CosHeaders"]]
    assert headers == ["Content-Type", "x-cos-request-id"]


def test_nothing_is_started_with_what_is_not_there(lab: Lab) -> None:
    workflow = add_workflow(lab)
    with pytest.raises(CloudError, match="404 NoSuchKey"):
        lab.ci.workflow_runs.trigger(BUCKET, REGION, workflow.workflow_id, "none.wav")
    with pytest.raises(CloudError, match="400 WorkflowNotFound"):
        lab.ci.workflow_runs.trigger(BUCKET, REGION, "w404", "none.wav")
    with pytest.raises(CloudError, match="404 WorkflowExecutionNotFound"):
        lab.ci.workflow_runs.get(BUCKET, "i404")


@pytest.fixture
def manual(tmp_path: Path) -> Iterator[tuple[Lab, Manual]]:
    pace = Manual()
    with lab_in(tmp_path / "cloud", pace=pace) as lab:
        yield lab, pace


def test_a_cancelled_job_cancels_the_workflow_and_nobody_is_told_of_it(
    manual: tuple[Lab, Manual], sound: bytes
) -> None:
    lab, pace = manual
    add_workflow(lab, start=TOLD, nodes=TWO)
    lab.cos.put(BUCKET, "in/a.wav", sound)
    first, second = (job.job_id for job in lab.ci.jobs())
    lab.ci.cancel(BUCKET, first)
    for _ in range(2):
        pace.advance(second)
    lab.wait()
    (execution,) = lab.ci.workflow_runs.list(BUCKET, wanted(lab)).executions
    assert execution.state == "Cancel"
    assert events(lab) == ["TaskFinish"]


def test_the_workflow_is_over_only_when_all_its_jobs_are(manual: tuple[Lab, Manual], sound: bytes) -> None:
    lab, pace = manual
    lab.ci.set_max_concurrent(BUCKET, 2)
    add_workflow(lab, start=TOLD, nodes=TWO)
    lab.cos.put(BUCKET, "in/a.wav", sound)
    first, second = (job.job_id for job in lab.ci.jobs())
    for _ in range(2):
        pace.advance(second)
    eventually(lambda: lab.job(second).state is State.SUCCESS)
    lab.wait()
    assert events(lab) == ["TaskFinish"]
    for _ in range(2):
        pace.advance(first)
    lab.wait()
    assert events(lab) == ["TaskFinish", "TaskFinish", "WorkflowFinish"]


def test_an_execution_ends_with_one_of_its_jobs_only(lab: Lab, sound: bytes) -> None:
    add_workflow(lab, nodes=TWO)
    lab.cos.put(BUCKET, "in/a.wav", sound)
    lab.wait()
    first, second = (lab.job(job.job_id) for job in lab.ci.jobs())
    assert lab.ci.workflow_runs.ended_with(first) is None
    assert lab.ci.workflow_runs.ended_with(second) is None


def test_executions_are_listed_by_object_state_and_page(lab: Lab, sound: bytes) -> None:
    add_workflow(lab)
    for key in ("in/a.wav", "in/b.wav", "in/c.wav"):
        lab.cos.put(BUCKET, key, sound)
    lab.cos.put(BUCKET, "in/bad.wav", b"no sound")
    lab.wait()

    def objects(**more: Any) -> list[str]:
        return [execution.object for execution in lab.ci.workflow_runs.list(BUCKET, wanted(lab, **more)).executions]

    assert objects() == ["in/bad.wav", "in/c.wav", "in/b.wav", "in/a.wav"]
    assert objects(order_by_time="Asc", size=1) == ["in/a.wav"]
    assert objects(states=("Failed", "Cancel")) == ["in/bad.wav"]
    assert objects(name="in/b.wav") == ["in/b.wav"]
    assert objects(job_id="b1") == []
    page = lab.ci.workflow_runs.list(BUCKET, wanted(lab, size=3))
    assert objects(next_token=page.next_token) == ["in/a.wav"]
    assert lab.ci.workflow_runs.list("other-1250000000", wanted(lab)).executions == ()


def test_workflows_are_there_again_after_a_new_start(tmp_path: Path, sound: bytes) -> None:
    folder, kept = tmp_path / "cloud", tmp_path / "kept"
    with lab_in(folder, directory=kept) as lab:
        workflow = add_workflow(lab, start=TOLD)
    with lab_in(folder, directory=kept) as lab:
        assert lab.ci.workflows.of(BUCKET) == (workflow,)
        lab.cos.put(BUCKET, "in/a.wav", sound)
        lab.wait()
        assert events(lab) == ["TaskFinish", "WorkflowFinish"]
