"""A receiver is told of finished jobs end to end: through the deployed doors, killed or cut off anywhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from localcloud.faults import Effect, KillAfter, KillBefore, LoseAnswer, Requests
from tests.receiver import SECRET, Listener, Post, Reply, listening
from tests.support import ROOT
from voice_separation.index.notice import Notice
from voice_separation.resending import Resending
from voice_separation.tencent.credentials import Credentials
from voicesep.app import app_of
from voicesep.local import INDEX, LocalApp

FATES = [KillBefore(), KillAfter(), LoseAnswer()]


@contextmanager
def telling(listener: Listener, **settings: str) -> Iterator[LocalApp]:
    environment = {"PENDING_GRACE_SECONDS": "0", **listener.settings, **settings}
    with LocalApp(ROOT, environment, lambda _function, _request_id, _line: None) as app:
        app.deploy()
        yield app


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


def upload(app: LocalApp, name: str = "notes.mp3") -> None:
    app.cloud.cos.put(app.bucket.name, f"incoming/{name}", b"no media, so that the job ends at once")
    assert app.cloud.wait_until_idle(60)


def reconcile(app: LocalApp, times: int = 1) -> None:
    for _ in range(times):
        app.cloud.scf.fire_timer("every-minute")
    assert app.cloud.wait_until_idle(60)


def let_notices_come_due(app: LocalApp) -> None:
    for key in listed(app, "notices/"):
        notice = Notice.model_validate_json(Path(app.cloud.cos.get(app.bucket.name, key).path).read_bytes())
        due = notice.model_copy(update={"next_attempt_at": notice.noted_at})
        app.cloud.cos.put(app.bucket.name, key, due.content())


def listed(app: LocalApp, folder: str) -> list[str]:
    return [stored.key for stored in app.cloud.cos.list(app.bucket.name, prefix=INDEX + folder).contents]


def job_ids(app: LocalApp) -> set[str]:
    """The jobs that have an entry."""
    return {Path(key).stem for key in listed(app, "jobs/")}


def asked_by(app: LocalApp, door: str) -> list[str]:
    """What a door has asked the cloud for: method, path and query."""
    name = f"voice-dev-separation-{door}"
    requests = [request for request in app.cloud.recorder.requests() if request.function == name]
    return [f"{each.method} {each.path} {each.query}" for each in requests]


def undisturbed_by(door: str) -> list[str]:
    with listening() as listener, telling(listener) as app:
        if door == "reconcile":
            listener.answers(500, 204)
        upload(app)
        let_notices_come_due(app)
        reconcile(app)
        assert len(listener.times_told()) == 1
        return asked_by(app, door)


def told_and_done(listener: Listener, app: LocalApp) -> None:
    """Each job was told at least once, under one id, and nothing is left to be told."""
    assert set(listener.times_told()) == job_ids(app) != set()
    assert len({post.id for post in listener.posts}) == len(job_ids(app))
    assert listed(app, "notices/") == listed(app, "undelivered/") == []


def test_the_receiver_hears_of_a_job_as_soon_as_its_entry_is_stored(listener: Listener) -> None:
    with telling(listener) as app:
        upload(app)
        told_and_done(listener, app)
        (post,) = listener.posts
        entry = app.outcome("incoming/notes.mp3").entry
        assert entry
        assert post.verified()["data"] == entry.model_dump(mode="json")


def test_without_callbacks_reconcile_tells_it(listener: Listener) -> None:
    with telling(listener) as app:
        app.cloud.faults.events.ci.lose(1.0)
        upload(app)
        assert listener.posts == []
        reconcile(app)
        let_notices_come_due(app)
        reconcile(app)
        told_and_done(listener, app)


def test_events_and_callbacks_that_come_twice_and_reconciles_at_once_tell_each_job(listener: Listener) -> None:
    listener.answers(500, 204, 500, 204)
    with telling(listener) as app:
        app.cloud.faults.events.duplicate(1.0)
        for n in range(3):
            upload(app, f"{n}.mp3")
        let_notices_come_due(app)
        reconcile(app, times=2)
        let_notices_come_due(app)
        reconcile(app, times=2)
        told_and_done(listener, app)


@pytest.mark.parametrize(
    "reply",
    [Reply(500), Reply(429), Reply(302, {"Location": "http://127.0.0.1:1/"}), Reply(0), Reply(after_seconds=4.0)],
    ids=["fails", "throttles", "redirects", "loses its answer", "is slow"],
)
def test_whatever_a_receiver_answers_ci_hears_that_the_job_is_stored_and_the_job_is_told_again(
    listener: Listener, reply: Reply
) -> None:
    listener.reply = lambda _post: reply
    with telling(listener) as app:
        upload(app)
        (answered,) = [
            each.result.value for each in app.cloud.scf.invocations if "callback" in each.result.function_name
        ]
        assert answered["statusCode"] == 200
        assert len(listener.posts) == len(listed(app, "notices/")) == 1
        listener.reply = lambda _post: Reply()
        let_notices_come_due(app)
        reconcile(app)
        assert len(listener.posts) == 2
        told_and_done(listener, app)


def test_a_receiver_that_answers_410_is_not_asked_again(listener: Listener) -> None:
    listener.answers(410)
    with telling(listener) as app:
        upload(app)
        let_notices_come_due(app)
        reconcile(app)
        assert len(listener.posts) == len(listed(app, "undelivered/")) == 1
        assert "notice.undelivered" in "\n".join(
            line for each in app.cloud.scf.invocations for line in each.result.logs
        )


def test_what_was_given_up_is_told_by_the_timer_once_somebody_has_it_sent_again(listener: Listener) -> None:
    listener.answers(410)
    with telling(listener) as app:
        upload(app)
        assert len(listed(app, "undelivered/")) == 1
        listener.answers(204)
        reconcile(app)
        assert len(listener.posts) == 1
        given_up = resending(app)
        assert len(list(given_up.resend(given_up.undelivered()))) == 1
        reconcile(app)
        assert len(listener.posts) == 2
        told_and_done(listener, app)


def resending(app: LocalApp) -> Resending:
    key = app.cloud.credentials
    call = app_of(app.environment, Credentials(key.access_key_id, key.secret_key), 1, log=None).call
    return Resending(call.reader(app.bucket), call.writer(app.bucket), call.clock)


CALLBACK = 6  # requests of a callback that tells a receiver
TELLING = 4  # requests with which a reconcile ends that does: LIST, GET of notice and entry, DELETE


def test_the_requests_that_the_doors_are_killed_at_are_all_there_are() -> None:
    assert len(undisturbed_by("callback")) == CALLBACK
    listing, _, _, removal = undisturbed_by("reconcile")[-TELLING:]
    assert "notices" in listing
    assert removal.startswith(f"DELETE /{INDEX}notices/")


@pytest.mark.parametrize("effect", FATES, ids=lambda effect: type(effect).__name__)
def test_a_callback_killed_or_cut_off_at_any_request_loses_no_notice(effect: Effect) -> None:
    for point in range(CALLBACK):
        with listening() as listener, telling(listener) as app:
            rule = app.cloud.faults.add(effect, Requests(function="callback"), after=point, times=1)
            upload(app)
            reconcile(app)
            let_notices_come_due(app)
            reconcile(app)
            assert rule.struck == 1, f"nothing was at point {point}"
            told_and_done(listener, app)


@pytest.mark.parametrize("effect", FATES, ids=lambda effect: type(effect).__name__)
def test_a_reconcile_killed_or_cut_off_while_it_tells_loses_no_notice(effect: Effect) -> None:
    requests = len(undisturbed_by("reconcile"))
    for point in range(requests - TELLING, requests):
        with listening() as listener, telling(listener) as app:
            listener.answers(500, 204)
            upload(app)
            let_notices_come_due(app)
            rule = app.cloud.faults.add(effect, Requests(function="reconcile"), after=point, times=1)
            reconcile(app)
            reconcile(app)
            assert rule.struck == 1, f"nothing was at point {point}"
            told_and_done(listener, app)


def test_a_function_killed_while_the_receiver_listens_tells_it_again(listener: Listener) -> None:
    """The instance dies between the receiver's answer and the removal of the notice, which is its last request."""
    with telling(listener) as app:
        rule = app.cloud.faults.add(
            KillBefore(), Requests(function="callback", method="DELETE", path=f"^/{INDEX}notices/"), times=1
        )
        upload(app)
        assert (rule.struck, len(listener.posts)) == (1, 1)
        let_notices_come_due(app)
        reconcile(app)
        assert len(listener.posts) == 2
        told_and_done(listener, app)


