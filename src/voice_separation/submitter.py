"""One upload to one job: for door 1, for the waiting room, for what events have lost.

`POST /jobs` is sent at most once for a claim. Whoever takes an upload over, or comes back to one that waited, first
looks whether CI has a job for it already, and adopts that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from voice_separation.capability import Ring
from voice_separation.claims import Claims, Taken
from voice_separation.clock import Clock
from voice_separation.concurrency import Map
from voice_separation.errors import (
    CannotBeSeparated,
    ClaimHeld,
    ClaimUnconfirmed,
    InputRefused,
    InvalidOptions,
    Misconfigured,
    Retryable,
    TencentRefusal,
    UploadFinished,
    VoiceSeparationError,
)
from voice_separation.index import documents
from voice_separation.index.writer import IndexWriter
from voice_separation.jobs.callbacks import UrlCallback
from voice_separation.jobs.request import JobRequest
from voice_separation.jobs.states import JobState, rank
from voice_separation.jobs.ticket import JobTicket
from voice_separation.naming import output_keys
from voice_separation.options import Options, options_for, says_skip
from voice_separation.patience import NO_ROOM, next_attempt_at
from voice_separation.separable import check_separable
from voice_separation.settings import Settings
from voice_separation.telemetry import Event, Telemetry
from voice_separation.tencent.ci import Ci
from voice_separation.tencent.cos import ObjectHead
from voice_separation.uploads import Upload, upload_id_of, user_data_of

if TYPE_CHECKING:
    from voice_separation.jobs.detail import JobDetail

SETTLED_TOGETHER = 16  # uploads: all wait out one second for their claims


@dataclass(frozen=True)
class Outcome:
    """What became of an upload. `error` is why it waits or failed; only `failed` and Misconfigured need somebody."""

    result: Literal["submitted", "skipped", "refused", "held", "waiting", "failed"]
    key: str = ""
    upload_id: str | None = None
    job_id: str | None = None
    reason: str | None = None
    error: VoiceSeparationError | None = None

    @property
    def alarming(self) -> bool:
        """Whether the platform should show red."""
        return self.result == "failed" or isinstance(self.error, Misconfigured)

    def report(self) -> dict[str, str | None]:
        """Return the outcome for the result of the function, which the platform logs."""
        told = {
            "result": self.result,
            "key": self.key,
            "upload_id": self.upload_id,
            "job_id": self.job_id,
            "reason": self.reason,
        }
        return {name: value for name, value in told.items() if value is not None}


@dataclass(frozen=True, eq=False)
class Candidate:
    """An upload to submit, what COS says of it, and its place in the waiting room, if it comes from there."""

    upload: Upload
    head: ObjectHead
    waited: documents.Waiting | None = None

    @property
    def attempt(self) -> int:
        """The number of the next attempt."""
        return self.waited.attempts + 1 if self.waited else 1

    @property
    def retry_of(self) -> tuple[str, ...]:
        """The jobs that are not to count as the upload's."""
        return self.waited.retry_of if self.waited else ()


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
    ci: Ci
    index: IndexWriter
    claims: Claims
    ring: Ring
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
        job = self._job_of(upload, retry_of)
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
            telemetry.info(Event.UPLOAD_SKIPPED, reason="its metadata says skip")
            return Outcome("skipped", upload.key, upload.id, reason="its metadata says skip")
        try:
            check_separable(upload, head, self.settings)
            request = self._request(upload, options_for(head.metadata, self.settings))
            claim = self.claims.take(upload, first_attempt=candidate.attempt, retry_of=candidate.retry_of)
        except (InvalidOptions, CannotBeSeparated) as error:
            return self._refuse(upload, error, telemetry)
        except ClaimHeld as error:
            return self._held(upload, error, telemetry)
        except UploadFinished as error:
            telemetry.info(Event.UPLOAD_SKIPPED, reason=str(error))
            return Outcome("skipped", upload.key, upload.id, reason="it was separated already")
        return _Claimed(candidate, claim, request, telemetry)

    def _submit(self, claimed: _Claimed, no_room: TencentRefusal | None) -> Outcome:
        upload, claim, telemetry = claimed.upload, claimed.claim, claimed.telemetry
        try:
            self.claims.confirm(claim)
            if no_room:
                return self._wait(claimed, no_room)
            job = self._job_for(claimed)
        except ClaimHeld as error:
            return self._held(upload, error, telemetry)
        except InputRefused as error:
            outcome = self._refuse(upload, error, telemetry)
            self.claims.release(claim)  # so that the same content, uploaded again, is tried again
            return outcome
        except (Retryable, Misconfigured, ClaimUnconfirmed) as error:
            return self._wait(claimed, error)
        return self._note(upload, job, telemetry)

    def _held(self, upload: Upload, error: ClaimHeld, telemetry: Telemetry) -> Outcome:
        telemetry.info(Event.CLAIM_HELD, reason=str(error))
        return Outcome("held", upload.key, upload.id, reason="it is claimed already")

    def _job_for(self, claimed: _Claimed) -> JobTicket:
        """Return the upload's job: after the first attempt one that CI has already, otherwise a new one."""
        upload, attempt = claimed.upload, claimed.claim.attempt
        there = self._job_of(upload, claimed.candidate.retry_of) if attempt > 1 or self.claims.void else None
        if there is None and claimed.claim.is_young:
            raise ClaimUnconfirmed(f"an earlier try for {upload.key} may have a job that CI does not list yet")
        if there is None:
            request = claimed.request.model_copy(update={"callback": self._callback(upload)})
            return self.ci.create_job(upload.bucket, request)
        claimed.telemetry.info(Event.JOB_ADOPTED, job_id=there.job_id, state=there.state, attempt=attempt)
        return there

    def _job_of(self, upload: Upload, retry_of: tuple[str, ...]) -> "JobDetail | None":
        """Return the job that CI has for an upload, the furthest of several; one too many was cancelled."""
        from voice_separation.jobs.listing import JobFilter

        jobs = self.ci.list_jobs(upload.bucket, JobFilter(input_object=upload.key))
        ours = [job for job in jobs if upload_id_of(job) == upload.id and job.job_id not in retry_of]
        return max(ours, key=lambda job: (job.state != JobState.CANCEL, rank(job.state), job.job_id), default=None)

    def _note(self, upload: Upload, job: JobTicket, telemetry: Telemetry) -> Outcome:
        """Note that the job runs. Where somebody else's job was noted first, ours is one too many."""
        note = documents.Pending(job_id=job.job_id, submitted_at=self.clock.now(), upload=documents.Upload.of(upload))
        noted = self.index.pending(note)
        if noted.job_id != job.job_id:
            self._cancel_duplicate(upload, note, telemetry)
            return Outcome("held", upload.key, upload.id, noted.job_id, "another invocation submitted it too")
        telemetry.info(Event.JOB_SUBMITTED, job_id=job.job_id, state=job.state, size_bytes=upload.size)
        return Outcome("submitted", upload.key, upload.id, job.job_id)

    def _cancel_duplicate(self, upload: Upload, note: documents.Pending, telemetry: Telemetry) -> None:
        try:
            self.ci.cancel_job(upload.bucket, note.job_id)
        except TencentRefusal as error:  # it runs already, and is billed: its entry must not be lost at least
            self.index.pending_duplicate(note)
            telemetry.error(Event.JOB_DUPLICATE, job_id=note.job_id, cancelled=False, message=str(error))
        else:
            telemetry.warning(Event.JOB_DUPLICATE, job_id=note.job_id, cancelled=True)

    def _wait(self, claimed: _Claimed, error: TencentRefusal | ClaimUnconfirmed) -> Outcome:
        """Put an upload into the waiting room, or leave it where it stands there when CI had no room again."""
        upload, waited, attempt = claimed.upload, claimed.candidate.waited, claimed.claim.attempt
        now = self.clock.now()
        told = claimed.telemetry.error if isinstance(error, Misconfigured) else claimed.telemetry.warning
        reason = documents.Reason.of(error)
        told(Event.UPLOAD_WAITING, code=reason.code, reason=reason.message, attempt=attempt)
        if waited and isinstance(error, NO_ROOM):
            self.claims.release(claimed.claim)
        else:
            self.index.waiting(
                documents.Waiting(
                    reason=reason,
                    attempts=attempt,
                    waiting_since=waited.waiting_since if waited else now,
                    next_attempt_at=next_attempt_at(now, error, attempt),
                    retry_of=claimed.candidate.retry_of,
                    upload=documents.Upload.of(upload),
                )
            )
        return Outcome("waiting", upload.key, upload.id, reason=reason.code or reason.error, error=error)

    def _refuse(self, upload: Upload, error: VoiceSeparationError, telemetry: Telemetry) -> Outcome:
        reason = documents.Reason.of(error)
        refused = documents.Refused(reason=reason, refused_at=self.clock.now(), upload=documents.Upload.of(upload))
        self.index.refused(refused)
        telemetry.warning(Event.UPLOAD_REFUSED, code=reason.code, reason=reason.message)
        return Outcome("refused", upload.key, upload.id, reason=reason.message)

    def _request(self, upload: Upload, options: Options) -> JobRequest:
        settings = self.settings
        return JobRequest(
            object=upload.key,
            output_bucket=settings.output_bucket or upload.bucket.name,
            output_region=settings.output_region or upload.bucket.region,
            outputs=output_keys(upload, options, settings, today=self.clock.now()),
            template_id=options.template_id,
            parameters=options.parameters,
            user_data=user_data_of(upload),
            job_level=options.job_level,
            queue_id=settings.queue_id,
        )

    def _callback(self, upload: Upload) -> UrlCallback | None:
        settings = self.settings
        if settings.callback_url is None:
            return None
        ttl = timedelta(hours=settings.callback_ttl_hours)
        path = self.ring.path(upload.id, now=self.clock.now(), ttl=ttl)
        return UrlCallback(url=settings.callback_url + path, format=settings.callback_format)
