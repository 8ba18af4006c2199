from collections.abc import Iterator

import pytest

from localcloud import LocalCloud, Options
from localcloud.ci.pace import Manual
from localcloud.faults import Refuse, Requests
from tests.voice_separation.conftest import BUCKET, Workbench
from voice_separation.cancelling import Cancelling
from voice_separation.errors import NothingKnown, NothingToCancel
from voice_separation.index.documents import Refused
from voice_separation.index.entries import Entry
from voice_separation.story import Stories, Story

KEY = "incoming/talk.mp3"


@pytest.fixture
def pace() -> Manual:
    return Manual()


@pytest.fixture
def bench(pace: Manual) -> Iterator[Workbench]:
    with LocalCloud(Options(pace=pace)) as cloud:
        cloud.cos.create_bucket(BUCKET.name, BUCKET.region)
        yield Workbench(cloud)


def story(bench: Workbench, named: str = KEY) -> Story:
    call = bench.invocation()
    return Stories(BUCKET, call.cos, call.ci, call.reader(BUCKET), call.clock).find(named)


def cancelling(bench: Workbench) -> Cancelling:
    call = bench.invocation()
    return Cancelling(BUCKET, call.ci, call.writer(BUCKET), call.completion(BUCKET), call.clock)


def test_a_job_that_has_not_begun_is_cancelled_and_has_its_entry(bench: Workbench) -> None:
    (outcome,) = bench.submission().submit_all((bench.upload(KEY),))
    assert cancelling(bench).cancel(story(bench)) == (outcome.job_id,)
    (entry,) = [Entry.model_validate_json(bench.read(key)) for key in bench.stored("index/jobs/")]
    assert (entry.job_id, entry.state) == (outcome.job_id, "Cancel")
    assert story(bench).in_a_word == "Cancel"


def test_a_job_that_runs_is_not_cancelled(bench: Workbench, pace: Manual) -> None:
    (outcome,) = bench.submission().submit_all((bench.upload(KEY),))
    pace.advance(str(outcome.job_id))
    with pytest.raises(NothingToCancel, match="CI cancels no job that has begun"):
        cancelling(bench).cancel(story(bench))
    assert bench.stored("index/jobs/") == []


def test_what_waits_is_refused_with_the_reason_and_is_not_submitted_any_more(bench: Workbench) -> None:
    bench.cloud.faults.add(Refuse(403, "QueueSaturated"), Requests(service="ci", method="POST"))
    bench.submission().submit_all((bench.upload(KEY),))
    assert story(bench).in_a_word == "Waiting"
    assert cancelling(bench).cancel(story(bench)) == ()
    bench.cloud.faults.clear()
    assert bench.reconciliation().run().submitted == 0
    (refused,) = [Refused.model_validate_json(bench.read(key)) for key in bench.stored("index/refused/")]
    assert refused.reason.error == "Cancelled"
    assert story(bench).in_a_word == "Refused"


def test_what_waits_is_refused_before_it_leaves_the_waiting_room(bench: Workbench) -> None:
    """Else whoever looks in between would take it for lost."""
    bench.cloud.faults.add(Refuse(403, "QueueSaturated"), Requests(service="ci", method="POST"))
    bench.submission().submit_all((bench.upload(KEY),))
    bench.cloud.recorder.clear()
    cancelling(bench).cancel(story(bench))
    written = [asked.split("/")[0:3] for asked in bench.asked() if asked.startswith(("cos PUT", "cos DELETE"))]
    assert written == [["cos PUT ", "index", "refused"], ["cos DELETE ", "index", "waiting"]]


def test_what_has_ended_cannot_be_cancelled(bench: Workbench) -> None:
    bench.submission().submit_all((bench.upload(KEY),))
    cancelling(bench).cancel(story(bench))
    with pytest.raises(NothingToCancel, match="nothing to cancel"):
        cancelling(bench).cancel(story(bench))


def test_what_nobody_knows_is_told(bench: Workbench) -> None:
    with pytest.raises(NothingKnown, match=r"no object, no upload and no job incoming/none\.mp3"):
        story(bench, "incoming/none.mp3")
