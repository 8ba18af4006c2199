"""The logs of functions, searched with tencentcloud-sdk-python-cls."""

import json
import time
from typing import Any

import pytest
from tencentcloud.cls.v20201016 import cls_client, models

from localcloud.cls.topics import log_topic_id
from tests.localcloud.api.sdk import Sdk
from tests.localcloud.cloud_lab import CloudLab
from tests.localcloud.scf.lab import REGION

TOPIC = log_topic_id(REGION)
HOUR = 3_600_000
SPEAKING = """
import json

def main_handler(event, context):
    print("plain")
    print(json.dumps({"level": "INFO", "count": 2, "inner": {"a": 1}}))
    raise ValueError("as told")
"""


@pytest.fixture
def lab(cloud_lab: CloudLab) -> CloudLab:
    cloud_lab.deploy("one", "two", source=SPEAKING)
    cloud_lab.cloud.scf.invoke("one", {}, request_id="request-1")
    cloud_lab.cloud.scf.invoke("two", {}, request_id="request-2")
    return cloud_lab


def searched(
    lab: CloudLab, query: str = "", region: str = REGION, **parameters: Any
) -> tuple[list[dict[str, str]], bool]:
    """Return the fields of every record, oldest first unless told, and whether there are no more."""
    now = int(time.time() * 1000)
    asked = {
        "TopicId": TOPIC,
        "From": now - HOUR,
        "To": now + HOUR,
        "QueryString": query,
        "QuerySyntax": 1,
        "Sort": "asc",
    }
    answer = Sdk(cls_client.ClsClient, models, lab.cloud, region).ask("SearchLog", **{**asked, **parameters})
    return [json.loads(each.LogJson) for each in answer.Results], answer.ListOver


def test_every_line_is_a_record_and_the_end_of_an_invocation_another(lab: CloudLab) -> None:
    records, is_last = searched(lab, 'SCF_RequestId:"request-1"')
    assert is_last
    assert [each["SCF_Type"] for each in records] == ["Custom", "Custom", "Platform"]
    assert records[0]["SCF_Message"] == "plain"
    assert (records[2]["SCF_StatusCode"], records[2]["SCF_Level"]) == ("430", "ERROR")
    assert {each["SCF_FunctionName"] for each in records} == {lab.cloud.scf.function("one").name}


def test_a_line_of_json_becomes_fields_by_its_first_level(lab: CloudLab) -> None:
    record = searched(lab, 'SCF_RequestId:"request-1"')[0][1]
    assert (record["level"], record["count"], json.loads(record["inner"])) == ("INFO", "2", {"a": 1})
    assert "SCF_Message" not in record


def test_records_are_picked_by_all_terms_of_a_query(lab: CloudLab) -> None:
    name = lab.cloud.scf.function("two").name
    records, _ = searched(lab, f'SCF_FunctionName:"{name}" AND SCF_Type:"Platform"')
    assert [each["SCF_RequestId"] for each in records] == ["request-2"]


def test_pages_follow_each_other_in_the_order_asked_for(lab: CloudLab) -> None:
    whole, _ = searched(lab, Sort="desc")
    first, is_last = searched(lab, Sort="desc", Limit=4)
    rest, is_last_then = searched(lab, Sort="desc", Limit=4, Offset=4)
    assert (is_last, is_last_then) == (False, True)
    assert first + rest == whole
    assert whole[0]["SCF_RequestId"] == "request-2"


def test_what_was_logged_at_another_time_is_not_found(lab: CloudLab) -> None:
    assert searched(lab, To=int(time.time() * 1000) - HOUR // 2) == ([], True)


def test_a_topic_that_is_not_there_is_refused(lab: CloudLab) -> None:
    cls = Sdk(cls_client.ClsClient, models, lab.cloud)
    assert cls.code("SearchLog", TopicId="other", From=0, To=1) == "ResourceNotFound.TopicNotExist"


@pytest.mark.parametrize("query", ["level:ERROR OR level:INFO", "* | select count(*)", "plain words"])
def test_a_query_that_is_not_understood_is_refused_instead_of_answered_wrongly(lab: CloudLab, query: str) -> None:
    cls = Sdk(cls_client.ClsClient, models, lab.cloud)
    assert cls.code("SearchLog", TopicId=TOPIC, From=0, To=1, QueryString=query) == "FailedOperation.SyntaxError"
