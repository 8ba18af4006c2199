"""What a cold start imports: what the door needs for its event, and not much more.

Bounds are generous, for machines differ; docs/performance.md has what it takes.
"""

import subprocess
import sys
from dataclasses import dataclass

import pytest

from tests.receiver import SECRET
from tests.support import ROOT

USED = {  # what each door asks of the composition root for an event of its own
    "submit": "call.submitter(bucket)",
    "callback": "call.ring, call.completion(bucket)",
    "reconcile": "call.reconciliation(bucket), call.publication(bucket)",
}
SPARED = {  # rooms of the house that only others enter
    "submit": {
        *("audit", "completion", "gateway", "notifications", "publication", "reconciliation"),
        *("index.entries", "index.views", "jobs.answer", "jobs.detail", "jobs.listing"),
    },
    "callback": {
        *("audit", "claims", "cos_events", "naming", "options", "publication", "reconciliation"),
        *("submission", "submitter", "index.documents", "jobs.callbacks", "jobs.listing", "jobs.request"),
    },
    "reconcile": {"audit", "gateway", "notifications", "submission"},
}
NOBODYS = {
    "rebuilding",
    "backfill",
    "resending",
    "retrying",
    "status",
    "story",
    "tencent.secrets",
    "tencent.ci_management",
}
OF_RECEIVERS = {"webhook", "receiver", "notices", "index.notice"}  # where nobody is told of finished jobs
ELSEWHERE = {
    "localcloud",
    "voicesep",
    "click",
    "rich",
    "av",
    "numpy",
    "starlette",
    "requests",
    "tencentcloud",
    "qcloud_cos",
}
PROGRAM = """
import sys, time
sys.path.insert(0, "src")
import {door}
from voice_separation.bucket import Bucket
from voice_separation.instance import this_instance
call, bucket = this_instance().invocation({{}}), Bucket("media-1250000000", "ap-guangzhou")
{use}
print(time.process_time(), *sys.modules)
"""
MOST_SECONDS = 2.0  # of processor time, Python's own start and the compiling of an unshipped checkout included
MOST_MODULES = 400


@dataclass(frozen=True)
class Imported:
    """What a door had imported when its event could begin; `seconds` are of processor time."""

    door: str
    seconds: float
    modules: frozenset[str]


@pytest.fixture(scope="module", params=USED)
def imported(request: pytest.FixtureRequest) -> Imported:
    return imported_by(request.param)


def imported_by(door: str, **settings: str) -> Imported:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(door=door, use=USED[door])],
        cwd=ROOT,
        env={"TENCENTCLOUD_SECRETID": "nobody", "TENCENTCLOUD_SECRETKEY": "nothing", **settings},
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, *modules = done.stdout.split()
    return Imported(door, float(seconds), frozenset(modules))


def rooms(imported: Imported) -> set[str]:
    of_ours = (name for name in imported.modules if name.startswith("voice_separation."))
    return {name.removeprefix("voice_separation.") for name in of_ours}


def test_a_door_imports_only_the_rooms_that_its_event_needs(imported: Imported) -> None:
    entered = rooms(imported)
    assert {"settings", "instance", "tencent.transport"} <= entered
    assert entered & (SPARED[imported.door] | NOBODYS | OF_RECEIVERS) == set()


@pytest.mark.parametrize("door", ["callback", "reconcile"])
def test_what_tells_a_receiver_is_imported_where_there_is_one(door: str) -> None:
    entered = rooms(imported_by(door, WEBHOOK_URL="http://127.0.0.1:1", WEBHOOK_SECRETS=SECRET))
    assert entered >= OF_RECEIVERS
    assert entered & (SPARED[door] | NOBODYS) == set()


def test_a_door_imports_no_library_but_the_functions_own(imported: Imported) -> None:
    packages = {name.partition(".")[0] for name in imported.modules}
    assert {"pydantic", "urllib3", "xmltodict"} <= packages
    assert packages & ELSEWHERE == set()


def test_a_door_imports_no_more_modules_than_its_budget(imported: Imported) -> None:
    assert len(imported.modules) < MOST_MODULES


def test_a_door_is_imported_within_its_budget_of_processor_time(imported: Imported) -> None:
    assert imported.seconds < MOST_SECONDS
