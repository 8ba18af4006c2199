"""Where COS promises less than one hopes, and what it takes to show it."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from localcloud.cos.objects import StoredObject


@dataclass(frozen=True)
class Weaknesses:
    """How weak COS is to be. By default it is stronger than the real one: nothing lags and nothing races.

    `check_to_commit_seconds`: put-if-absent (x-cos-forbid-overwrite) looks first and writes so many real seconds
    later, hence several at once may succeed; that they can was measured on the real COS (apache/opendal#7526).
    `list_lag_seconds`: a listing shows what the bucket was so long ago, by the cloud's clock; GET and HEAD are fresh.
    The vendor calls the listing eventually consistent (436/7734) and names no time.
    `once_versioned`: buckets that had versioning at some time, where x-cos-forbid-overwrite does nothing for ever
    (436/7749, 436/19883).
    `versions_untold`: no answer has the x-cos-version-id that gives such a bucket away; no page says that one whose
    versioning is suspended sends it.
    """

    check_to_commit_seconds: float = 0.0
    list_lag_seconds: float = 0.0
    once_versioned: frozenset[str] = frozenset()
    versions_untold: bool = False

    def listed_as_of(self, now: datetime) -> datetime | None:
        """Return the time whose state a listing shows, None for the present."""
        return now - timedelta(seconds=self.list_lag_seconds) if self.list_lag_seconds else None


@dataclass(frozen=True)
class _Change:
    at: datetime
    key: str
    before: StoredObject | None


class History:
    """What the latest changes of a bucket replaced. Not safe to share between threads without a lock."""

    def __init__(self) -> None:
        self._changes: deque[_Change] = deque()

    def note(self, at: datetime, key: str, before: StoredObject | None) -> None:
        """Remember what was there until `at`, None for nothing."""
        self._changes.append(_Change(at, key, before))

    def changed_since(self, at: datetime) -> Mapping[str, StoredObject | None]:
        """Return what each key that has changed since was at that time; older changes are forgotten."""
        while self._changes and self._changes[0].at <= at:
            self._changes.popleft()
        return {change.key: change.before for change in reversed(self._changes)}
