"""Use case: the receiver of notices is told of every finished job, at least once.

A notice is written before its entry, so whoever dies in between loses none, and removed when the receiver has taken it.
Door 2 tells the receiver right after it has stored an entry; door 3 tells it what is left, ever more rarely.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from voice_separation.clock import Clock, Deadline
from voice_separation.concurrency import Map, ever_more
from voice_separation.errors import NoticeNotTaken, NoticeUnwanted, Retryable, TencentRefusal, VoiceSeparationError
from voice_separation.index import keys
from voice_separation.index.canonical import Document, Moment
from voice_separation.index.entries import Entry
from voice_separation.index.notice import Notice
from voice_separation.index.reader import IndexReader
from voice_separation.index.writer import IndexWriter
from voice_separation.receiver import Receiver
from voice_separation.telemetry import Event, Telemetry
from voice_separation.tencent.cos import ListedObject

OWN_TURN = timedelta(minutes=1)  # of whoever writes a notice, to store the entry and tell the receiver
# Between one try of door 3 and the next: the example schedule of Standard Webhooks, without the five seconds.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (5, 30, 120, 300, 600, 840, 1200, 1440))
AT_ONCE_SECONDS = 3.0  # for all that one callback has to tell
PATIENCE_SECONDS = 15.0  # for a notice that is told again
LEAST_SECONDS = 0.5
MOST_AT_ONCE = 16


class Message(Document):
    """What is posted: `timestamp` is when the job ended, `data` its entry."""

    type: Literal["voice_separation.job.finished"] = "voice_separation.job.finished"
    timestamp: Moment
    data: Entry


@dataclass(frozen=True)
class Notices:
    """Writes and sends the notices of one bucket during one invocation.

    `noted` are those that this invocation has written and not sent.
    """

    receiver: Receiver
    reader: IndexReader
    writer: IndexWriter
    clock: Clock
    deadline: Deadline
    telemetry: Telemetry
    many: Map = map
    noted: list[tuple[Notice, Entry]] = field(default_factory=list)

    def note(self, entry: Entry) -> None:
        """Write the notice of a job, which is to be done before its entry is stored."""
        now = self.clock.now()
        notice = Notice(job_id=entry.job_id, state=entry.state, noted_at=now, next_attempt_at=now + OWN_TURN)
        self.writer.notice(notice)
        self.noted.append((notice, entry))

    def send_noted(self) -> None:
        """Tell the receiver what this invocation has noted, as far as a short time allows; the rest is told later."""
        until = Deadline.after(min(AT_ONCE_SECONDS, self.deadline.remaining() / 2), self.clock)
        while self.noted and until.remaining() > LEAST_SECONDS:
            notice, entry = self.noted.pop(0)
            try:
                self._send(notice, entry, until.remaining())
            except NoticeUnwanted as error:
                self._give_up(_after(notice, error))
            except (NoticeNotTaken, TencentRefusal) as error:
                self._tell_of_delay(_after(notice, error))
                return

    def send_due(self) -> None:
        """Tell the receiver what it has not taken yet, until it takes nothing of a slice or time is up.

        The first slice is one notice, so a receiver that is down hears of one in each run.
        """
        for due in ever_more(self._due(), MOST_AT_ONCE):
            taken = list(self.many(self._tell_again, due))
            if not any(taken):
                break

    def _due(self) -> Iterator[tuple[Notice, Entry]]:
        """Yield the notices whose turn has come, with the entry to tell, those first that were tried longest ago.

        When its turn is only the notice itself says, so all are read, many at once: that asks nothing of the receiver.
        """
        listed = sorted(self.reader.list(keys.NOTICES), key=lambda each: (each.last_modified, each.key))
        for places in ever_more(listed, MOST_AT_ONCE):
            if self._is_late():
                return
            yield from filter(None, list(self.many(self._look_at, places)))

    def _is_late(self) -> bool:
        return self.deadline.remaining() < LEAST_SECONDS

    def _look_at(self, place: ListedObject) -> tuple[Notice, Entry] | None:
        """Return what is to be told; None when there is nothing to tell now."""
        notice = self.reader.read(place.key, Notice)
        if notice is None:
            self._discard(place)
            return None
        if notice.next_attempt_at > self.clock.now():
            return None
        entry = self.reader.read(keys.job(notice.job_id), Entry)
        if entry is None:  # whoever noted it has died; it is noted again with the entry
            self._put_off(_after(notice, NoticeNotTaken("the job has no entry yet")))
            return None
        return notice, entry

    def _tell_again(self, due: tuple[Notice, Entry]) -> bool:
        """Tell the receiver of one job; return whether it took it."""
        notice, entry = due
        if self._is_late():
            return False
        try:
            self._send(notice, entry, min(PATIENCE_SECONDS, self.deadline.remaining()))
        except NoticeUnwanted as error:
            self._give_up(_after(notice, error))
            return True  # it was taken note of
        except NoticeNotTaken as error:
            self._put_off(_after(notice, error))
            return False
        except Retryable as error:  # of COS or Secrets Manager, so no try: its turn is the next run's
            self._tell_of_delay(_after(notice, error))
            return False
        return True

    def _send(self, notice: Notice, entry: Entry, seconds: float) -> None:
        message = Message(timestamp=entry.finished_at or entry.created_at or notice.noted_at, data=entry)
        self.receiver.tell(f"msg_{entry.job_id}_{entry.state}", message.content(), seconds=seconds)
        self.writer.remove(keys.notice(notice.job_id, notice.state))
        self.telemetry.info(Event.NOTICE_TAKEN, job_id=notice.job_id, state=entry.state, attempt=notice.attempts + 1)

    def _put_off(self, notice: Notice) -> None:
        """Give a notice that was tried its next turn, or none when it has had all."""
        if notice.attempts > len(PAUSES):
            self._give_up(notice)
            return
        due = notice.model_copy(update={"next_attempt_at": self.clock.now() + PAUSES[notice.attempts - 1]})
        self.writer.notice(due)
        self._tell_of_delay(due)

    def _give_up(self, notice: Notice) -> None:
        """Put a notice aside, where it stays until somebody looks after it."""
        self.writer.undelivered(notice)
        self.writer.remove(keys.notice(notice.job_id, notice.state))
        self.telemetry.error(
            Event.NOTICE_UNDELIVERED,
            job_id=notice.job_id,
            state=notice.state,
            attempt=notice.attempts,
            reason=notice.failure,
        )

    def _tell_of_delay(self, notice: Notice) -> None:
        self.telemetry.warning(
            Event.NOTICE_DELAYED,
            job_id=notice.job_id,
            state=notice.state,
            attempt=notice.attempts,
            reason=notice.failure,
        )

    def _discard(self, place: ListedObject) -> None:
        """Remove a document that nobody can read; one that is gone was taken just now, and is only listed still."""
        if self.reader.exists(place.key):
            self.telemetry.error(Event.DOCUMENT_UNREADABLE, document=place.key)
            self.writer.remove(place.key)


def _after(notice: Notice, error: VoiceSeparationError) -> Notice:
    """Return a notice after one more try, which has failed."""
    return notice.model_copy(update={"attempts": notice.attempts + 1, "failure": str(error)})
