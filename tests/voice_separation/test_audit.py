import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from pytest_mock import MockerFixture

from localcloud import LocalCloud, Options
from localcloud.clock import MovableClock, stopped_at
from tests.beginning import let_it_have_begun
from tests.support import StoppedClock
from tests.voice_separation.conftest import BUCKET, Workbench
from voice_separation.audit import SECONDS_TO_END, Audit, Audited
from voice_separation.clock import Deadline
from voice_separation.index.documents import Waiting
from voice_separation.index.views import describe, hour_start, index_of, segment_content
from voice_separation.tencent.ci import Ci


@pytest.fixture
def begun(bench: Workbench) -> Workbench:
    """A bench at which the app has been at work for a day."""
    begin(bench, timedelta(days=-1))
    return bench


def begin(bench: Workbench, since: timedelta) -> None:
    let_it_have_begun(bench.cloud, BUCKET.name, bench.invocation().clock.now() + since)


def audit(bench: Workbench, later: timedelta = timedelta(hours=1)) -> Audit:
    now = bench.invocation().clock.now()
    return replace(bench.audit(), clock=StoppedClock(now + later))


def waiting(bench: Workbench) -> dict[str, tuple[str, int]]:
    documents = [Waiting.model_validate_json(bench.read(key)) for key in bench.stored("index/waiting/")]
    return {each.upload.key: (each.reason.error, each.attempts) for each in documents}


def test_an_upload_whose_event_never_came_goes_to_the_waiting_room(begun: Workbench) -> None:
    begun.upload("incoming/lost.mp3")
    begun.submission().submit_all((begun.upload("incoming/seen.mp3"),))
    assert audit(begun).run() == Audited(unclaimed=1, dead=0, earlier=0, complete=True)
    assert waiting(begun) == {"incoming/lost.mp3": ("Unclaimed", 0)}


def test_what_lay_there_before_the_app_began_is_counted_and_left_alone(bench: Workbench) -> None:
    for n in range(3):
        bench.upload(f"incoming/archive/{n}.mp3")
    begin(bench, timedelta(days=30))
    assert audit(bench, timedelta(days=31)).run() == Audited(unclaimed=0, dead=0, earlier=3, complete=True)
    assert waiting(bench) == {}
    logged = [line for line in bench.lines.events() if line["event"] == "audited"]
    assert [(line["unclaimed"], line["earlier"]) for line in logged] == [(0, 3)]


@pytest.mark.parametrize(("minutes", "found"), [(14, (1, 0)), (16, (0, 1))])
def test_what_came_while_the_app_was_being_deployed_is_found(
    bench: Workbench, minutes: int, found: tuple[int, int]
) -> None:
    bench.upload("incoming/first.mp3")
    begin(bench, timedelta(minutes=minutes))
    done = audit(bench).run()
    assert (done.unclaimed, done.earlier) == found


def test_what_is_claimed_runs_or_waits_is_not_counted_as_earlier(bench: Workbench) -> None:
    bench.submission().submit_all((bench.upload("incoming/backfilled.mp3"), bench.upload("incoming/empty.mp3", b"")))
    begin(bench, timedelta(days=30))
    assert audit(bench, timedelta(days=31)).run().earlier == 0


def test_before_the_index_tells_when_the_app_began_nothing_is_submitted_and_nothing_is_forgotten(
    bench: Workbench,
) -> None:
    bench.upload("incoming/lost.mp3")
    assert audit(bench).run() == Audited(unclaimed=0, dead=0, earlier=1, complete=True)
    bench.publication().publish()
    assert audit(bench).run() == Audited(unclaimed=1, dead=0, earlier=0, complete=True)


def test_the_index_of_an_older_version_is_told_its_beginning_by_the_next_publication(bench: Workbench) -> None:
    begin(bench, timedelta(days=-1))
    told = json.loads(bench.read("index/index.json"))
    del told["began_at"]
    bench.cloud.cos.put(BUCKET.name, "index/index.json", json.dumps(told).encode())
    bench.upload("incoming/lost.mp3")
    assert audit(bench).run().earlier == 1
    bench.publication().publish()
    assert audit(bench).run().unclaimed == 1


def test_what_was_skipped_while_the_app_was_disabled_is_found_once_it_is_enabled(bench: Workbench) -> None:
    bench.publication(enabled=False).publish()
    (skipped,) = bench.submission(enabled=False).submit_all((bench.upload(),))
    assert skipped.result == "skipped"
    disabled = replace(audit(bench), settings=bench.invocation(enabled=False).settings)
    assert disabled.run() == Audited(complete=False)
    assert audit(bench).run().unclaimed == 1


