"""Use case: the receiver of notices is told of jobs again, because somebody asks for it.

Nothing is posted here: each notice is put back into the outbox as if it were new, and door 3 tells it in its next run.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from voice_separation.clock import Clock
from voice_separation.concurrency import Map
from voice_separation.index import keys
from voice_separation.index.entries import Entry
from voice_separation.index.notice import Notice
from voice_separation.index.reader import IndexReader
from voice_separation.index.writer import IndexWriter
from voice_separation.jobs.states import FINISHED
from voice_separation.status import Row


@dataclass(frozen=True)
class Resending:
    """Puts notices back into the outbox of one bucket; `unreadable` hears the key of one that is gone or damaged."""

    reader: IndexReader
    writer: IndexWriter
    clock: Clock
    many: Map = map
    unreadable: Callable[[str], None] = lambda _key: None

    def undelivered(self) -> Iterator[Notice]:
        """Yield the notices that were given up."""
        return self._read(keys.UNDELIVERED)

    def waiting(self) -> Iterator[Notice]:
        """Yield the notices that were not taken yet."""
        return self._read(keys.NOTICES)

    def of(self, ended: Iterable[Entry | Row]) -> Iterator[Notice]:
        """Yield a notice for each of these jobs that has ended, told or not."""
        now = self.clock.now()
        for each in ended:
            if each.job_id and each.state in FINISHED:
                yield Notice(job_id=each.job_id, state=each.state, noted_at=now, next_attempt_at=now)

    def resend(self, notices: Iterable[Notice]) -> Iterator[Notice]:
        """Put notices back, in any order, and yield each once it is.

        It is then due, has every try before it, and is not among those that were given up. Killed half-way, what was
        given up is still there or back already, or both, so it may be repeated.
        """
        given_up = frozenset(each.key for each in self.reader.list(keys.UNDELIVERED))

        def put_back(notice: Notice) -> Notice:
            anew = {"attempts": 0, "next_attempt_at": self.clock.now(), "failure": None}
            self.writer.notice(notice.model_copy(update=anew))
            if (key := keys.undelivered(notice.job_id, notice.state)) in given_up:
                self.writer.remove(key)
            return notice

        yield from self.many(put_back, notices)

    def _read(self, folder: str) -> Iterator[Notice]:
        def read(key: str) -> Notice | None:
            notice = self.reader.read(key, Notice)
            if notice is None:
                self.unreadable(key)
            return notice

        yield from filter(None, self.many(read, (each.key for each in self.reader.list(folder))))
