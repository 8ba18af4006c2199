"""A ring of secrets that is kept in Secrets Manager: read when it is needed, and remembered by the instance for a time.

However much comes, and whatever it carries, an instance asks for a ring at most once in ASKED_EVERY.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from voice_separation.capability import FORGED, Grant, KeyRing
from voice_separation.clock import Clock
from voice_separation.errors import CapabilityRefused, SecretRefused, TencentRefusal
from voice_separation.telemetry import Event, Telemetry

KEPT_FOR = timedelta(minutes=5)  # then it is read again
USED_FOR = timedelta(hours=1)  # while it cannot be read again
ASKED_EVERY = timedelta(seconds=10)

Secret = TypeVar("Secret", str, bytes)


@dataclass
class RingMemory(Generic[Secret]):
    """What an instance remembers of a ring: the last that was read, and how the last attempt to read it went.

    Times are of the wall clock, for an instance may be frozen between two invocations.
    """

    ring: tuple[Secret, ...] = field(default=(), repr=False)
    read_at: datetime | None = None
    asked_at: datetime | None = None
    failure: TencentRefusal | None = None
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)


@dataclass(frozen=True)
class StoredRing(Generic[Secret]):
    """A ring for one invocation.

    `setting` names it, `read` asks Secrets Manager for its text with this invocation's credentials, and `parse` reads
    the text, or raises ValueError.
    """

    setting: str
    read: Callable[[], str]
    parse: Callable[[str], tuple[Secret, ...]]
    memory: RingMemory[Secret]
    clock: Clock
    telemetry: Telemetry

    def secrets(self, oldest: timedelta = KEPT_FOR) -> tuple[Secret, ...]:
        """Return the secrets as they were read no longer ago, or else the last ones that can still be used.

        Raises the TencentRefusal of the last attempt when there are none to use.
        """
        memory, now = self.memory, self.clock.now()
        with memory.lock:
            if _further_apart(memory.read_at, now, oldest) and _further_apart(memory.asked_at, now, ASKED_EVERY):
                self._read_again(now)
            if memory.ring and not _further_apart(memory.read_at, now, USED_FOR):
                return memory.ring
            assert memory.failure, "a ring that is missing or too old was asked for in vain"
            raise memory.failure.with_traceback(None)

    def _read_again(self, now: datetime) -> None:
        memory = self.memory
        memory.asked_at = now
        try:
            ring = self._read()
        except TencentRefusal as error:
            memory.failure = error
            if memory.ring:
                self.telemetry.warning(
                    Event.RING_STALE, setting=self.setting, read_at=str(memory.read_at), message=str(error)
                )
        else:
            memory.ring, memory.read_at, memory.failure = ring, now, None
            self.telemetry.info(Event.RING_READ, setting=self.setting, secrets=len(ring))

    def _read(self) -> tuple[Secret, ...]:
        text = self.read()
        try:
            return self.parse(text)
        except ValueError as error:
            raise SecretRefused(
                "GetSecretValue", self.setting, status=200, code="MalformedRing", reason=str(error)
            ) from None


@dataclass(frozen=True)
class StoredKeyRing:
    """The callback secrets for one invocation. Its methods are those of KeyRing, and raise what `secrets` does."""

    stored: StoredRing[str]

    def path(self, upload_id: str, *, now: datetime, ttl: timedelta) -> str:
        """Return the path that lets this upload be reported until `now + ttl`."""
        return KeyRing(self.stored.secrets()).path(upload_id, now=now, ttl=ttl)

    def verify(self, path: str, *, now: datetime) -> Grant:
        """Return what the end of a path allows. What no known secret has signed is compared with a newer ring once.

        Raises CapabilityRefused.
        """
        secrets = self.stored.secrets()
        try:
            return KeyRing(secrets).verify(path, now=now)
        except CapabilityRefused as refused:
            newer = self.stored.secrets(ASKED_EVERY) if refused.cause == FORGED else secrets
            if newer == secrets:
                raise
            return KeyRing(newer).verify(path, now=now)


def _further_apart(one: datetime | None, other: datetime, duration: timedelta) -> bool:
    return one is None or abs(other - one) >= duration
