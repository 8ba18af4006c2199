"""Who submits an upload: numbered claims, each written only where none is, and read back before it is acted on.

Put-if-absent looks before it writes, and is not atomic in COS; in a bucket that ever had versioning it is void. So a
claim that was let through proves nothing by itself. It is left alone for longer than COS takes from look to write, and
then read: nobody who looked before it was there can still write, so what is read is what stays, and one of several
writers finds itself there. A nonce tells our own claim from another's, also after a lost answer.

Where that reasoning has a gap, a claim is not confirmed: it was on its way for too long, or has replaced one that we
could not see, or the try before it is so young that CI may not list its job. The upload then waits.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from voice_separation.clock import Clock
from voice_separation.errors import AlreadyExists, ClaimHeld, ClaimUnconfirmed, Retryable, UploadFinished
from voice_separation.index import documents, keys
from voice_separation.index.documents import Claim
from voice_separation.index.reader import IndexReader
from voice_separation.index.writer import IndexWriter
from voice_separation.jobs.states import JobState
from voice_separation.patience import LISTED_AFTER
from voice_separation.upload_state import Evidence
from voice_separation.uploads import Upload

if TYPE_CHECKING:
    from voice_separation.index.entries import Entry

LEASE = timedelta(minutes=15)  # the longest that SCF lets a function run
LONG_AGO = datetime.min.replace(tzinfo=timezone.utc)


@dataclass(frozen=True)
class Taken:
    """A claim of ours that nobody has refused; not to be acted on before it has settled and is confirmed."""

    claim: Claim
    is_young: bool  # it follows a try of just now, whose job CI may not list yet
    doubt: str | None  # why it cannot be confirmed, whatever is read

    @property
    def attempt(self) -> int:
        """The number of the attempt; over 1 means that there may be a job already."""
        return self.claim.attempt

    @property
    def key(self) -> str:
        """Where it is written."""
        return keys.claim(self.claim.upload.upload_id, self.claim.attempt)


@dataclass
class Claims:
    """Takes claims for one invocation. It remembers its own, so that one event cannot claim an upload twice."""

    writer: IndexWriter
    reader: IndexReader
    clock: Clock
    new_nonce: Callable[[], str]
    request_id: str
    settle_seconds: float  # longer than COS takes from look to write
    mine: set[str] = field(default_factory=set)
    void: bool = False  # the bucket may keep versions: a write that was let through says nothing of an earlier one

    def take(self, upload: Upload, *, first_attempt: int = 1, retry_of: tuple[str, ...] = ()) -> Taken:
        """Claim an upload.

        Jobs in `retry_of` have ended, and do not count: the upload is tried again in spite of them.
        Raises ClaimHeld when the upload is somebody else's, UploadFinished when its job has ended long ago.
        """
        attempt = first_attempt
        latest = LONG_AGO
        while True:
            claim = self._claim(upload, attempt, retry_of)
            self.mine.add(claim.nonce)
            begun = self.clock.monotonic()
            held, doubt = self._write(claim)
            if held is None:
                if 0 < self.settle_seconds < self.clock.monotonic() - begun:
                    doubt = "it was on its way for longer than claims take to settle"
                return Taken(claim, is_young=self.clock.now() - latest < LISTED_AFTER, doubt=doubt)
            if held.nonce in self.mine or not self._is_dead(held, retry_of):
                raise ClaimHeld(f"{upload.key} is submitted by request {held.request_id} since {held.claimed_at}")
            latest = max(latest, held.claimed_at)
            attempt += 1  # by its key: what a damaged claim says of itself could lead back

    def settle(self) -> None:
        """Wait until nobody who has looked before our claims were there can still write his."""
        if self.settle_seconds:
            self.clock.sleep(self.settle_seconds)

    def confirm(self, taken: Taken) -> None:
        """Raise ClaimHeld unless a settled claim is the one that has stayed, ClaimUnconfirmed when that is not sure."""
        upload = taken.claim.upload
        try:
            held = self.reader.read(taken.key, Claim)
        except Retryable as error:
            raise ClaimUnconfirmed(f"the claim of {upload.key} cannot be read back: {error}") from error
        if held is None or held.nonce != taken.claim.nonce:
            raise ClaimHeld(f"{upload.key} was claimed by another invocation at the same moment")
        if taken.doubt:
            raise ClaimUnconfirmed(f"the claim of {upload.key} is in doubt: {taken.doubt}; it is tried again")

    def has_job(self, upload: Upload, retry_of: tuple[str, ...]) -> bool:
        """Tell whether a claim that is alive has led to a job already: it is noted, or has ended and is published."""
        now = self.clock.now()
        for key in dict.fromkeys(keys.pending(upload.id, moment) for moment in (now, now - LEASE)):
            note = self.reader.read(key, documents.Pending)
            if note and note.job_id not in retry_of:
                return True
        return self._finished(upload.id, retry_of) is not None

    def release(self, taken: Taken) -> None:
        """Give a confirmed claim back after a definite no, so that the next attempt need not wait for its lease."""
        with suppress(Retryable):  # then its lease ends it
            self.writer.release(taken.key)

    def _write(self, claim: Claim) -> tuple[Claim | None, str | None]:
        """Write a claim; return the claim that is there instead, if it is another's, and what is doubtful of ours.

        Where a write would refuse nothing it is looked for first. Raises ClaimHeld when nobody can tell whose it is.
        """
        key = keys.claim(claim.upload.upload_id, claim.attempt)
        held = self.reader.read(key, Claim) if self.void else None
        if held:
            return held, None
        try:
            versioned = self.writer.claim(claim)
        except AlreadyExists:  # also when an earlier try of ours was carried out and its answer lost
            held = self.reader.read(key, Claim)
            if held is None:  # given back just now, or no claim that we can read
                raise ClaimHeld(f"{claim.upload.key} is claimed by somebody unknown") from None
            return (held if held.nonce != claim.nonce else None), None
        if versioned and not self.void:
            self.void = True
            return None, "the bucket keeps versions, so it may have replaced another's"
        return None, None

    def _is_dead(self, held: Claim, retry_of: tuple[str, ...]) -> bool:
        """Tell whether the next attempt is ours to make. Raises UploadFinished."""
        if not Evidence(claim=held).may_be_claimed(now=self.clock.now(), request_id=self.request_id):
            return False
        entry = self._finished(held.upload.upload_id, retry_of)
        if entry:
            raise UploadFinished(f"{held.upload.key} has its entry: {entry.job_id}")
        return True

    def _finished(self, upload_id: str, retry_of: tuple[str, ...]) -> "Entry | None":
        """Return what became of an upload, for its job may have ended so long ago that CI has forgotten it."""
        from voice_separation.index.entries import Entry

        for state in (JobState.SUCCESS, JobState.FAILED):
            entry = self.reader.read(keys.upload(upload_id, state.value), Entry)
            if entry and entry.job_id not in retry_of:
                return entry
        return None

    def _claim(self, upload: Upload, attempt: int, retry_of: tuple[str, ...]) -> Claim:
        now = self.clock.now()
        return Claim(
            attempt=attempt,
            nonce=self.new_nonce(),
            request_id=self.request_id,
            claimed_at=now,
            lease_until=now + LEASE,
            retry_of=retry_of,
            upload=documents.Upload.of(upload),
        )
