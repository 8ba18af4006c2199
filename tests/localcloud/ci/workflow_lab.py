"""Workflows for the tests, as the vendor's samples write them."""

from collections.abc import Mapping
from typing import Any

from localcloud.ci.templates import Template
from localcloud.ci.voice_separate import AudioConfig, AudioMode, VoiceSeparate
from localcloud.ci.workflows import MediaWorkflow, read_workflow_request
from localcloud.xml import render
from tests.localcloud.ci.lab import BUCKET, REGION, Lab

NODE = "VoiceSeparate_1581665960537"
TEMPLATE = "t1"
NOTIFY: Mapping[str, Any] = {
    "State": "On",
    "Url": "http://127.0.0.1:9/workflow",
    "Event": "TaskFinish,WorkflowFinish",
    "Type": "Url",
}


def node(prefix: str = "out/${InputName}", **more: Any) -> dict[str, Any]:
    """A VoiceSeparate node that writes both stems below a prefix."""
    output = {
        "Region": REGION,
        "Bucket": BUCKET,
        "Object": f"{prefix}/background.${{Ext}}",
        "AuObject": f"{prefix}/voice.${{Ext}}",
    }
    return {"Type": "VoiceSeparate", "Operation": {"TemplateId": TEMPLATE, "Output": output}, **more}


def workflow(
    *,
    name: str = "workflow-test",
    state: str = "Active",
    start: Mapping[str, Any] | None = None,
    nodes: Mapping[str, Any] | None = None,
    dependencies: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The nodes below Request."""
    nodes = {NODE: node()} if nodes is None else nodes
    follows = {"Start": ",".join(nodes), **dict.fromkeys(nodes, "End")}
    given = {"ObjectPrefix": "in/"} if start is None else start
    topology = {
        "Dependencies": follows if dependencies is None else dependencies,
        "Nodes": {"Start": {"Type": "Start", "Input": given}, **nodes},
    }
    return {"MediaWorkflow": {"Name": name, "State": state, "Topology": topology}}


def body(**parts: Any) -> bytes:
    return render("Request", workflow(**parts))


def add_template(lab: Lab, template_id: str = TEMPLATE) -> None:
    separate = VoiceSeparate(
        audio_mode=AudioMode.AUDIO_AND_BACKGROUND, audio_config=AudioConfig(codec="mp3", bitrate=128)
    )
    lab.ci.templates.add(Template(template_id, "both", separate))


def add_workflow(lab: Lab, **parts: Any) -> MediaWorkflow:
    add_template(lab)
    return lab.ci.workflows.create(BUCKET, lab.ci.check_workflow(BUCKET, read_workflow_request(body(**parts))))
