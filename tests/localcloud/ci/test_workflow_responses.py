"""Workflows on the wire, with the vendor's SDK as the client."""

from pathlib import Path
from typing import Any

from localcloud import Options
from tests.localcloud.ci.lab import BUCKET
from tests.localcloud.ci.test_cloud import client_of
from tests.localcloud.ci.wire import Wire, refused
from tests.localcloud.ci.workflow_lab import NODE, add_template, node, workflow
from tests.localcloud.media.files import tone, write

NODES = ["Name", "State", "WorkflowId", "BucketId", "CreateTime", "UpdateTime", "Topology"]


def create(wire: Wire, **parts: Any) -> Any:
    add_template(wire.lab)
    return wire.client.ci_create_workflow(Bucket=BUCKET, Body=workflow(**parts))["MediaWorkflow"]


def test_the_vendors_sdk_creates_a_workflow(wire: Wire) -> None:
    made = create(wire)
    assert list(made) == NODES
    assert (made["Name"], made["State"], made["BucketId"]) == ("workflow-test", "Active", BUCKET)
    assert made["WorkflowId"].startswith("w")
    assert made["CreateTime"] == made["UpdateTime"]
    assert made["Topology"] == workflow()["MediaWorkflow"]["Topology"]


def test_a_workflow_needs_a_template_that_is_there(wire: Wire) -> None:
    with refused(400, "TemplateNotFound"):
        wire.client.ci_create_workflow(Bucket=BUCKET, Body=workflow())


def test_the_vendors_sdk_changes_and_deletes_a_workflow_only_while_it_is_paused(wire: Wire) -> None:
    workflow_id = create(wire)["WorkflowId"]
    wanted = workflow(name="other", nodes={NODE: node("elsewhere")}, state="Paused")
    with refused(403, "AccessDenied"):
        wire.client.ci_update_workflow(Bucket=BUCKET, WorkflowId=workflow_id, Body=wanted)
    with refused(403, "AccessDenied"):
        wire.client.ci_delete_workflow(Bucket=BUCKET, WorkflowId=workflow_id)
    wire.client.ci_update_workflow_state(Bucket=BUCKET, WorkflowId=workflow_id, UpdateState="paused")
    changed = wire.client.ci_update_workflow(Bucket=BUCKET, WorkflowId=workflow_id, Body=wanted)["MediaWorkflow"]
    assert (changed["Name"], changed["State"], changed["WorkflowId"]) == ("other", "Paused", workflow_id)
    assert changed["CreateTime"] < changed["UpdateTime"]
    wire.client.ci_update_workflow_state(Bucket=BUCKET, WorkflowId=workflow_id, UpdateState="active")
    assert wire.lab.ci.workflows.get(BUCKET, workflow_id).state == "Active"
    wire.client.ci_update_workflow_state(Bucket=BUCKET, WorkflowId=workflow_id, UpdateState="paused")
    assert wire.client.ci_delete_workflow(Bucket=BUCKET, WorkflowId=workflow_id)["WorkflowId"] == workflow_id
    assert wire.lab.ci.workflows.of(BUCKET) == ()


def test_the_vendors_sdk_searches_workflows(wire: Wire) -> None:
    made = [create(wire, name=name) for name in ("voice-a", "voice-b", "other")]
    found = wire.client.ci_get_workflow(Bucket=BUCKET)
    assert (found["TotalCount"], found["PageNumber"], found["PageSize"]) == ("3", "1", "10")
    assert found["MediaWorkflowList"] == made
    by_name = wire.client.ci_get_workflow(Bucket=BUCKET, Name="voice", PageSize="1", PageNumber="2")
    assert [each["Name"] for each in by_name["MediaWorkflowList"]] == ["voice-b"]
    by_id = wire.client.ci_get_workflow(Bucket=BUCKET, Ids=f"{made[2]['WorkflowId']},w404")
    assert [each["Name"] for each in by_id["MediaWorkflowList"]] == ["other"]
    assert by_id["NonExistIDs"] == "w404"


