"""Templates on the wire, with the vendor's SDK as the client."""

from typing import Any

from tests.localcloud.ci.lab import BUCKET
from tests.localcloud.ci.wire import Wire, refused

TEMPLATE: dict[str, Any] = {
    "Tag": "VoiceSeparate",
    "Name": "人声_1",
    "AudioMode": "IsAudio",
    "AudioConfig": {"Codec": "aac", "Samplerate": "44100", "Bitrate": "128", "Channels": "4"},
}
NODES = ["Tag", "TemplateId", "Name", "BucketId", "Category", "VoiceSeparate", "CreateTime", "UpdateTime"]


def test_the_vendors_sdk_creates_a_template(wire: Wire) -> None:
    answer = wire.client.ci_create_template(Bucket=BUCKET, Template=TEMPLATE)
    assert list(answer) == ["RequestId", "Template"]
    template = answer["Template"]
    assert list(template) == NODES
    assert template["TemplateId"].startswith("t")
    assert (template["Tag"], template["Name"], template["Category"]) == ("VoiceSeparate", "人声_1", "Custom")
    assert template["BucketId"] == BUCKET
    assert template["VoiceSeparate"] == {"AudioMode": "IsAudio", "AudioConfig": TEMPLATE["AudioConfig"]}
    assert template["CreateTime"] == template["UpdateTime"]
    assert template["CreateTime"].endswith("+0800")


def test_the_vendors_sdk_updates_and_deletes_a_template(wire: Wire) -> None:
    made = wire.client.ci_create_template(Bucket=BUCKET, Template=TEMPLATE)["Template"]
    template_id = made["TemplateId"]
    wanted = {**TEMPLATE, "Name": "both", "AudioMode": "AudioAndBackground", "AudioConfig": {"Codec": "wav"}}
    changed = wire.client.ci_update_template(Bucket=BUCKET, TemplateId=template_id, Template=wanted)["Template"]
    assert (changed["TemplateId"], changed["Name"]) == (template_id, "both")
    assert changed["VoiceSeparate"] == {"AudioMode": "AudioAndBackground", "AudioConfig": {"Codec": "wav"}}
    assert changed["CreateTime"] == made["CreateTime"] < changed["UpdateTime"]
    deleted = wire.client.ci_delete_template(Bucket=BUCKET, TemplateId=template_id)
    assert list(deleted) == ["RequestId", "TemplateId"]
    assert deleted["TemplateId"] == template_id
    with refused(400, "TemplateNotFound"):
        wire.client.ci_delete_template(Bucket=BUCKET, TemplateId=template_id)
    with refused(400, "TemplateNotFound"):
        wire.client.ci_update_template(Bucket=BUCKET, TemplateId=template_id, Template=TEMPLATE)


def test_the_vendors_sdk_searches_templates(wire: Wire) -> None:
    names = ["voice-a", "voice-b", "other"]
    made = [
        wire.client.ci_create_template(Bucket=BUCKET, Template={**TEMPLATE, "Name": name})["Template"] for name in names
    ]
    found = wire.client.ci_get_template(Bucket=BUCKET)
    assert list(found) == ["RequestId", "TotalCount", "PageNumber", "PageSize", "TemplateList"]
    assert (found["TotalCount"], found["PageNumber"], found["PageSize"]) == ("3", "1", "10")
    assert found["TemplateList"] == made
    by_name = wire.client.ci_get_template(Bucket=BUCKET, Name="voice", PageSize=1, PageNumber=2)
    assert (by_name["TotalCount"], [each["Name"] for each in by_name["TemplateList"]]) == ("2", ["voice-b"])
    by_id = wire.client.ci_get_template(Bucket=BUCKET, Ids=f"{made[2]['TemplateId']},t404,t405")
    assert [each["Name"] for each in by_id["TemplateList"]] == ["other"]
    assert by_id["NonExistTIDs"] == {"TemplateId": ["t404", "t405"]}
    official = wire.client.ci_get_template(Bucket=BUCKET, Category="Official")
    assert (official["TotalCount"], "TemplateList" in official) == ("0", False)


def test_a_list_of_templates_can_be_one_of_a_kind(wire: Wire) -> None:
    wire.client.ci_create_template(Bucket=BUCKET, Template=TEMPLATE)
    totals = [
        wire.send("GET", f"/template?tag={tag}").document["Response"]["TotalCount"]
        for tag in ("All", "VoiceSeparate", "Transcode")
    ]
    assert totals == ["1", "1", "0"]
    answer = wire.send("GET", "/template?category=Mine")
    assert answer.error == (400, "InvalidArgument")
    assert answer.message.startswith("category is not right")


def test_the_vendors_sdk_sees_refusals(wire: Wire) -> None:
    wire.client.ci_create_template(Bucket=BUCKET, Template=TEMPLATE)
    with refused(400, "TemplateNameDuplicate"):
        wire.client.ci_create_template(Bucket=BUCKET, Template=TEMPLATE)
    for wrong in ({"Name": "a b"}, {"AudioMode": "Everything"}, {"AudioConfig": {"Codec": "amr"}}, {"Tag": "Concat"}):
        with refused(400, "InvalidArgument"):
            wire.client.ci_create_template(Bucket=BUCKET, Template={**TEMPLATE, "Name": "new", **wrong})


def test_a_job_by_the_template_is_done_as_the_template_said_when_it_was_submitted(wire: Wire) -> None:
    template_id = wire.client.ci_create_template(Bucket=BUCKET, Template=TEMPLATE)["Template"]["TemplateId"]
    output = {"Region": "ap-guangzhou", "Bucket": BUCKET, "AuObject": "v.aac"}
    operation = {"TemplateId": template_id, "Output": output}
    job = wire.create({"Tag": "VoiceSeparate", "Input": {"Object": "in/talk.mp3"}, "Operation": operation})
    wire.client.ci_update_template(Bucket=BUCKET, TemplateId=template_id, Template={**TEMPLATE, "Name": "renamed"})
    assert wire.get(job["JobId"])["JobsDetail"][0]["Operation"]["TemplateName"] == "人声_1"
