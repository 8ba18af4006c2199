from typing import Any

import pytest

from localcloud.ci.call_backs import CallBack, Url
from localcloud.ci.workflows import ExtFilter, StartInput, read_workflow_request
from localcloud.errors import CloudError
from tests.localcloud.ci.workflow_lab import NODE, NOTIFY, body, node, workflow


def test_what_a_workflow_is_to_be_is_read() -> None:
    start = {"ObjectPrefix": "in/", "NotifyConfig": NOTIFY, "PicProcessQueueId": "p2"}
    request = read_workflow_request(body(start=start))
    assert (request.name, request.state) == ("workflow-test", "Active")
    assert list(request.topology.operations) == [NODE]
    operation = request.topology.operations[NODE]
    assert (operation.template_id, operation.output.au_object) == ("t1", "out/${InputName}/voice.${Ext}")
    config = request.topology.start.notify_config
    assert config is not None
    assert config.call_back("WorkflowFinish") == CallBack(Url("http://127.0.0.1:9/workflow"), "XML")


def test_a_topology_is_kept_as_it_was_given_with_what_is_not_used_here() -> None:
    start = {"ObjectPrefix": "in/", "PicProcessQueueId": "p2", "ExtFilter": {"State": "On", "Audio": "true"}}
    parts: dict[str, Any] = {"start": start}
    given = workflow(**parts)["MediaWorkflow"]["Topology"]
    kept = read_workflow_request(body(**parts)).topology.nodes()
    assert kept["Dependencies"] == given["Dependencies"]
    assert kept["Nodes"][NODE] == given["Nodes"][NODE]
    assert kept["Nodes"]["Start"]["Input"]["PicProcessQueueId"] == "p2"
    assert kept["Nodes"]["Start"]["Input"]["ExtFilter"] == {"State": "On", "Audio": True}


def test_who_is_told_is_told_even_where_the_config_has_no_state() -> None:
    config = {name: value for name, value in NOTIFY.items() if name != "State"}
    request = read_workflow_request(body(start={"ObjectPrefix": "in/", "NotifyConfig": config}))
    assert request.topology.start.notify_config is not None
    assert request.topology.start.notify_config.call_back("TaskFinish") is not None


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"name": "no spaces"}, r"\.Name"),
        ({"name": "x" * 129}, r"\.Name"),
        ({"state": "Asleep"}, r"\.State"),
        ({"nodes": {}}, r"Dependencies\.Start"),
        ({"nodes": {}, "dependencies": {"Start": "Start"}}, "names 'Start', which is no node to follow it"),
        ({"dependencies": {"Start": NODE + "9", NODE: "End"}}, "does not follow Start"),
        (
            {"dependencies": {"Start": f"{NODE},VoiceSeparate_9"}},
            "names 'VoiceSeparate_9', which is no node to follow it",
        ),
        ({"nodes": {"Separate_1": node()}}, "a name that begins with its Type"),
        ({"nodes": {NODE: {"Type": "VoiceSeparate"}}}, "needs an Operation"),
        ({"nodes": {NODE: node() | {"Operation": {"Output": node()["Operation"]["Output"]}}}}, "TemplateId"),
        ({"start": {"ExtFilter": {"Custom": "true"}}}, "CustomExts names 1 to 10"),
        (
            {"start": {"ExtFilter": {"Custom": "true", "CustomExts": "/".join("abcdefghijk")}}},
            "CustomExts names 1 to 10",
        ),
        ({"start": {"NotifyConfig": {"Event": "TaskFinish"}}}, "Type or what it needs"),
    ],
)
def test_a_workflow_that_is_not_right_is_refused_and_says_why(parts: dict[str, Any], says: str) -> None:
    with pytest.raises(CloudError, match=rf"^400 InvalidArgument: Request\.MediaWorkflow.*{says}"):
        read_workflow_request(body(**parts))


def test_a_workflow_without_a_start_is_refused() -> None:
    without = body().replace(b"<Type>Start</Type>", b"<Type>Begin</Type>")
    with pytest.raises(CloudError, match="Nodes has no Start"):
        read_workflow_request(without)


@pytest.mark.parametrize(
    ("parts", "names"),
    [
        ({"nodes": {"Transcode_1": node() | {"Type": "Transcode"}}}, "node Transcode_1, only nodes of the Type"),
        ({"nodes": {"SCF_1": {"Type": "SCF", "Operation": {}}}}, "node SCF_1"),
        ({"dependencies": {"Start": NODE, NODE: "SpeechRecognition_1"}}, f"a node that follows {NODE}"),
        ({"start": {"ExtFilter": {"State": "On", "ContentType": "true"}}}, "ExtFilter by ContentType"),
    ],
)
def test_what_is_not_offered_is_said_so_by_name(parts: dict[str, Any], names: str) -> None:
    with pytest.raises(CloudError, match=f"^501 NotImplemented: .*{names}"):
        read_workflow_request(body(**parts))


@pytest.mark.parametrize(
    ("body", "code"), [(b"", "MissingContent"), (b"<Request/>", "InvalidArgument"), (b"<Other/>", "InvalidContent")]
)
def test_what_is_no_workflow_is_refused(body: bytes, code: str) -> None:
    with pytest.raises(CloudError, match=f"^400 {code}"):
        read_workflow_request(body)


@pytest.mark.parametrize(
    ("nodes", "key", "admits"),
    [
        ({}, "in/notes.txt", True),
        ({"State": "Off", "Audio": "true"}, "in/notes.txt", True),
        ({"State": "On"}, "in/talk.mp3", False),
        ({"State": "On", "Audio": "true"}, "in/talk.MP3", True),
        ({"State": "On", "Audio": "true"}, "in/film.mp4", False),
        ({"State": "On", "Video": "true"}, "in/film.mp4", True),
        ({"State": "On", "Image": "true"}, "in/cover.png", False),
        ({"State": "On", "AllFile": "true"}, "in/notes", True),
        ({"State": "On", "Custom": "true", "CustomExts": "weird/mp3"}, "in/a.weird", True),
        ({"State": "On", "Custom": "true", "CustomExts": "weird/mp3"}, "in/a.wav", False),
        ({"State": "On", "Custom": "false", "CustomExts": "weird"}, "in/a.weird", False),
    ],
)
def test_uploads_are_filtered_by_extension(nodes: dict[str, str], key: str, *, admits: bool) -> None:
    assert ExtFilter.model_validate(nodes).admits(key) is admits


@pytest.mark.parametrize(
    ("prefix", "key", "admits"),
    [("in/", "in/a.mp3", True), ("/in", "in/a.mp3", True), ("in/", "out/a.mp3", False), ("", "a.mp3", True)],
)
def test_uploads_are_filtered_by_prefix_with_or_without_a_slash(prefix: str, key: str, *, admits: bool) -> None:
    assert StartInput(object_prefix=prefix).admits(key) is admits
