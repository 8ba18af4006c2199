"""Who submits an upload: numbered claims, each written only where none is.

Put-if-absent is not atomic under a race in COS, and void in a bucket that ever had versioning, so a claim alone
proves little. What is done about it: a nonce tells our own claim from another's after a lost answer; where the
bucket betrays itself as versioned, a claim is read back after a while, and the last writer has it; and whoever
submitted after all although another did too finds out when it writes `pending` (see submission).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from pydantic import ValidationError

from voice_separation.clock import Clock
from voice_separation.errors import AlreadyExists, ClaimHeld, ObjectNotFound
from voice_separation.index import documents
from voice_separation.index.documents import Claim
from voice_separation.index.writer import IndexWriter
from voice_separation.upload_state import Evidence
from voice_separation.uploads import Upload

LEASE = timedelta(minutes=15)  # the longest that SCF lets a function run
SETTLE_SECONDS = 1.0  # longer than two writers of one claim can be apart


@dataclass
class Claims:
    """Takes claims for one invocation. It remembers its own, so that one event cannot claim an upload twice."""

    index: IndexWriter
    clock: Clock
    new_nonce: Callable[[], str]
    request_id: str
    mine: set[str] = field(default_factory=set)
    void: bool = False  # the bucket keeps versions: a write that was let through says nothing of an earlier one

    def take(self, upload: Upload, *, first_attempt: int = 1) -> int:
        """Claim an upload and return the number of the attempt; over 1 means that there may be a job already.

        Raises ClaimHeld when the upload is somebody else's.
        """
        attempt = first_attempt
        while True:
            claim = self._claim(upload, attempt)
            self.mine.add(claim.nonce)
            held = (self._there(claim) if self.void else None) or self._write(claim)
            if held is None:
                return attempt
            evidence = Evidence(claim=held)
            ours_died = evidence.may_be_claimed(now=self.clock.now(), request_id=self.request_id)
            if held.nonce in self.mine or not ours_died:
                raise ClaimHeld(f"{upload.key} is submitted by request {held.request_id} since {held.claimed_at}")
            attempt += 1  # by its key: what a damaged claim says of itself could lead back

    def release(self, upload: Upload, attempt: int) -> None:
        """Give a claim back after a definite no, so that the next attempt need not wait for its lease."""
        self.index.release(upload.id, attempt)

    def _write(self, claim: Claim) -> Claim | None:
        """Write a claim; return the claim that is there instead, if it is another's."""
        try:
            versioned = self.index.claim(claim)
        except AlreadyExists:  # also when an earlier try of ours was carried out and its answer lost
            return self._other(claim)
        if not versioned:
            return None
        self.void = True
        self.clock.sleep(SETTLE_SECONDS)
        return self._other(claim)

    def _there(self, claim: Claim) -> Claim | None:
        """Look before writing, where the write itself would refuse nothing."""
        try:
            return self._other(claim)
        except ClaimHeld as error:
            if isinstance(error.__cause__, ObjectNotFound):
                return None
            raise

    def _other(self, claim: Claim) -> Claim | None:
        try:
            held = self.index.read_claim(claim.upload.upload_id, claim.attempt)
        except (ObjectNotFound, ValidationError) as error:  # given back just now, or no claim that we can read
            raise ClaimHeld(f"{claim.upload.key} is claimed by somebody unknown") from error
        return None if held.nonce == claim.nonce else held

    def _claim(self, upload: Upload, attempt: int) -> Claim:
        now = self.clock.now()
        return Claim(
            attempt=attempt,
            nonce=self.new_nonce(),
            request_id=self.request_id,
            claimed_at=now,
            lease_until=now + LEASE,
            upload=documents.Upload.of(upload),
        )