def test_an_app_that_tells_nobody_writes_no_notice_and_what_is_left_is_told_once_it_tells_again(
    listener: Listener,
) -> None:
    listener.answers(500)
    with telling(listener) as app:
        upload(app)
        assert len(listed(app, "notices/")) == 1
        deployed = {**app.environment, "WEBHOOK_URL": "-", "WEBHOOK_SECRETS": "-"}
        app.cloud.deploy(ROOT / "serverless.yml", ROOT / "src", deployed)
        upload(app, "later.mp3")
        let_notices_come_due(app)
        reconcile(app)
        assert len(listed(app, "notices/")) == len(listener.posts) == 1
        listener.answers(204)
        app.cloud.deploy(ROOT / "serverless.yml", ROOT / "src", app.environment)
        reconcile(app)
        assert (listed(app, "notices/"), len(listener.posts)) == ([], 2)


def test_a_secret_is_replaced_without_a_message_that_cannot_be_verified(listener: Listener) -> None:
    new = "whsec_bmV3LXNlY3JldC1vZi10aGUtcmVjZWl2ZXItMDEyMw=="
    known: list[str] = []

    def verifies(post: Post) -> Reply:
        post.verified(known[-1])
        return Reply()

    listener.reply = verifies
    with telling(listener) as app:
        for n, (ring, known_by_receiver) in enumerate([(SECRET, SECRET), (f"{new},{SECRET}", SECRET), (new, new)]):
            app.cloud.deploy(ROOT / "serverless.yml", ROOT / "src", {**app.environment, "WEBHOOK_SECRETS": ring})
            known.append(known_by_receiver)
            upload(app, f"{n}.mp3")
        assert len(listener.posts) == 3
        assert listed(app, "notices/") == []
