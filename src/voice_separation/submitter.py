"""One upload to one job: for door 1, for the waiting room, for what events have lost.

`POST /jobs` is sent at most once for a claim. Whoever takes an upload over, or comes back to one that waited, first
looks whether CI has a job for it already, and adopts that.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from voice_separation.claims import Claims, Taken
from voice_separation.clock import Clock
from voice_separation.concurrency import Map
from voice_separation.errors import (
    CannotBeSeparated,
    ClaimHeld,
    ClaimUnconfirmed,
    InputRefused,
    InvalidOptions,
    JobInvalid,
    Misconfigured,
    Retryable,
    TencentRefusal,
    UploadFinished,
    VoiceSeparationError,
)
from voice_separation.index import documents, keys
from voice_separation.index.reader import IndexReader
from voice_separation.index.writer import IndexWriter
from voice_separation.jobs.request import JobRequest
from voice_separation.jobs.ticket import JobTicket
from voice_separation.options import options_for, says_skip
from voice_separation.outcomes import Candidate, Outcome
from voice_separation.patience import GIVEN_UP_AFTER, NO_ROOM, TO_BE_CORRECTED, is_given_up, next_attempt_at
from voice_separation.separable import check_separable
from voice_separation.settings import Settings
from voice_separation.telemetry import Event, Telemetry
from voice_separation.upload_jobs import UploadJobs
from voice_separation.uploads import Upload

SETTLED_TOGETHER = 16  # uploads: all wait out one second for their claims

Tell = Callable[..., None]
"""Logs an event at one level, a method of Telemetry."""


@dataclass(frozen=True, eq=False)
class _Claimed:
    """A candidate that we have claimed, and what to ask of CI for it."""

    candidate: Candidate
    claim: Taken
    request: JobRequest
    telemetry: Telemetry

    @property
    def upload(self) -> Upload:
        return self.candidate.upload


@dataclass(frozen=True)
class Submitter:
    """Submits uploads of one bucket; everything it needs from outside is handed in."""

    settings: Settings
    jobs: UploadJobs
    reader: IndexReader
    writer: IndexWriter
    claims: Claims
    clock: Clock
    telemetry: Telemetry
    many: Map = map

    def submit_all(self, candidates: Sequence[Candidate]) -> tuple[Outcome, ...]:
        """Submit uploads in their order. All are claimed first, so that their claims settle in one wait.

        Once CI has no room it is not asked again: the rest waits too. Whatever goes wrong with an upload is its
        outcome, never an exception.
        """
        self.claims.void |= any(candidate.head.versioned for candidate in candidates)
        begun = list(self.many(self._begin, candidates))
        if any(isinstance(each, _Claimed) for each in begun):
            self.claims.settle()
        outcomes: list[Outcome] = []
        no_room: TencentRefusal | None = None
        for each in begun:
            outcome = each if isinstance(each, Outcome) else self._finish(each, no_room)
            outcomes.append(outcome)
            if isinstance(outcome.error, NO_ROOM):
                no_room = outcome.error
        return tuple(outcomes)

    def adopt(self, upload: Upload, retry_of: tuple[str, ...] = ()) -> Outcome | None:
        """Note the job that CI has for an upload whose object is gone; None when there is none but those retried."""
        job = self.jobs.find(upload, retry_of)
        return self._note(upload, job, self.telemetry.bind(key=upload.key, upload_id=upload.id)) if job else None

    def _begin(self, candidate: Candidate) -> _Claimed | Outcome:
        """Claim an upload, unless it is clear already what becomes of it."""
        upload = candidate.upload
        telemetry = self.telemetry.bind(bucket=upload.bucket.name, key=upload.key, upload_id=upload.id)
        try:
            return self._claim(candidate, telemetry)
        except (VoiceSeparationError, ValueError) as error:
            return self._failed(upload, error, telemetry)

    def _finish(self, claimed: _Claimed, no_room: TencentRefusal | None) -> Outcome:
        """Bring a claimed upload to its job, or to where it waits."""
        try:
            return self._submit(claimed, no_room)
        except (VoiceSeparationError, ValueError) as error:
            return self._failed(claimed.upload, error, claimed.telemetry)

    def _failed(self, upload: Upload, error: Exception, telemetry: Telemetry) -> Outcome:
        """Contain what nobody foresaw (ValueError) in this one upload."""
        told = error if isinstance(error, VoiceSeparationError) else CannotBeSeparated(type(error).__name__)
        telemetry.error(Event.UPLOAD_FAILED, error=type(error).__name__, message=str(told))
        return Outcome("failed", upload.key, upload.id, error=told)

    def _claim(self, candidate: Candidate, telemetry: Telemetry) -> _Claimed | Outcome:
        upload, head = candidate.upload, candidate.head
        if says_skip(head.metadata):
            return self._skip(upload, "its metadata says skip", telemetry)
        try:
            check_separable(upload, head, self.settings)
            request = self.jobs.request(upload, options_for(head.metadata, self.settings))
            claim = self.claims.take(upload, first_attempt=candidate.attempt, retry_of=candidate.retry_of)
        except (InvalidOptions, CannotBeSeparated) as error:
            return self._refuse(upload, documents.Reason.of(error), telemetry.warning)
        except ClaimHeld as error:
            return self._held(candidate, error, telemetry)
        except UploadFinished as error:
            return self._skip(upload, "it was separated already", telemetry, told=str(error))
        return _Claimed(candidate, claim, request, telemetry)

    def _submit(self, claimed: _Claimed, no_room: TencentRefusal | None) -> Outcome:
        upload, claim, telemetry = claimed.upload, claimed.claim, claimed.telemetry
        try:
            self.claims.confirm(claim)
            if self._waits_already(claimed):
                return self._leave_waiting(claimed)
            if no_room:
                return self._wait(claimed, no_room)
            job = self._job_for(claimed)
        except ClaimHeld as error:
            return self._held(claimed.candidate, error, telemetry)
        except InputRefused as error:
            return self._refuse_claimed(claimed, documents.Reason.of(error), telemetry.warning)
        except (Retryable, *TO_BE_CORRECTED, ClaimUnconfirmed) as error:
            return self._wait(claimed, error)
        return self._note(upload, job, telemetry)

    def _waits_already(self, claimed: _Claimed) -> bool:
        """Tell whether an earlier try has put an upload into the waiting room from which it does not come now."""
        if claimed.claim.attempt == 1 or claimed.candidate.waited:
            return False
        return self.reader.read(keys.waiting(claimed.upload.id), documents.Waiting) is not None

    def _leave_waiting(self, claimed: _Claimed) -> Outcome:
        self.claims.release(claimed.claim)
        claimed.telemetry.info(Event.CLAIM_HELD, reason="it waits already, and is submitted in its turn")
        return Outcome("held", claimed.upload.key, claimed.upload.id, reason="it waits already")

    def _job_for(self, claimed: _Claimed) -> JobTicket:
        """Return the upload's job: after the first attempt one that CI has already, otherwise a new one."""
        upload, attempt = claimed.upload, claimed.claim.attempt
        there = self.jobs.find(upload, claimed.candidate.retry_of) if attempt > 1 or self.claims.void else None
        if there is None and claimed.claim.is_young:
            raise ClaimUnconfirmed(f"an earlier try for {upload.key} may have a job that CI does not list yet")
        if there is None:
            return self.jobs.submit(upload, claimed.request)
        claimed.telemetry.info(Event.JOB_ADOPTED, job_id=there.job_id, state=there.state, attempt=attempt)
        return there

    def _note(self, upload: Upload, job: JobTicket, telemetry: Telemetry) -> Outcome:
        noted = self.jobs.note(upload, job, telemetry)
        if noted != job.job_id:
            return Outcome("held", upload.key, upload.id, noted, "another invocation submitted it too")
        telemetry.info(Event.JOB_SUBMITTED, job_id=job.job_id, state=job.state, size_bytes=upload.size)
        return Outcome("submitted", upload.key, upload.id, job.job_id)

    def _skip(self, upload: Upload, reason: str, telemetry: Telemetry, told: str | None = None) -> Outcome:
        telemetry.info(Event.UPLOAD_SKIPPED, reason=told or reason)
        return Outcome("skipped", upload.key, upload.id, reason=reason)

    def _held(self, candidate: Candidate, error: ClaimHeld, telemetry: Telemetry) -> Outcome:
        """Leave an upload to whoever has it. What waits still after he has noted its job has waited long enough."""
        upload = candidate.upload
        if candidate.waited and self.claims.has_job(upload, candidate.retry_of):
            return self._skip(upload, "its job is noted already", telemetry)
        telemetry.info(Event.CLAIM_HELD, reason=str(error))
        return Outcome("held", upload.key, upload.id, reason="it is claimed already")

    def _wait(self, claimed: _Claimed, error: TencentRefusal | ClaimUnconfirmed) -> Outcome:
        """Put an upload into the waiting room, or leave it where it stands there when CI had no room again.

        What needs a correction is told every time where it concerns all uploads, once where it may concern this one.
        """
        upload, waited, attempt = claimed.upload, claimed.candidate.waited, claimed.claim.attempt
        now, reason = self.clock.now(), documents.Reason.of(error)
        known_since = waited.since_when(reason) if waited else None
        if is_given_up(now, error, known_since or now):
            return self._give_up(claimed, reason)
        alarming = isinstance(error, Misconfigured) or (isinstance(error, JobInvalid) and not known_since)
        told = claimed.telemetry.error if alarming else claimed.telemetry.warning
        told(Event.UPLOAD_WAITING, code=reason.code, reason=reason.message, attempt=attempt)
        if waited and isinstance(error, NO_ROOM):
            self.claims.release(claimed.claim)
        else:
            self.writer.waiting(
                documents.Waiting(
                    reason=reason,
                    reason_since=known_since or now,
                    attempts=attempt,
                    waiting_since=waited.waiting_since if waited else now,
                    next_attempt_at=next_attempt_at(now, error, known_since or now),
                    retry_of=claimed.candidate.retry_of,
                    upload=documents.Upload.of(upload),
                )
            )
        because = reason.code or reason.error
        return Outcome("waiting", upload.key, upload.id, reason=because, error=error, needs_somebody=alarming)

    def _give_up(self, claimed: _Claimed, reason: documents.Reason) -> Outcome:
        """Refuse what CI has called invalid for days: it may be so for ever, and somebody was told."""
        hint = f"CI said so for {GIVEN_UP_AFTER.days} days; once it is corrected, `voicesep retry --refused` submits it"
        told = reason.model_copy(update={"message": f"{reason.message} ({hint})"})
        return self._refuse_claimed(claimed, told, claimed.telemetry.error)

    def _refuse_claimed(self, claimed: _Claimed, reason: documents.Reason, tell: Tell) -> Outcome:
        """Refuse an upload and give its claim back, so that the same content, uploaded again, is tried again."""
        outcome = self._refuse(claimed.upload, reason, tell)
        self.claims.release(claimed.claim)
        return outcome

    def _refuse(self, upload: Upload, reason: documents.Reason, tell: Tell) -> Outcome:
        refused = documents.Refused(reason=reason, refused_at=self.clock.now(), upload=documents.Upload.of(upload))
        self.writer.refused(refused)
        tell(Event.UPLOAD_REFUSED, code=reason.code, reason=reason.message)
        return Outcome("refused", upload.key, upload.id, reason=reason.message)
