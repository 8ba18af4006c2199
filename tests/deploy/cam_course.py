"""The app with each door held to its policy, driven through all that the doors do.

Each method is one thing that happens, and asserts that it did; what was asked of the cloud is in its recorder.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlsplit

import urllib3

from localcloud import Options
from localcloud.cam.policy import Policy
from localcloud.clock import MovableClock, system_clock
from localcloud.cos.models import Weaknesses
from localcloud.faults import KillAfter, Refuse, Requests
from tests.beginning import let_it_have_begun
from tests.receiver import Listener
from tests.support import EVENTS, ROOT, load_event
from voice_separation.bucket import Bucket
from voice_separation.capability import KeyRing
from voice_separation.index import documents, keys
from voice_separation.index.canonical import Document
from voice_separation.index.documents import Claim, Pending, Reason, Waiting
from voice_separation.index.notice import Notice
from voice_separation.uploads import Upload
from voicesep.local import INDEX, LocalApp
from voicesep.policies import role_policies
from voicesep.project import local_environment

AT_ONCE = {"PENDING_GRACE_SECONDS": "0", "CLAIM_SETTLE_SECONDS": "0"}
LONG_AGO = timedelta(hours=2)
CREATE_JOB = Requests(service="ci", method="POST", path="^/jobs$")
NO_ROOM = Refuse(403, "QueueSaturated")
PATIENCE = 60.0


@dataclass
class Course:
    """What can be done to the app."""

    app: LocalApp
    clock: MovableClock

    def run(self) -> None:
        """Do everything; the first part happened long ago, so that it is old enough for the audit."""
        let_it_have_begun(self.app.cloud, self.app.bucket.name, self.clock())
        self.an_event_is_lost()
        self.whoever_claimed_died()
        self.clock.advance(LONG_AGO.total_seconds())
        self.submit_does_all_it_can()
        self.reconcile_does_all_it_can()
        self.an_audit()
        self.jobs_of_others_are_reported()

    # What happened long ago -------------------------------------------------------------------------------------

    def an_event_is_lost(self) -> None:
        with self._no_events():
            self._put("unclaimed.mp3")

    def whoever_claimed_died(self) -> None:
        with self._no_events():
            self._claim(self._put("dead.mp3"), 1, lease_until=_now() - timedelta(hours=1))

    # Door 1 -----------------------------------------------------------------------------------------------------

    def submit_does_all_it_can(self) -> None:
        upload = self._uploaded("straight.mp3")
        assert self._has("jobs/", upload)
        self._event(upload.key)  # once more
        self._event("incoming/gone.mp3")
        assert self._has("refused/", self._uploaded("empty.mp3", b""))
        with self._rule(Refuse(400, "ResourceNotSupported"), CREATE_JOB):
            assert self._has("refused/", self._uploaded("notes.mp3"))
        with self._rule(KillAfter(), CREATE_JOB):
            self._uploaded("taken-over.mp3")
        with self._no_events():
            second = self._put("second.mp3")
        self._noted_by_another(second)
        self._event(second.key)
        self.app.cloud.cos.weaknesses = Weaknesses(once_versioned=frozenset({self.app.bucket.name}))
        assert self._has("jobs/", self._uploaded("versioned.mp3"))
        self.app.cloud.cos.weaknesses = Weaknesses()

    # Door 3 -----------------------------------------------------------------------------------------------------

    def reconcile_does_all_it_can(self) -> None:
        self.app.cloud.faults.events.ci.lose(1.0)
        lost = self._uploaded("lost-callback.mp3")
        self.app.cloud.faults.events.clear()
        with self._rule(KillAfter(), Requests(function="callback", method="PUT", path=f"^/{INDEX}jobs/")):
            half = self._uploaded("half-written.mp3")
        self._damage("log/", self._uploaded("damaged.mp3"))
        self._write("pending/2026-01-01/00/0.json", _pending(half, "jnobodyknows"))
        self._reconcile()
        assert self._has("jobs/", lost)
        assert self._has("log/", half)
        self.the_waiting_room()
        self._reconcile()

    def the_waiting_room(self) -> None:
        with self._rule(NO_ROOM, CREATE_JOB, times=None):
            waiting = self._uploaded("waiting.mp3")
            assert self._has("waiting/", waiting)
            self._reconcile()  # and there is no room again
        assert self._has("waiting/", waiting)
        self._reconcile()
        assert not self._has("waiting/", waiting)
        with self._no_events():
            self._wait(self._put("misconfigured.mp3"), attempts=0)
        with self._rule(Refuse(400, "InvalidArgument"), CREATE_JOB):
            self._reconcile()
        gone = self._wait(Upload(self.app.bucket, "incoming/deleted.mp3", "0" * 32, 7), attempts=1)
        with self._no_events():
            second = self._wait(self._put("second-of-reconcile.mp3"), attempts=0)
            dead = self._wait(self._put("dead-of-reconcile.mp3"), attempts=0)
        self._noted_by_another(second)
        self._claim(dead, 1, lease_until=_now() - timedelta(hours=1))
        self._reconcile()
        assert self._has("refused/", gone)
        assert self._has("jobs/", dead)

    def an_audit(self) -> None:
        self._reconcile("daily-audit")
        assert len(self._listed("waiting/")) >= 2  # the two from long ago
        self._reconcile()

    # Door 2 -----------------------------------------------------------------------------------------------------

    def jobs_of_others_are_reported(self) -> None:
        """Through the static address: one that has ended, and one that nobody knows."""
        told = (EVENTS / "callback-job.xml").read_text(encoding="utf-8")
        told = told.replace("test-123456789", self.app.bucket.name).replace("ap-chongqing", self.app.bucket.region)
        self.app.cloud.ci.restore(told.encode())
        assert self._report(told) == 200
        assert self._report(told.replace("j40644e92", "jnobody92")) == 404

    # The receiver of notices --------------------------------------------------------------------------------------

    def a_receiver_is_told(self, listener: Listener) -> None:
        """It takes a notice, then none, then none ever; and somebody damages one."""
        self._reconcile_notices_that_are_due()  # one is that of the callback that was killed
        assert self._listed("notices/") == []
        assert listener.posts
        listener.answers(500)
        self._uploaded("told-later.mp3")
        self._reconcile_notices_that_are_due()
        (kept,) = self._listed("notices/")
        assert b'"attempts":1' in self._read(kept)
        listener.answers(410)
        self._reconcile_notices_that_are_due()
        self._uploaded("told-never.mp3")
        assert len(self._listed("undelivered/")) == 2
        self.app.cloud.cos.put(self.app.bucket.name, f"{INDEX}notices/jdamaged/Success.json", b"damaged")
        self._reconcile()
        assert self._listed("notices/") == []

    def _reconcile_notices_that_are_due(self) -> None:
        for key in self._listed("notices/"):
            notice = Notice.model_validate_json(self._read(key))
            due = notice.model_copy(update={"next_attempt_at": notice.noted_at})
            self.app.cloud.cos.put(self.app.bucket.name, key, due.content())
        self._reconcile()

    # How it is done ---------------------------------------------------------------------------------------------

    def _put(self, name: str, content: bytes = b"no media, so its job ends at once") -> Upload:
        stored = self.app.cloud.cos.put(self.app.bucket.name, f"incoming/{name}", name.encode() + content)
        if not content:
            stored = self.app.cloud.cos.put(self.app.bucket.name, f"incoming/{name}", b"")
        return Upload(self.app.bucket, stored.key, stored.etag, stored.size)

    def _uploaded(self, name: str, content: bytes = b"no media, so its job ends at once") -> Upload:
        upload = self._put(name, content)
        assert self.app.cloud.wait_until_idle(PATIENCE)
        return upload

    def _event(self, key: str) -> None:
        event: Any = load_event("cos-put.json")
        text = json.dumps(event).replace("incoming/talk-over-music.mp3", key)
        self.app.cloud.scf.invoke("submit", json.loads(text))
        assert self.app.cloud.wait_until_idle(PATIENCE)

    def _reconcile(self, timer: str = "every-minute") -> None:
        self.app.cloud.scf.fire_timer(timer)
        assert self.app.cloud.wait_until_idle(PATIENCE)

    def _report(self, body: str) -> int:
        ring = KeyRing(tuple(self.app.environment["CALLBACK_SECRETS"].split(",")))
        host = urlsplit(self.app.environment["CALLBACK_URL"]).netloc
        headers = {"Host": host, "Content-Type": "application/xml"}
        address = self.app.cloud.endpoint + ring.static_path()
        with urllib3.PoolManager(retries=False) as pool:
            return pool.request("POST", address, body=body.encode(), headers=headers).status

    def _claim(self, upload: Upload, attempt: int, *, lease_until: datetime) -> None:
        claim = Claim(
            attempt=attempt,
            nonce="another",
            request_id="another",
            claimed_at=lease_until - timedelta(minutes=15),
            lease_until=lease_until,
            upload=documents.Upload.of(upload),
        )
        self._write(keys.claim(upload.id, attempt), claim)

    def _noted_by_another(self, upload: Upload) -> None:
        """Note another job for an upload, at this hour and, should it end meanwhile, at the next."""
        for later in (timedelta(), timedelta(hours=1)):
            note = _pending(upload, "janother")
            self._write(keys.pending(upload.id, note.submitted_at + later), note)

    def _wait(self, upload: Upload, *, attempts: int) -> Upload:
        self._write(
            keys.waiting(upload.id),
            Waiting(
                reason=Reason(error="QueueSaturated", code="QueueSaturated", message=""),
                attempts=attempts,
                waiting_since=_now(),
                next_attempt_at=_now(),
                upload=documents.Upload.of(upload),
            ),
        )
        return upload

    def _write(self, key: str, document: Document) -> None:
        self.app.cloud.cos.put(self.app.bucket.name, INDEX + key, document.content())

    def _damage(self, folder: str, upload: Upload) -> None:
        for key in self._about(folder, upload):
            self.app.cloud.cos.put(self.app.bucket.name, key, b"damaged")

    def _has(self, folder: str, upload: Upload) -> bool:
        return bool(self._about(folder, upload))

    def _about(self, folder: str, upload: Upload) -> list[str]:
        """The keys of a folder whose documents are about an upload."""
        return [key for key in self._listed(folder) if upload.id.encode() in self._read(key)]

    def _listed(self, folder: str) -> list[str]:
        return [each.key for each in self.app.cloud.cos.list(self.app.bucket.name, prefix=INDEX + folder).contents]

    def _read(self, key: str) -> bytes:
        _, content = self.app.cloud.cos.open(self.app.bucket.name, key)
        with content:
            return content.read()

    @contextmanager
    def _no_events(self) -> Iterator[None]:
        self.app.cloud.faults.events.cos.lose(1.0)
        yield
        self.app.cloud.faults.events.clear()

    @contextmanager
    def _rule(self, effect: Any, requests: Requests, times: int | None = 1) -> Iterator[None]:
        rule = self.app.cloud.faults.add(effect, requests, times=times)
        yield
        assert rule.struck, f"nothing was struck by {effect}"
        self.app.cloud.faults.clear()


@contextmanager
def held_to(policies: dict[str, Policy], environment: dict[str, str]) -> Iterator[Course]:
    """Deploy the app, whose roles may do what these policies say."""
    clock = MovableClock(lambda: system_clock() - LONG_AGO)
    options = Options(clock=clock, policies=policies)
    with LocalApp(ROOT, environment, lambda _function, _request_id, _line: None, options) as app:
        app.deploy()
        yield Course(app, clock)


def own_policies(environment: dict[str, str]) -> dict[str, Policy]:
    """The project's policies, by role, for these settings."""
    return role_policies(ROOT, local_environment(environment))


def bucket_of(environment: dict[str, str]) -> Bucket:
    """The bucket that these settings name."""
    settings = local_environment(environment)
    return Bucket(settings["INPUT_BUCKET"], settings["REGION"])


def _pending(upload: Upload, job_id: str) -> Pending:
    return Pending(job_id=job_id, submitted_at=_now(), upload=documents.Upload.of(upload))


def _now() -> datetime:
    return datetime.now(timezone.utc)
