"""Door 3 end to end: what events, callbacks and killed instances lose is repaired, and nothing is billed twice."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from localcloud.faults import Effect, KillAfter, KillBefore, LoseAnswer, Refuse, Requests
from tests.support import ROOT
from voice_separation.index.documents import Waiting
from voicesep.local import LocalApp

KEY = "incoming/notes.mp3"
SETTINGS = {"PENDING_GRACE_SECONDS": "0"}


def ignore_logs(_function: str, _request_id: str, _line: str) -> None:
    return


@contextmanager
def deployed(**settings: str) -> Iterator[LocalApp]:
    with LocalApp(ROOT, {**SETTINGS, **settings}, ignore_logs) as app:
        app.deploy()
        yield app


def upload(app: LocalApp, key: str = KEY) -> None:
    app.cloud.cos.put(app.bucket.name, key, b"no media, so that the job ends at once")
    assert app.cloud.wait_until_idle(60)


def reconcile(app: LocalApp, timer: str = "every-minute") -> None:
    app.cloud.scf.fire_timer(timer)
    assert app.cloud.wait_until_idle(60)


def let_waiting_come_due(app: LocalApp) -> None:
    """As if the time had come that waiting uploads wait for, when CI gave no answer."""
    for stored in app.cloud.cos.list(app.bucket.name, prefix="index/waiting/").contents:
        waiting = Waiting.model_validate_json(Path(stored.path).read_bytes())
        due = waiting.model_copy(update={"next_attempt_at": waiting.waiting_since})
        app.cloud.cos.put(app.bucket.name, stored.key, due.content())


def jobs_billed(app: LocalApp) -> int:
    return len(app.cloud.ci.jobs())


def documents(app: LocalApp) -> Counter[str]:
    """How many documents of each kind there are."""
    listing = app.cloud.cos.list(app.bucket.name, prefix="index/").contents
    return Counter(stored.key.split("/")[1] for stored in listing)


def index(app: LocalApp) -> dict[str, Any]:
    stored = app.cloud.cos.get(app.bucket.name, "index/index.json")
    content: dict[str, Any] = json.loads(Path(stored.path).read_bytes())
    return content


def end_state(app: LocalApp) -> dict[str, object]:
    """What must be the same whatever happened on the way."""
    kinds = documents(app)
    published = index(app)
    return {
        "jobs billed": jobs_billed(app),
        "entries": kinds["jobs"],
        "in the log": kinds["log"],
        "by upload": kinds["uploads"],
        "still pending": kinds["pending"],
        "still waiting": kinds["waiting"],
        "counts": published["counts"],
        "newest": [entry["input"]["key"] for entry in published["newest"]],
    }


UNDISTURBED = {
    "jobs billed": 1,
    "entries": 1,
    "in the log": 1,
    "by upload": 1,
    "still pending": 0,
    "still waiting": 0,
    "counts": {"Failed": 1},
    "newest": [KEY],
}


def test_a_run_after_an_undisturbed_upload_tidies_up_and_publishes() -> None:
    with deployed() as app:
        upload(app)
        reconcile(app)
        assert end_state(app) == UNDISTURBED


def test_what_has_ended_is_not_pending_any_more_once_the_index_tells_of_it() -> None:
    with deployed(PENDING_GRACE_SECONDS="600") as app:
        upload(app)
        assert documents(app)["pending"] == 1
        reconcile(app)
        assert end_state(app) == UNDISTURBED


def test_a_lost_callback_is_repaired() -> None:
    with deployed() as app:
        app.cloud.faults.events.ci.lose(1.0)
        upload(app)
        assert documents(app)["jobs"] == 0
        reconcile(app)
        assert end_state(app) == UNDISTURBED


def test_events_and_callbacks_that_come_twice_change_nothing() -> None:
    with deployed() as app:
        app.cloud.faults.events.duplicate(1.0)
        upload(app)
        reconcile(app)
        assert end_state(app) == UNDISTURBED


def test_a_full_queue_puts_an_upload_into_the_waiting_room() -> None:
    with deployed() as app:
        app.cloud.faults.add(Refuse(403, "QueueSaturated"), Requests(service="ci", method="POST"))
        upload(app)
        assert documents(app)["waiting"] == 1
        assert jobs_billed(app) == 0


def requests_of(door: str) -> int:
    """How many requests a door sends on the way that the crash tests disturb; counted, not typed."""
    with deployed() as app:
        if door == "reconcile":
            app.cloud.faults.events.ci.lose(1.0)
        upload(app)
        reconcile(app)
        name = f"voice-dev-separation-{door}"
        return len([request for request in app.cloud.recorder.requests() if request.function == name])


@pytest.mark.parametrize("effect", [KillBefore(), KillAfter(), LoseAnswer()], ids=lambda effect: type(effect).__name__)
@pytest.mark.parametrize("door", ["submit", "callback", "reconcile"])
def test_a_door_killed_or_cut_off_at_any_of_its_requests_leaves_the_same_end_state(door: str, effect: Effect) -> None:
    points = requests_of(door)
    assert points >= 3
    for point in range(points):
        with deployed() as app:
            if door == "reconcile":
                app.cloud.faults.events.ci.lose(1.0)
            rule = app.cloud.faults.add(effect, Requests(function=door), after=point, times=1)
            upload(app)
            reconcile(app)
            let_waiting_come_due(app)
            reconcile(app)
            assert rule.struck == 1, f"nothing was at point {point}"
            assert end_state(app) == UNDISTURBED, f"{door} {type(effect).__name__} at request {point + 1} of {points}"


def test_one_event_in_sixteen_instances_at_once_is_one_job() -> None:
    with deployed() as app:
        app.cloud.cos.put(app.bucket.name, "elsewhere/seed.mp3", b"x")
        app.cloud.faults.events.cos.lose(1.0)
        upload(app)
        app.cloud.faults.events.cos.lose(0.0)
        event = json.loads((ROOT / "events" / "cos-put.json").read_text().replace("talk-over-music.mp3", "notes.mp3"))
        for _ in range(16):
            app.cloud.scf.invoke_async("submit", event)
        assert app.cloud.wait_until_idle(120)
        reconcile(app)
        assert end_state(app) == UNDISTURBED
