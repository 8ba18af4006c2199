"""Use case of door 1: every upload becomes one VoiceSeparate job. Straight way: HEAD, claim, job, pending."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from voice_separation.bucket import Bucket
from voice_separation.capability import KeyRing
from voice_separation.clock import Clock
from voice_separation.errors import (
    CannotBeSeparated,
    ClaimHeld,
    InputRefused,
    InvalidOptions,
    ObjectNotFound,
    SubmissionIncomplete,
    VoiceSeparationError,
)
from voice_separation.index import documents
from voice_separation.index.entries import user_data_of
from voice_separation.index.writer import IndexWriter
from voice_separation.jobs.callbacks import UrlCallback
from voice_separation.jobs.request import JobRequest, unwritable_in_xml
from voice_separation.naming import output_keys
from voice_separation.options import Options, options_for
from voice_separation.settings import Settings
from voice_separation.telemetry import Event, Telemetry
from voice_separation.tencent.ci import Ci
from voice_separation.tencent.cos import Cos, ObjectHead
from voice_separation.uploads import ObjectCreated, UnreadableRecord, Upload, reason_to_skip

LEASE = timedelta(minutes=15)  # the longest that SCF lets a function run
_ARCHIVED = frozenset({"ARCHIVE", "DEEP_ARCHIVE"})


@dataclass(frozen=True)
class Outcome:
    """What became of one record of an event; `error` is set only for `failed`."""

    result: Literal["submitted", "skipped", "refused", "held", "failed"]
    key: str = ""
    upload_id: str | None = None
    job_id: str | None = None
    reason: str | None = None
    error: VoiceSeparationError | None = None

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


@dataclass(frozen=True)
class Submission:
    """Submits uploads; everything it needs from outside is handed in."""

    settings: Settings
    cos: Cos
    ci: Ci
    index: Callable[[Bucket], IndexWriter]
    clock: Clock
    telemetry: Telemetry
    new_nonce: Callable[[], str]
    request_id: str

    def submit_all(self, records: tuple[ObjectCreated | UnreadableRecord, ...]) -> tuple[Outcome, ...]:
        """Submit each record of an event for itself; a bad one never stops the others.

        Raises SubmissionIncomplete after all were tried when one of them failed, so that SCF tries again.
        """
        outcomes = tuple(self._outcome(record) for record in records)
        failed = [outcome for outcome in outcomes if outcome.error]
        if failed:
            first = failed[0]
            raise SubmissionIncomplete(
                f"{len(failed)} of {len(outcomes)} uploads were not submitted; first: {first.key}: {first.error}"
            ) from first.error
        return outcomes

    def _outcome(self, record: ObjectCreated | UnreadableRecord) -> Outcome:
        if isinstance(record, UnreadableRecord):
            self.telemetry.error(Event.UPLOAD_SKIPPED, reason=record.reason)
            return Outcome("skipped", reason=f"unreadable record: {record.reason}")
        telemetry = self.telemetry.bind(bucket=record.bucket.name, key=record.key)
        reason = reason_to_skip(record, self.settings) if self.settings.enabled else "ENABLED is false"
        if reason:
            telemetry.info(Event.UPLOAD_SKIPPED, reason=reason)
            return Outcome("skipped", record.key, reason=reason)
        try:
            return self._submit(record, telemetry)
        except VoiceSeparationError as error:
            telemetry.error(Event.UPLOAD_FAILED, error=type(error).__name__, message=str(error))
            return Outcome("failed", record.key, error=error)

    def _submit(self, record: ObjectCreated, telemetry: Telemetry) -> Outcome:
        try:
            upload, head = self._look_at(record)
        except ObjectNotFound as error:
            telemetry.warning(Event.UPLOAD_SKIPPED, reason="the object is gone", message=str(error))
            return Outcome("skipped", record.key, reason="the object is gone")
        telemetry = telemetry.bind(key=upload.key, upload_id=upload.id)
        try:
            options = options_for(head.metadata, self.settings)
            self._refuse_what_cannot_be_separated(upload, head)
        except (InvalidOptions, CannotBeSeparated) as error:
            return self._refuse(upload, error, telemetry)
        if options.skip:
            telemetry.info(Event.UPLOAD_SKIPPED, reason="its metadata says skip")
            return Outcome("skipped", upload.key, upload.id, reason="its metadata says skip")
        try:
            self.index(upload.bucket).claim(self._claim(upload))
        except ClaimHeld as error:
            telemetry.info(Event.CLAIM_HELD, reason=str(error))
            return Outcome("held", upload.key, upload.id, reason="another invocation submits it")
        try:
            job = self.ci.create_job(upload.bucket, self._request(upload, options))
        except InputRefused as error:
            return self._refuse(upload, error, telemetry)
        submitted_at = self.clock.now()
        self.index(upload.bucket).pending(
            documents.Pending(job_id=job.job_id, submitted_at=submitted_at, upload=documents.Upload.of(upload))
        )
        telemetry.info(Event.JOB_SUBMITTED, job_id=job.job_id, state=job.state, size_bytes=upload.size)
        return Outcome("submitted", upload.key, upload.id, job.job_id)

    def _look_at(self, record: ObjectCreated) -> tuple[Upload, ObjectHead]:
        """Return the upload that a record is about, with its facts.

        Raises ObjectNotFound when no reading of the key names an object.
        """
        for n, key in enumerate(record.keys, start=1):
            try:
                head = self.cos.head(record.bucket, key)
            except ObjectNotFound:
                if n == len(record.keys):
                    raise
                continue
            return Upload(record.bucket, key, head.etag, head.size), head
        raise AssertionError("a record has at least one key")

    def _refuse_what_cannot_be_separated(self, upload: Upload, head: ObjectHead) -> None:
        limit = self.settings.max_input_bytes
        if upload.size == 0:
            raise CannotBeSeparated("the object is empty")
        if upload.size > limit:
            raise CannotBeSeparated(f"it has {upload.size} bytes, more than MAX_INPUT_BYTES ({limit}) allows")
        if head.storage_class in _ARCHIVED:
            raise CannotBeSeparated(f"its storage class is {head.storage_class}: restore it and copy it onto itself")
        if unwritable_in_xml(upload.key):
            raise CannotBeSeparated("its key has a control character, which no request to CI can carry: rename it")

    def _refuse(self, upload: Upload, error: VoiceSeparationError, telemetry: Telemetry) -> Outcome:
        code, message = (error.code, error.reason) if isinstance(error, InputRefused) else ("", str(error))
        reason = documents.Reason(error=type(error).__name__, code=code, message=message)
        refused_at = self.clock.now()
        self.index(upload.bucket).refused(
            documents.Refused(reason=reason, refused_at=refused_at, upload=documents.Upload.of(upload))
        )
        telemetry.warning(Event.UPLOAD_REFUSED, code=reason.code, reason=reason.message)
        return Outcome("refused", upload.key, upload.id, reason=reason.message)

    def _claim(self, upload: Upload) -> documents.Claim:
        now = self.clock.now()
        return documents.Claim(
            attempt=1,
            nonce=self.new_nonce(),
            request_id=self.request_id,
            claimed_at=now,
            lease_until=now + LEASE,
            upload=documents.Upload.of(upload),
        )

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
            callback=self._callback(upload),
        )

    def _callback(self, upload: Upload) -> UrlCallback | None:
        settings = self.settings
        if settings.callback_url is None:
            return None
        ttl = timedelta(hours=settings.callback_ttl_hours)
        path = KeyRing(settings.callback_secrets).path(upload.id, now=self.clock.now(), ttl=ttl)
        return UrlCallback(url=settings.callback_url + path, format=settings.callback_format)