def test_a_plan_tells_what_a_run_finds_and_only_reads(bench: Workbench) -> None:
    begin(bench, timedelta(minutes=10))
    bench.upload("incoming/lost.mp3")
    before = bench.stored()
    bench.cloud.recorder.clear()
    planned = audit(bench).plan()
    assert {asked.split()[1] for asked in bench.asked()} == {"GET"}
    assert bench.stored() == before
    assert planned == audit(bench).run() == Audited(unclaimed=1, complete=True)


def test_it_is_then_submitted_like_any_that_waits(begun: Workbench) -> None:
    bench = begun
    bench.upload("incoming/lost.mp3")
    audit(bench).run()
    reconciliation = bench.reconciliation()
    later = StoppedClock(reconciliation.clock.now() + timedelta(hours=2))
    submitted, _, _ = replace(reconciliation, clock=later)._drain(lambda: True)
    assert submitted == 1
    assert bench.asked().count("ci POST /jobs") == 1


def test_an_object_so_young_that_its_event_may_still_come_is_left_alone(begun: Workbench) -> None:
    begun.upload("incoming/young.mp3")
    assert audit(begun, timedelta(minutes=5)).run().unclaimed == 0


@pytest.mark.parametrize("key", ["incoming/notes.txt", "incoming/folder/", "separated/a.mp3", "elsewhere/a.mp3"])
def test_what_is_no_upload_is_left_alone(begun: Workbench, key: str) -> None:
    begun.upload(key)
    assert audit(begun).run() == Audited(complete=True)


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


def test_an_upload_that_runs_waits_is_refused_or_is_finished_is_left_alone(begun: Workbench) -> None:
    bench = begun
    bench.submission().submit_all((bench.upload("incoming/finished.mp3"),))
    assert bench.cloud.wait_until_idle(60)
    bench.reconciliation(pending_grace_seconds=0).run()
    bench.publication().publish()
    bench.submission().submit_all((bench.upload("incoming/runs.mp3"), bench.upload("incoming/empty.mp3", b"")))
    done = audit(bench).run()
    assert (done.unclaimed, done.dead) == (0, 0)
    assert waiting(bench) == {}


def test_auditing_again_changes_nothing(begun: Workbench) -> None:
    begun.upload("incoming/lost.mp3")
    assert audit(begun).run().unclaimed == 1
    assert audit(begun).run().unclaimed == 0


def test_an_audit_whose_time_does_not_suffice_leaves_the_rest_and_says_so(begun: Workbench) -> None:
    begun.upload("incoming/lost.mp3")
    clock = StoppedClock()
    done = replace(audit(begun), deadline=Deadline.after(SECONDS_TO_END - 0.1, clock)).run()
    assert done == Audited(unclaimed=0, complete=False)
    assert waiting(begun) == {}


def test_of_the_segments_only_those_of_the_last_days_are_read(begun: Workbench, mocker: MockerFixture) -> None:
    now = begun.invocation().clock.now()
    segments = []
    for days in (1, 5):
        hour = hour_start(now - timedelta(days=days))
        content = segment_content(())
        segments.append(describe(hour, (), content, sealed=True))
        begun.cloud.cos.put(BUCKET.name, f"index/{segments[-1].key}", content)
    index = index_of(segments, (), began_at=now - timedelta(days=9), generated_at=now, complete_through=None)
    begun.cloud.cos.put(BUCKET.name, "index/index.json", index.content())
    mocker.patch.object(Ci, "create_job", side_effect=KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        begun.submission().submit_all((begun.upload(),))
    assert audit(begun).run().dead == 1
    read = [asked for asked in begun.asked() if asked.startswith("cos GET /index/segments/")]
    assert read == [f"cos GET /index/{segments[0].key}"]


@pytest.mark.parametrize(("minutes", "found"), [(14, {}), (16, {"incoming/talk.mp3": ("DeadClaim", 1)})])
def test_a_claim_is_not_dead_before_its_lease_is_over_however_old_its_upload(
    minutes: int, found: dict[str, tuple[str, int]], mocker: MockerFixture
) -> None:
    noon = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
    clock = MovableClock(stopped_at(noon))
    with LocalCloud(Options(clock=clock)) as cloud:
        cloud.cos.create_bucket(BUCKET.name, BUCKET.region)
        bench = Workbench(cloud)
        let_it_have_begun(cloud, BUCKET.name, noon - timedelta(days=1))
        record = bench.upload()
        clock.advance(3600)
        mocker.patch.object(Ci, "create_job", side_effect=KeyboardInterrupt)
        with pytest.raises(KeyboardInterrupt):
            bench.submission().submit_all((record,))
        now = noon + timedelta(hours=1, minutes=minutes)
        replace(bench.audit(), clock=StoppedClock(now)).run()
        assert waiting(bench) == found
