"""Backfill: uploads that lie in a bucket and that nobody has claimed are submitted, as fast as CI and its caller allow.

It is the audit by hand, but submits at once instead of through the waiting room, where thousands of old recordings
would stand before those of today. Listing and submitting go on together, so memory does not grow with the bucket.
Each upload is claimed like any other: a backfill may be stopped or killed anywhere, run twice at once, and repeated.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from posixpath import splitext

from voice_separation.bucket import Bucket
from voice_separation.clock import Clock
from voice_separation.concurrency import Map
from voice_separation.errors import JobInvalid, Misconfigured, ObjectNotFound, TencentRefusal
from voice_separation.index import keys
from voice_separation.index.reader import IndexReader
from voice_separation.inventory import uploads_in
from voice_separation.outcomes import Candidate, Outcome
from voice_separation.settings import Settings
from voice_separation.submitter import Submitter
from voice_separation.tencent.cos import Cos
from voice_separation.uploads import Upload

LOOK_AGAIN_SECONDS = 5.0  # while CI has no room
MOST_FAILURES_IN_A_ROW = 10
SEEN, INTERRUPTED = "seen", "interrupted"
TYPICAL_BYTES_PER_SECOND = 16_000  # 128 kbit/s
BYTES_PER_SECOND = {  # assumed, for nobody knows a duration without reading the file
    ".wav": 176_400,  # 44.1 kHz, 16 bit, stereo
    ".flac": 100_000,
    ".amr": 1_600,
    ".mp4": 250_000,  # 2 Mbit/s
    ".avi": 250_000,
    ".mov": 250_000,
}

Hear = Callable[[str, Upload], None]
"""Hears of each upload what became of it: `seen`, or the result of an Outcome."""


@dataclass(frozen=True)
class Wanted:
    """Which uploads: under `prefix`, stored `since` then, the first `limit` that nobody has claimed."""

    prefix: str
    since: datetime | None = None
    limit: int | None = None


@dataclass(frozen=True)
class Plan:
    """What a backfill would submit; `seconds` of audio are a rough guess from sizes and formats."""

    uploads: int
    size_bytes: int
    seconds: float
    seen: int


@dataclass
class Course:
    """How a run went; `stopped` says why it ended before all was submitted, if it did."""

    counts: Counter[str] = field(default_factory=Counter)
    stopped: str | None = None
    waiting: list[str] = field(default_factory=list)  # upload_ids that CI had no room for since the last pause
    _failures_in_a_row: int = 0

    def add(self, outcome: Outcome) -> None:
        """Count an outcome, and stop where the next upload would fare no better."""
        self.counts[outcome.result] += 1
        failed = outcome.result == "failed" or isinstance(outcome.error, JobInvalid)  # perhaps this one only
        self._failures_in_a_row = self._failures_in_a_row + 1 if failed else 0
        if outcome.result == "waiting" and outcome.upload_id and not failed:
            self.waiting.append(outcome.upload_id)
        if isinstance(outcome.error, Misconfigured) or self._failures_in_a_row == MOST_FAILURES_IN_A_ROW:
            self.stopped = str(outcome.error)


@dataclass
class Pace:
    """No more than so many a second."""

    clock: Clock
    per_second: float
    _next_at: float = 0.0

    def wait(self) -> None:
        """Return when it is time for the next one."""
        now = self.clock.monotonic()
        at = max(now, self._next_at)
        self._next_at = at + 1 / self.per_second
        self.clock.sleep(at - now)


@dataclass(frozen=True)
class Backfill:
    """Submits what lies in one bucket. `looking` and `submitting` say how many uploads are dealt with at once.

    `submitter` makes one for each upload, so that no upload waits for another's claim to settle.
    """

    settings: Settings
    bucket: Bucket
    cos: Cos
    reader: IndexReader
    submitter: Callable[[], Submitter]
    clock: Clock
    looking: Map
    submitting: Map

    def plan(self, wanted: Wanted, hear: Hear = lambda _result, _upload: None) -> Plan:
        """Count what would be submitted; this only reads, one to three small documents for each upload.

        Raises TencentRefusal.
        """
        counts: Counter[str] = Counter()

        def count(result: str, upload: Upload) -> None:
            counts[result] += 1
            hear(result, upload)

        uploads = size_bytes = 0
        seconds = 0.0
        for upload in self._unseen(wanted, count):
            uploads, size_bytes, seconds = uploads + 1, size_bytes + upload.size, seconds + probable_seconds(upload)
            hear("planned", upload)
        return Plan(uploads, size_bytes, seconds, counts[SEEN])

    def run(
        self,
        wanted: Wanted,
        pace: Pace,
        *,
        longest_wait: float,
        hear: Hear = lambda _result, _upload: None,
        interrupted: Callable[[], bool] = lambda: False,
    ) -> Course:
        """Submit until all is submitted, `interrupted` says so, or CI has had no room for `longest_wait` seconds.

        What has begun is always brought to its end, also when the bucket can be listed no further.
        """
        course = Course()

        def count_seen(result: str, upload: Upload) -> None:
            course.counts[result] += 1
            hear(result, upload)

        unseen = self._unseen(wanted, count_seen)
        in_turn = self._in_turn(unseen, course, pace, longest_wait, interrupted)
        try:
            for upload, outcome in self.submitting(self._submit, in_turn):
                course.add(outcome)
                hear(outcome.result, upload)
        except TencentRefusal as error:
            course.stopped = str(error)
        return course

    def _unseen(self, wanted: Wanted, hear: Hear) -> Iterator[Upload]:
        settings = self.settings.model_copy(update={"input_prefix": wanted.prefix})
        lying = uploads_in(self.bucket, self.cos, settings)
        new_enough = (each.upload for each in lying if wanted.since is None or each.since >= wanted.since)
        return islice(self._nobodys(new_enough, hear), wanted.limit)

    def _nobodys(self, uploads: Iterator[Upload], hear: Hear) -> Iterator[Upload]:
        """Yield the uploads that nobody has claimed, and which neither wait nor are refused.

        A GET for each upload instead of a LIST of all claims: memory stays small, and a GET is never out of date.
        """
        for upload, seen in self.looking(lambda upload: (upload, self._is_seen(upload)), uploads):
            if seen:
                hear(SEEN, upload)
            else:
                yield upload

    def _is_seen(self, upload: Upload) -> bool:
        places = (keys.claim(upload.id, 1), keys.refused(upload.id), keys.waiting(upload.id))
        return any(self.reader.content(key) is not None for key in places)

    def _in_turn(
        self,
        uploads: Iterator[Upload],
        course: Course,
        pace: Pace,
        longest_wait: float,
        interrupted: Callable[[], bool],
    ) -> Iterator[Upload]:
        """Yield uploads at the pace, as long as there is a point in it."""
        for upload in uploads:
            if course.waiting and not course.stopped:
                self._wait_for_room(course, longest_wait, interrupted)
            if interrupted():
                course.stopped = course.stopped or INTERRUPTED
            if course.stopped:
                return
            pace.wait()
            yield upload

    def _wait_for_room(self, course: Course, longest_wait: float, interrupted: Callable[[], bool]) -> None:
        """Wait until `reconcile` has submitted those that CI had no room for, which come before any more of ours."""
        until = self.clock.monotonic() + longest_wait
        while not interrupted():
            course.waiting = [each for each in course.waiting if self.reader.content(keys.waiting(each))]
            if not course.waiting:
                return
            if self.clock.monotonic() >= until:
                course.stopped = "CI has no room for more"
                return
            self.clock.sleep(LOOK_AGAIN_SECONDS)

    def _submit(self, upload: Upload) -> tuple[Upload, Outcome]:
        try:
            head = self.cos.head(self.bucket, upload.key)
        except ObjectNotFound:
            return upload, Outcome("skipped", upload.key, upload.id, reason="the object is gone")
        except TencentRefusal as error:
            return upload, Outcome("failed", upload.key, upload.id, error=error)
        present = Upload(self.bucket, upload.key, head.etag, head.size)  # replaced since it was listed, perhaps
        (outcome,) = self.submitter().submit_all((Candidate(present, head),))
        return upload, outcome


def probable_seconds(upload: Upload) -> float:
    """Return how long a recording may be, from its size and the usual bitrate of its format."""
    _, suffix = splitext(upload.key.lower())  # pathlib would intern every key
    return upload.size / BYTES_PER_SECOND.get(suffix, TYPICAL_BYTES_PER_SECOND)
