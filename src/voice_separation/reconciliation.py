"""Use case of door 3: what events and callbacks have lost is repaired, in slices that fit into the time there is.

Each slice leaves the index in order, so it may be killed anywhere, run twice at once, or be run by hand.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, islice, takewhile

from voice_separation.bucket import Bucket
from voice_separation.clock import Clock, Deadline
from voice_separation.completion import Completion
from voice_separation.concurrency import Map, ever_more
from voice_separation.errors import CannotBeSeparated, JobUnknown, ObjectNotFound, VoiceSeparationError
from voice_separation.index import documents, keys
from voice_separation.index.reader import IndexReader
from voice_separation.index.views import HOUR
from voice_separation.index.writer import IndexWriter
from voice_separation.jobs.detail import JobDetail
from voice_separation.outcomes import Candidate, Outcome
from voice_separation.patience import NO_ROOM
from voice_separation.settings import Settings
from voice_separation.submitter import SETTLED_TOGETHER, Submitter
from voice_separation.telemetry import Event, Telemetry
from voice_separation.tencent.ci import MOST_IDS, Ci
from voice_separation.tencent.cos import Cos, ListedObject
from voice_separation.uploads import Upload

DRAIN_UNTIL = 0.55  # the share of the time that must be left for what comes after
FINISH_UNTIL = 0.25


@dataclass(frozen=True)
class Reconciled:
    """What one run did, and what it left."""

    submitted: int = 0
    waiting: int = 0
    finished: int = 0
    still_open: int = 0
    oldest_open_s: int = 0
    alarming: tuple[Outcome, ...] = ()

    def report(self) -> dict[str, int]:
        """Return the counts, for the log and the result."""
        return {
            "submitted": self.submitted,
            "waiting": self.waiting,
            "finished": self.finished,
            "still_open": self.still_open,
            "oldest_open_s": self.oldest_open_s,
        }


@dataclass(frozen=True)
class _Answered:
    """A note, and what CI says of its job; None when CI knows it no more."""

    place: ListedObject
    pending: documents.Pending
    detail: JobDetail | None


@dataclass(frozen=True)
class Reconciliation:
    """Drains the waiting room and finishes overdue jobs of one bucket."""

    settings: Settings
    bucket: Bucket
    cos: Cos
    ci: Ci
    reader: IndexReader
    writer: IndexWriter
    submitter: Submitter
    completion: Completion
    clock: Clock
    deadline: Deadline
    telemetry: Telemetry
    chance: Callable[[], float]  # from 0 up to 1
    many: Map = map

    def run(self) -> Reconciled:
        """Submit what waits, oldest first, until CI has no room; then finish jobs whose callback never came."""
        drained = self._drain(self._time_left_for(DRAIN_UNTIL)) if self.settings.enabled else (0, 0, ())
        submitted, waiting, alarming = drained
        finished, still_open = self._finish_overdue(self._time_left_for(FINISH_UNTIL))
        done = Reconciled(submitted, waiting, finished, still_open, self._oldest_open_s(), alarming)
        self.telemetry.info(Event.RECONCILED, **done.report())
        return done

    def _time_left_for(self, share: float) -> Callable[[], bool]:
        at_the_start = self.deadline.remaining()
        return lambda: self.deadline.remaining() > at_the_start * share

    # The waiting room ---------------------------------------------------------------------------------------------

    def _drain(self, in_time: Callable[[], bool]) -> tuple[int, int, tuple[Outcome, ...]]:
        """Submit waiting uploads, those first that were tried longest ago: each try but one without room is written."""
        listed = sorted(self.reader.list(keys.WAITING), key=lambda each: (each.last_modified, each.key))
        submitted = left = 0
        alarming: list[Outcome] = []
        for places in ever_more(listed, SETTLED_TOGETHER):
            if not in_time():
                break
            outcomes = self._try_again(places)
            for place, outcome in outcomes.items():
                if outcome.leaves_the_room:
                    self.writer.remove(place.key)
                    left += 1
            submitted += sum(outcome.result == "submitted" for outcome in outcomes.values())
            alarming += [outcome for outcome in outcomes.values() if outcome.alarming]
            if any(isinstance(outcome.error, NO_ROOM) for outcome in outcomes.values()):
                break
        return submitted, len(listed) - left, tuple(alarming)

    def _try_again(self, places: Sequence[ListedObject]) -> dict[ListedObject, Outcome]:
        """Submit waiting uploads; what is not due yet, or does not wait any more, has no outcome."""
        looked = dict(zip(places, self.many(self._look_at, places), strict=True))
        outcomes = {place: each for place, each in looked.items() if isinstance(each, Outcome)}
        candidates = {place: each for place, each in looked.items() if isinstance(each, Candidate)}
        submitted = self.submitter.submit_all(tuple(candidates.values()))
        return outcomes | dict(zip(candidates, submitted, strict=True))

    def _look_at(self, place: ListedObject) -> Candidate | Outcome | None:
        """Return what waits at this place; one that cannot be looked at stops no other."""
        try:
            return self._candidate(place)
        except (VoiceSeparationError, ValueError) as error:
            told = error if isinstance(error, VoiceSeparationError) else CannotBeSeparated(type(error).__name__)
            self.telemetry.error(Event.UPLOAD_FAILED, document=place.key, message=str(told))
            return Outcome("failed", place.key, error=told)

    def _candidate(self, place: ListedObject) -> Candidate | Outcome | None:
        waiting = self.reader.read(place.key, documents.Waiting)
        if waiting is None:
            self._discard(place)
            return None
        if waiting.upload.bucket != self.bucket.name or waiting.next_attempt_at > self.clock.now():
            return None
        upload = waiting.upload.to_upload()
        try:
            head = self.cos.head(upload.bucket, upload.key)
        except ObjectNotFound:
            return self._gone(upload, waiting, "the object was deleted while it waited")
        if head.etag != upload.etag:
            why = "the object was replaced while it waited; its new content is another upload"
            return self._gone(upload, waiting, why)
        return Candidate(upload, head, waiting)

    def _discard(self, place: ListedObject) -> None:
        """Remove a document that nobody can read; the audit finds the upload by its claim.

        One that is gone was removed just now, and is only listed still.
        """
        if self.reader.exists(place.key):
            self.telemetry.error(Event.DOCUMENT_UNREADABLE, document=place.key)
            self.writer.remove(place.key)

    def _gone(self, upload: Upload, waiting: documents.Waiting, why: str) -> Outcome:
        adopted = self.submitter.adopt(upload, waiting.retry_of)
        if adopted:
            return adopted
        reason = documents.Reason(error="ObjectNotFound", code="", message=why)
        self.writer.refused(
            documents.Refused(reason=reason, refused_at=self.clock.now(), upload=documents.Upload.of(upload))
        )
        self.telemetry.warning(Event.UPLOAD_REFUSED, key=upload.key, upload_id=upload.id, reason=why)
        return Outcome("refused", upload.key, upload.id, reason=why)

    # Jobs whose callback never came -------------------------------------------------------------------------------

    def _finish_overdue(self, in_time: Callable[[], bool]) -> tuple[int, int]:
        """Ask CI for jobs that are pending for longer than the grace, in tens."""
        overdue = self._overdue()
        finished = still_open = 0
        while in_time() and (tenth := list(islice(overdue, MOST_IDS))):
            ended = list(self.many(self._finish, self._ask(tenth)))
            finished += sum(ended)
            still_open += len(ended) - sum(ended)
        return finished, still_open

    def _oldest_open_s(self) -> int:
        """Return for how many seconds a job of the oldest hour has been open, which is the oldest's age to the hour."""
        first = next(self.reader.list(keys.PENDING), None)
        return max(0, round((self.clock.now() - first.last_modified).total_seconds())) if first else 0

    def _overdue(self) -> Iterator[ListedObject]:
        """Yield the notes that are older than the grace, each once, from any of them on.

        A fixed order would let jobs that stay open, in a paused queue say, keep those behind them from being asked for.
        """
        due = self.clock.now() - timedelta(seconds=self.settings.pending_grace_seconds)
        oldest = next(self.reader.list(keys.PENDING), None)
        if oldest is None:
            return
        begin = self._anywhere_from(keys.hour_of(oldest.key), due)
        before = takewhile(lambda each: each.key <= begin, self.reader.list(keys.PENDING))
        for each in chain(self.reader.list(keys.PENDING, after=begin), before):
            if each.last_modified <= due:
                yield each

    def _anywhere_from(self, first_hour: datetime, due: datetime) -> str:
        """Return a chance key between the notes of an hour and those that are due now."""
        hours = max(0, (due - first_hour) // HOUR) + 1
        hour = first_hour + int(self.chance() * hours) * HOUR
        return keys.pending_from(hour, first_digits=f"{int(self.chance() * 256):02x}")

    def _ask(self, places: list[ListedObject]) -> list[_Answered]:
        """Return what CI says of noted jobs; a job that its answer leaves out is asked for again another time."""
        notes = list(self.many(lambda place: self.reader.read(place.key, documents.Pending), places))
        pending = list(zip(places, notes, strict=True))
        for place in (place for place, note in pending if note is None):
            self._discard(place)
        present = [(place, note) for place, note in pending if note and note.upload.bucket == self.bucket.name]
        if not present:
            return []
        jobs = self.ci.describe_jobs(self.bucket, tuple(dict.fromkeys(note.job_id for _, note in present)))
        answered = [_Answered(place, note, jobs.of(note.job_id)) for place, note in present]
        return [each for each in answered if each.detail or each.pending.job_id in jobs.unknown_ids]

    def _finish(self, answered: _Answered) -> bool:
        """Store a finished job as a callback would, and remove its note; tell whether it is finished."""
        pending, detail = answered.pending, answered.detail
        if detail is None and self.reader.exists(keys.job(pending.job_id)):
            pass  # CI forgets a job after a while; its entry is here
        elif detail is None:
            error = JobUnknown(f"CI knows no job {pending.job_id} any more")
            upload = pending.upload
            refused = documents.Refused(reason=documents.Reason.of(error), refused_at=self.clock.now(), upload=upload)
            self.writer.refused(refused)
            self.telemetry.error(Event.JOB_LOST, job_id=pending.job_id, key=upload.key, upload_id=upload.upload_id)
        elif not detail.finished:
            return False
        elif not self.completion.is_filed(detail):
            self.completion.store(detail)
        self.writer.remove(answered.place.key)
        return True