def test_the_vendors_go_sdk_finds_workflows_with_a_capital_letter(wire: Wire) -> None:
    create(wire)
    assert wire.send("GET", "/Workflow").document["Response"]["TotalCount"] == "1"


def test_a_workflow_nobody_made_is_not_found(wire: Wire) -> None:
    add_template(wire.lab)
    with refused(400, "WorkflowNotFound"):
        wire.client.ci_update_workflow_state(Bucket=BUCKET, WorkflowId="w404", UpdateState="paused")
    with refused(400, "WorkflowNotFound"):
        wire.client.ci_update_workflow(Bucket=BUCKET, WorkflowId="w404", Body=workflow())
    with refused(400, "WorkflowNotFound"):
        wire.client.ci_trigger_workflow(Bucket=BUCKET, WorkflowId="w404", Key="a")


def test_the_vendors_sdk_starts_a_workflow_and_asks_what_became_of_it(wire: Wire, tmp_path: Path) -> None:
    wire.lab.upload(write(tmp_path / "tone.wav", tone(0.2)), "old/talk.wav")
    workflow_id = create(wire)["WorkflowId"]
    started = wire.client.ci_trigger_workflow(Bucket=BUCKET, WorkflowId=workflow_id, Key="old/talk.wav")
    assert list(started) == ["RequestId", "InstanceId"]
    wire.lab.wait()
    (execution,) = wire.client.ci_get_workflowexecution(Bucket=BUCKET, RunId=started["InstanceId"])["WorkflowExecution"]
    nodes = ["WorkflowId", "Name", "RunId", "CreateTime", "Object", "State", "Topology", "Tasks"]
    assert list(execution) == nodes
    assert (execution["WorkflowId"], execution["Object"], execution["State"]) == (
        workflow_id,
        "old/talk.wav",
        "Success",
    )
    assert execution["CreateTime"].endswith("+08:00")
    assert execution["Tasks"]["Name"] == NODE
    (job,) = wire.get(execution["Tasks"]["JobId"])["JobsDetail"]
    assert job["Workflow"]["RunId"] == started["InstanceId"]
    listed = wire.client.ci_list_workflowexecution(Bucket=BUCKET, WorkflowId=workflow_id)
    assert listed["WorkflowExecutionList"]["RunId"] == started["InstanceId"]
    assert listed["NextToken"] is None


def test_a_start_without_a_workflow_or_an_object_is_refused(wire: Wire) -> None:
    for query in ("", "?workflowId=w1", "?object=a"):
        assert wire.send("POST", f"/triggerworkflow{query}").error == (400, "InvalidArgument")
    assert wire.send("GET", "/workflowexecution").error == (400, "InvalidArgument")
    assert wire.send("GET", "/workflowexecution/i404").error == (404, "WorkflowExecutionNotFound")


def test_an_upload_over_http_runs_a_workflow_of_the_whole_cloud(tmp_path: Path) -> None:
    template = {"Tag": "VoiceSeparate", "Name": "mine", "AudioMode": "IsAudio", "AudioConfig": {"Codec": "mp3"}}
    with client_of(Options(directory=tmp_path / "kept")) as client:
        template_id = client.ci_create_template(Bucket=BUCKET, Template=template)["Template"]["TemplateId"]
        separating = node("out/${InputName}")
        separating["Operation"]["TemplateId"] = template_id
        body = workflow(nodes={NODE: separating})
        workflow_id = client.ci_create_workflow(Bucket=BUCKET, Body=body)["MediaWorkflow"]["WorkflowId"]
        client.put_object(Bucket=BUCKET, Key="in/talk.wav", Body=write(tmp_path / "a.wav", tone(0.2)).read_bytes())
        state = "Running"
        while state == "Running":
            listed = client.ci_list_workflowexecution(Bucket=BUCKET, WorkflowId=workflow_id)
            state = listed["WorkflowExecutionList"]["State"]
        assert state == "Success"
        assert int(client.head_object(Bucket=BUCKET, Key="out/talk/voice.mp3")["Content-Length"]) > 0
