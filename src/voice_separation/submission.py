"""Use case of door 1: the records of an event, each for itself, to jobs.

Straight way, five requests: HEAD, write the claim, read it when it has settled, `POST /jobs`, write `pending`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from voice_separation.bucket import Bucket
from voice_separation.cos_events import UnreadableRecord
from voice_separation.errors import ObjectNotFound, SubmissionIncomplete, VoiceSeparationError
from voice_separation.outcomes import Candidate, Outcome
from voice_separation.settings import Settings
from voice_separation.submitter import Submitter
from voice_separation.telemetry import Event, Telemetry
from voice_separation.tencent.cos import Cos
from voice_separation.uploads import ObjectCreated, Upload, keys_to_try, reason_to_skip


@dataclass(frozen=True)
class Submission:
    """Submits the uploads of an event; everything it needs from outside is handed in."""

    settings: Settings
    cos: Cos
    submitter: Callable[[Bucket], Submitter]
    telemetry: Telemetry

    def submit_all(self, records: Iterable[ObjectCreated | UnreadableRecord]) -> tuple[Outcome, ...]:
        """Submit each record of an event for itself; a bad one never stops the others.

        Raises SubmissionIncomplete after all were tried when one of them failed, so that SCF tries again.
        """
        looked = [self._look_at(record) for record in records]
        candidates = [each for each in looked if isinstance(each, Candidate)]
        submitted: dict[Candidate, Outcome] = {}
        for bucket in dict.fromkeys(candidate.upload.bucket for candidate in candidates):
            own = [candidate for candidate in candidates if candidate.upload.bucket == bucket]
            submitted.update(zip(own, self.submitter(bucket).submit_all(own), strict=True))
        outcomes = tuple(submitted[each] if isinstance(each, Candidate) else each for each in looked)
        failed = [outcome for outcome in outcomes if outcome.alarming]
        if failed:
            first = failed[0]
            raise SubmissionIncomplete(
                f"{len(failed)} of {len(outcomes)} uploads were not submitted; first: {first.key}: {first.error}"
            ) from first.error
        return outcomes

    def _look_at(self, record: ObjectCreated | UnreadableRecord) -> Candidate | Outcome:
        """Return the upload that a record is about, or why there is nothing to submit."""
        if isinstance(record, UnreadableRecord):
            self.telemetry.error(Event.UPLOAD_SKIPPED, reason=record.reason)
            return Outcome("skipped", reason=f"unreadable record: {record.reason}")
        telemetry = self.telemetry.bind(bucket=record.bucket.name, key=record.key)
        reason = reason_to_skip(record, self.settings) if self.settings.enabled else "ENABLED is false"
        if reason:
            telemetry.info(Event.UPLOAD_SKIPPED, reason=reason)
            return Outcome("skipped", record.key, reason=reason)
        try:
            return self._candidate(record)
        except ObjectNotFound as error:
            telemetry.warning(Event.UPLOAD_SKIPPED, reason="the object is gone", message=str(error))
            return Outcome("skipped", record.key, reason="the object is gone")
        except VoiceSeparationError as error:
            telemetry.error(Event.UPLOAD_FAILED, error=type(error).__name__, message=str(error))
            return Outcome("failed", record.key, error=error)

    def _candidate(self, record: ObjectCreated) -> Candidate:
        """Return the upload that a record is about, with its facts.

        Raises ObjectNotFound when no reading of the key names an object.
        """
        *others, last = keys_to_try(record, self.settings)
        for key in others:
            try:
                head = self.cos.head(record.bucket, key)
            except ObjectNotFound:
                continue
            return Candidate(Upload(record.bucket, key, head.etag, head.size), head)
        head = self.cos.head(record.bucket, last)
        return Candidate(Upload(record.bucket, last, head.etag, head.size), head)
