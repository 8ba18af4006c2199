"""The state of an upload: what the documents about it say together, and what is to be done next.

    unseen -> claimed -> pending -> finished          the straight way
              claimed -> waiting -> claimed (n+1)     CI could not take it
              claimed -> refused                      it cannot be separated
              claimed, lease passed -> claimed (n+1)  whoever claimed it died

Documents arrive in any order, twice, or late. Evidence of a later state outranks evidence of an earlier one, so merging
is commutative, associative and idempotent, and no merge ever leads back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import TYPE_CHECKING, TypeVar

from voice_separation.index.canonical import Document
from voice_separation.jobs.states import FINISHED, rank

if TYPE_CHECKING:  # a door has evidence of some of them
    from voice_separation.index.documents import Claim, Pending, Refused, Waiting
    from voice_separation.index.entries import Entry


class UploadState(IntEnum):
    """How far an upload is; the larger outranks the smaller."""

    UNSEEN = 0
    CLAIMED = 1
    WAITING = 2
    REFUSED = 3
    PENDING = 4
    FINISHED = 5


DocumentT = TypeVar("DocumentT", bound=Document)


@dataclass(frozen=True)
class Evidence:
    """What is known of one upload; each part the weightiest of its kind."""

    claim: Claim | None = None
    waiting: Waiting | None = None
    refused: Refused | None = None
    pending: Pending | None = None
    entry: Entry | None = None

    def merge(self, other: Evidence) -> Evidence:
        """Return what both say together."""
        return Evidence(
            claim=_weightier(self.claim, other.claim, lambda claim: claim.attempt),
            waiting=_weightier(self.waiting, other.waiting, lambda waiting: waiting.attempts),
            refused=_weightier(self.refused, other.refused, lambda refused: refused.refused_at.timestamp()),
            pending=_weightier(self.pending, other.pending, lambda pending: -pending.submitted_at.timestamp()),
            entry=weightier_entry(self.entry, other.entry),
        )

    @property
    def state(self) -> UploadState:
        """How far the upload is. A job that exists outranks a refusal: it was accepted after all."""
        if self.entry and self.entry.state in FINISHED:
            return UploadState.FINISHED
        if self.pending or self.entry:
            return UploadState.PENDING
        if self.refused:
            return UploadState.REFUSED
        if self.waiting:
            return UploadState.WAITING
        return UploadState.CLAIMED if self.claim else UploadState.UNSEEN

    def may_be_claimed(self, *, now: datetime, request_id: str) -> bool:
        """Tell whether the next attempt is ours to make.

        A live claim of another invocation is left alone. One of the same request means that our earlier try died,
        for the platform retries a request only when its try has ended; one whose lease has passed is dead too.
        """
        if self.state > UploadState.WAITING:
            return False
        return self.claim is None or self.claim.request_id == request_id or self.claim.lease_until < now


def weightier_entry(one: Entry | None, other: Entry | None) -> Entry | None:
    """Return the entry that outranks the other: Success over Failed over anything else."""
    return _weightier(one, other, lambda entry: rank(entry.state))


def _weightier(
    one: DocumentT | None, other: DocumentT | None, weight: Callable[[DocumentT], float]
) -> DocumentT | None:
    """Return the weightier document; its bytes decide between equals, so that the order of asking never does."""
    if one is None or other is None:
        return one or other
    return max(one, other, key=lambda document: (weight(document), document.content()))
