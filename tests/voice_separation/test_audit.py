from dataclasses import replace
from datetime import timedelta

import pytest
from pytest_mock import MockerFixture

from tests.support import StoppedClock
from tests.voice_separation.conftest import Workbench
from voice_separation.audit import Audit
from voice_separation.index.documents import Waiting
from voice_separation.tencent.ci import Ci


def audit(bench: Workbench, later: timedelta = timedelta(hours=1)) -> Audit:
    now = bench.invocation().clock.now()
    return replace(bench.audit(), clock=StoppedClock(now + later))


def waiting(bench: Workbench) -> dict[str, tuple[str, int]]:
    documents = [Waiting.model_validate_json(bench.read(key)) for key in bench.stored("index/waiting/")]
    return {each.upload.key: (each.reason.error, each.attempts) for each in documents}


def test_an_upload_whose_event_never_came_goes_to_the_waiting_room(bench: Workbench) -> None:
    bench.upload("incoming/lost.mp3")
    bench.submission().submit_all((bench.upload("incoming/seen.mp3"),))
    done = audit(bench).run()
    assert (done.unclaimed, done.dead, done.complete) == (1, 0, True)
    assert waiting(bench) == {"incoming/lost.mp3": ("Unclaimed", 0)}


def test_it_is_then_submitted_like_any_that_waits(bench: Workbench) -> None:
    bench.upload("incoming/lost.mp3")
    audit(bench).run()
    reconciliation = bench.reconciliation()
    later = StoppedClock(reconciliation.clock.now() + timedelta(hours=2))
    submitted, _, _ = replace(reconciliation, clock=later)._drain(lambda: True)
    assert submitted == 1
    assert bench.asked().count("ci POST /jobs") == 1


def test_an_object_so_young_that_its_event_may_still_come_is_left_alone(bench: Workbench) -> None:
    bench.upload("incoming/young.mp3")
    assert audit(bench, timedelta(minutes=5)).run().unclaimed == 0


@pytest.mark.parametrize("key", ["incoming/notes.txt", "incoming/folder/", "separated/a.mp3", "elsewhere/a.mp3"])
def test_what_is_no_upload_is_left_alone(bench: Workbench, key: str) -> None:
    bench.upload(key)
    assert audit(bench).run().unclaimed == 0


def test_a_claim_whose_holder_died_goes_to_the_waiting_room_once_its_lease_has_passed(
    bench: Workbench, mocker: MockerFixture
) -> None:
    mocker.patch.object(Ci, "create_job", side_effect=KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        bench.submission().submit_all((bench.upload(),))
    mocker.stopall()
    assert audit(bench, timedelta(minutes=10)).run().dead == 0
    assert audit(bench).run().dead == 1
    assert waiting(bench) == {"incoming/talk.mp3": ("DeadClaim", 1)}


@pytest.mark.parametrize(("days", "dead"), [(2, 1), (4, 0)])
def test_a_dead_claim_is_looked_at_for_three_days(
    bench: Workbench, mocker: MockerFixture, days: int, dead: int
) -> None:
    mocker.patch.object(Ci, "create_job", side_effect=KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        bench.submission().submit_all((bench.upload(),))
    mocker.stopall()
    assert audit(bench, timedelta(days=days)).run().dead == dead


def test_of_several_claims_the_last_counts(bench: Workbench, mocker: MockerFixture) -> None:
    mocker.patch.object(Ci, "create_job", side_effect=KeyboardInterrupt)
    mocker.patch("voice_separation.claims.LISTED_AFTER", timedelta(0))
    record = bench.upload()
    for _ in range(11):  # more than one digit of attempts, each a retry of the one before
        with pytest.raises(KeyboardInterrupt):
            bench.submission().submit_all((record,))
    mocker.stopall()
    audit(bench).run()
    assert waiting(bench) == {"incoming/talk.mp3": ("DeadClaim", 11)}


def test_an_upload_that_runs_waits_is_refused_or_is_finished_is_left_alone(bench: Workbench) -> None:
    bench.submission().submit_all((bench.upload("incoming/finished.mp3"),))
    assert bench.cloud.wait_until_idle(30)
    bench.reconciliation(pending_grace_seconds=0).run()
    bench.publication().publish()
    bench.submission().submit_all((bench.upload("incoming/runs.mp3"), bench.upload("incoming/empty.mp3", b"")))
    done = audit(bench).run()
    assert (done.unclaimed, done.dead) == (0, 0)
    assert waiting(bench) == {}


def test_auditing_again_changes_nothing(bench: Workbench) -> None:
    bench.upload("incoming/lost.mp3")
    assert audit(bench).run().unclaimed == 1
    assert audit(bench).run().unclaimed == 0
