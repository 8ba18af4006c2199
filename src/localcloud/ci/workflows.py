"""Workflows: jobs that an upload starts by itself (460/76856, 460/76861, structures in 460/78927)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import ConfigDict, Field, model_validator

from localcloud.ci.job_request import Output
from localcloud.ci.nodes import Node, Texts, read_node, read_request
from localcloud.ci.pages import PageParameters
from localcloud.ci.queues import NotifyConfig
from localcloud.ci.voice_separate import TAG
from localcloud.errors import not_implemented

WorkflowState = Literal["Active", "Paused"]

_START, _END = "Start", "End"
_MOST_CUSTOM_EXTENSIONS = 10
# Which extensions CI counts as audio and as video is UNVERIFIED; these are common ones.
_AUDIO = ("aac", "amr", "ape", "flac", "m4a", "mp3", "ogg", "opus", "wav", "wma")
_VIDEO = (
    *("3gp", "asf", "avi", "dv", "f4v", "flv", "m4v", "mkv", "mov", "mp4"),
    *("mpeg", "mpg", "mts", "rm", "rmvb", "swf", "ts", "vob", "webm", "wmv"),
)


class _Kept(Node):
    """A node that is answered as it was given, with whatever else it holds."""

    model_config = ConfigDict(extra="allow")


class WorkflowNotifyConfig(NotifyConfig):
    """Whom a workflow tells. Unlike a queue's, it is on where it does not say: its table has no State."""

    state: Literal["On", "Off"] = "On"


class ExtFilter(_Kept):
    """Which uploads start the workflow, by the extension of their keys; without it all do."""

    state: Literal["On", "Off"] = "Off"
    video: bool = False
    audio: bool = False
    content_type: bool = False
    custom: bool = False
    custom_exts: str = ""
    all_file: bool = False

    @model_validator(mode="after")
    def _names_its_extensions(self) -> "ExtFilter":
        extensions = self.custom_exts.split("/")
        if self.custom and not (self.custom_exts and len(extensions) <= _MOST_CUSTOM_EXTENSIONS):
            raise ValueError(f"Custom is true, so CustomExts names 1 to {_MOST_CUSTOM_EXTENSIONS} with / between")
        return self

    def admits(self, key: str) -> bool:
        """Whether an object of this key starts the workflow. Pictures never do: no node here takes them."""
        extension = key.rpartition(".")[2].lower()
        return (
            self.state == "Off"
            or self.all_file
            or (self.audio and extension in _AUDIO)
            or (self.video and extension in _VIDEO)
            or (self.custom and extension in self.custom_exts.lower().split("/"))
        )


class StartInput(_Kept):
    """What starts the workflow, and whom it tells; without NotifyConfig it tells whom its queue tells."""

    object_prefix: str = ""
    queue_id: str = ""
    notify_config: WorkflowNotifyConfig | None = None
    ext_filter: ExtFilter = ExtFilter()

    def admits(self, key: str) -> bool:
        """Whether an object of this key starts the workflow; the vendor's samples write prefixes with and without /."""
        return key.startswith(self.object_prefix.removeprefix("/")) and self.ext_filter.admits(key)


class NodeOperation(_Kept):
    """What a VoiceSeparate node does: unlike a job it needs a template."""

    template_id: str = Field(min_length=1)
    output: Output


class WorkflowNode(_Kept):
    """One node of a workflow: Start, or a VoiceSeparate."""

    type: str
    input: StartInput | None = None
    operation: NodeOperation | None = None


class Topology(_Kept):
    """The nodes of a workflow by name, and which follow which: names with commas between, or End."""

    dependencies: dict[str, str]
    by_name: dict[str, WorkflowNode] = Field(alias="Nodes")

    @model_validator(mode="after")
    def _is_whole(self) -> "Topology":
        start = self.by_name.get(_START)
        if start is None or start.type != _START or start.input is None:
            raise ValueError("Nodes has no Start of the Type Start with an Input, give one")
        followers = self.dependencies.get(_START, "").split(",")
        for name, node in self.by_name.items():
            if name == _START:
                continue
            if not name.startswith(f"{node.type}_") or node.operation is None:
                raise ValueError(f"Nodes.{name} needs an Operation, and a name that begins with its Type and _")
            if name not in followers:
                raise ValueError(f"Nodes.{name} does not follow Start, name it in Dependencies.{_START}")
        if unknown := [name for name in followers if name not in self.by_name or name == _START]:
            raise ValueError(f"Dependencies.{_START} names {unknown[0]!r}, which is no node to follow it")
        return self

    @property
    def start(self) -> StartInput:
        """What starts it."""
        found = self.by_name[_START].input
        assert found is not None
        return found

    @property
    def operations(self) -> Mapping[str, NodeOperation]:
        """What it does: the operation of every VoiceSeparate node, by the node's name."""
        return {name: node.operation for name, node in self.by_name.items() if node.operation is not None}


class WorkflowRequest(Node):
    """What a workflow is to be. That one without a state is active is UNVERIFIED."""

    name: str = Field(min_length=1, max_length=128, pattern="^[\u4e00-\u9fffA-Za-z0-9_-]*$")
    state: WorkflowState = "Active"
    topology: Topology


@dataclass(frozen=True)
class MediaWorkflow:
    """A workflow of a bucket."""

    workflow_id: str
    bucket: str
    name: str
    state: WorkflowState
    topology: Topology
    create_time: datetime
    update_time: datetime


class WorkflowFilter(PageParameters):
    """Which workflows are asked for; `name` is how theirs begin, which is UNVERIFIED."""

    ids: Texts = ()
    name: str = ""

    def admits(self, workflow: MediaWorkflow) -> bool:
        """Whether it is asked for."""
        return (not self.ids or workflow.workflow_id in self.ids) and workflow.name.startswith(self.name)


class _SketchedNode(Node):
    type: str = ""


class _SketchedTopology(Node):
    dependencies: dict[str, str]
    by_name: dict[str, _SketchedNode] = Field(alias="Nodes")


class _SketchedWorkflow(Node):
    topology: _SketchedTopology


class _Sketch(Node):
    """A request as far as it has to be known to say whether its kind is offered here at all."""

    media_workflow: _SketchedWorkflow


class _Envelope(Node):
    media_workflow: WorkflowRequest


def read_workflow_request(body: bytes) -> WorkflowRequest:
    """Return the request.

    Raises CloudError 400 MissingContent, InvalidContent or InvalidArgument, and 501 NotImplemented for nodes other
    than VoiceSeparate, for nodes that follow one, and for a filter by content type.
    """
    children = read_request(body)
    _require_offered(read_node(_Sketch, children).media_workflow.topology)
    request = read_node(_Envelope, children).media_workflow
    if request.topology.start.ext_filter.content_type:
        raise not_implemented("a workflow's ExtFilter by ContentType. Filter by extension.")
    return request


def _require_offered(topology: _SketchedTopology) -> None:
    for name, node in topology.by_name.items():
        if name != _START and node.type != TAG:
            raise not_implemented(f"the workflow's node {name}, only nodes of the Type {TAG}.")
    for name, followers in topology.dependencies.items():
        if name != _START and followers != _END:
            raise not_implemented(f"a node that follows {name} in a workflow, only {_END}.")
