"""`voicesep logs`: what deployed functions printed, from the log service."""

import json
from datetime import datetime, timezone
from typing import Any

import pytest

from tests.support import EVENTS
from tests.voicesep.site import Site
from voicesep.tencent.cls import LogLine

AT = datetime(2026, 11, 21, tzinfo=timezone.utc)


@pytest.fixture
def busy(site: Site) -> Site:
    """A site where each of two functions was called once."""
    site.cloud.scf.invoke("reconcile", json.loads((EVENTS / "timer-reconcile.json").read_text()), request_id="timer-1")
    site.cloud.scf.invoke("callback", {"httpMethod": "POST", "path": "/"}, request_id="call-1")
    return site


def lines(site: Site, *arguments: str) -> list[Any]:
    told = site.run("logs", "--format", "json", *arguments)
    assert told.exit_code == 0, told.stderr
    rows: list[Any] = json.loads(told.stdout)
    return rows


def test_all_functions_are_told_of_oldest_line_first(busy: Site) -> None:
    found = lines(busy)
    assert {row["request_id"] for row in found} == {"timer-1", "call-1"}
    assert [row["at"] for row in found] == sorted(row["at"] for row in found)


def test_one_function_is_told_of_and_its_own_json_is_json_again(busy: Site) -> None:
    found = lines(busy, "callback")
    assert {row["function"] for row in found} == {"voice-dev-separation-callback"}
    own = next(json.loads(row["text"]) for row in found if row["kind"] == "Custom")
    assert (own["event"], own["status"]) == ("callback.refused", "401")


def test_one_invocation_can_be_picked(busy: Site) -> None:
    assert {row["request_id"] for row in lines(busy, "--request", "timer-1")} == {"timer-1"}


def test_the_newest_lines_are_the_ones_that_are_kept(busy: Site) -> None:
    whole = lines(busy)
    assert lines(busy, "--limit", "1") == whole[-1:]


def test_a_table_has_a_line_for_each(busy: Site) -> None:
    told = busy.run("logs", "callback")
    assert len(told.stdout.splitlines()) == 1 + len(lines(busy, "callback"))


@pytest.mark.parametrize("since", ["soon", "5", "m", "-1h"])
def test_a_time_that_is_none_is_wrong_usage(site: Site, since: str) -> None:
    told = site.run("logs", f"--since={since}")
    assert told.exit_code == 2
    assert "write 90s, 15m, 2h or 1d" in told.stderr


def test_a_function_that_is_not_in_the_file_is_wrong_usage(site: Site) -> None:
    told = site.run("logs", "other")
    assert told.exit_code == 2
    assert "serverless.yml has no function other, but submit, callback, reconcile" in told.stderr


def test_a_function_that_is_not_deployed_has_no_log(site: Site) -> None:
    site.set(REGION="ap-beijing")
    told = site.run("logs", "submit")
    assert told.exit_code == 1
    assert "voice-dev-separation-submit is not deployed in ap-beijing" in told.stderr


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"SCF_Message": "plain"}, "plain"),
        ({"SCF_Message": '{"level":"INFO"}', "level": "INFO"}, '{"level":"INFO"}'),
        ({"level": "INFO", "SCF_Type": "Custom", "__TAG__.x": "1"}, '{"level": "INFO"}'),
    ],
)
def test_a_line_is_read_whether_cls_keeps_its_json_or_its_fields(fields: dict[str, str], text: str) -> None:
    assert LogLine.of(AT, fields).text == text
