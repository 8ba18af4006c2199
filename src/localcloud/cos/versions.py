"""The versions of one key, newest first, and the ids that tell them apart (436/19883)."""

import base64
from datetime import datetime, timedelta, timezone

from localcloud.clock import whole_seconds
from localcloud.cos.objects import NULL_VERSION, DeleteMarker, StoredObject, Version

Stack = tuple[Version, ...]

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MICROSECOND = timedelta(microseconds=1)
_HIGHEST = 2**64 - 1


class VersionIds:
    """Makes ids in the vendor's form: base64 of a number that falls as time goes by. Not thread-safe."""

    def __init__(self) -> None:
        self._last = _HIGHEST

    def next(self, at: datetime) -> str:
        """Return an id that no other version has."""
        self._last = min(_HIGHEST - (at - _EPOCH) // _MICROSECOND, self._last - 1)
        return base64.b64encode(str(self._last).encode()).decode().rstrip("=")

    def skip(self, stack: Stack) -> None:
        """Never again make the id of one of these."""
        for version in stack:
            self._last = min(self._last, _number(version.version_id, self._last))


def current(stack: Stack) -> StoredObject | None:
    """Return what a plain GET reads, None if there is nothing or the latest version is a delete marker."""
    return stack[0] if stack and isinstance(stack[0], StoredObject) else None


def find(stack: Stack, version_id: str) -> Version | None:
    """Return the version with this id. What was stored before versioning answers to the null version's."""
    return next((version for version in stack if _answers_to(version, version_id)), None)


def without(stack: Stack, version_id: str) -> Stack:
    """Return the stack less the version with this id."""
    return tuple(version for version in stack if not _answers_to(version, version_id))


def with_latest(stack: Stack, latest: Version) -> Stack:
    """Return the stack with this on top; a null version takes the place of the former one."""
    kept = without(stack, NULL_VERSION) if latest.version_id in ("", NULL_VERSION) else stack
    return latest, *kept


def contents_dropped(before: Stack, after: Stack) -> list[StoredObject]:
    """Return the objects whose content nothing refers to any more."""
    if not before:
        return []
    kept = {version.path for version in after if isinstance(version, StoredObject)}
    return [version for version in before if isinstance(version, StoredObject) and version.path not in kept]


def delete_marker(key: str, version_id: str, at: datetime) -> DeleteMarker:
    """Return the marker of a deletion now."""
    return DeleteMarker(key, version_id, whole_seconds(at))


def _answers_to(version: Version, version_id: str) -> bool:
    return (version.version_id or NULL_VERSION) == (version_id or NULL_VERSION)


def _number(version_id: str, otherwise: int) -> int:
    try:
        return int(base64.b64decode(version_id + "=" * (-len(version_id) % 4)))
    except ValueError:
        return otherwise
