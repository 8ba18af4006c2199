"""A key ring that is kept in Secrets Manager: read when it is needed, and remembered by the instance for a while.

However many callbacks come, and whatever they carry, an instance asks at most once in ASKED_EVERY.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from voice_separation.callback_secrets import parse_ring
from voice_separation.capability import FORGED, Grant, KeyRing
from voice_separation.clock import Clock
from voice_separation.errors import CapabilityRefused, SecretRefused, TencentRefusal
from voice_separation.telemetry import Event, Telemetry

KEPT_FOR = timedelta(minutes=5)  # then it is read again
USED_FOR = timedelta(hours=1)  # while it cannot be read again
ASKED_EVERY = timedelta(seconds=10)


@dataclass
class RingMemory:
    """What an instance remembers of the ring: the last that was read, and how the last attempt to read it went.

    Times are of the wall clock, for an instance may be frozen between two invocations.
    """

    ring: KeyRing | None = None
    read_at: datetime | None = None
    asked_at: datetime | None = None
    failure: TencentRefusal | None = None
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)


@dataclass(frozen=True)
class StoredRing:
    """The ring for one invocation. `read` asks Secrets Manager for the text, with this invocation's credentials.

    Its methods are those of KeyRing, and raise the TencentRefusal of the last attempt when there is no ring to use.
    """

    read: Callable[[], str]
    memory: RingMemory
    clock: Clock
    telemetry: Telemetry

    def path(self, upload_id: str, *, now: datetime, ttl: timedelta) -> str:
        """Return the path that lets this upload be reported until `now + ttl`."""
        return self._ring(KEPT_FOR).path(upload_id, now=now, ttl=ttl)

    def verify(self, path: str, *, now: datetime) -> Grant:
        """Return what the end of a path allows. What no known secret has signed is compared with a newer ring once.

        Raises CapabilityRefused.
        """
        ring = self._ring(KEPT_FOR)
        try:
            return ring.verify(path, now=now)
        except CapabilityRefused as refused:
            newer = self._ring(ASKED_EVERY) if refused.cause == FORGED else ring
            if newer == ring:
                raise
            return newer.verify(path, now=now)

    def _ring(self, oldest: timedelta) -> KeyRing:
        """Return a ring that is not older, or else the youngest that can still be used."""
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
            ring = KeyRing(self._secrets())
        except TencentRefusal as error:
            memory.failure = error
            if memory.ring:
                self.telemetry.warning(Event.RING_STALE, read_at=str(memory.read_at), message=str(error))
        else:
            memory.ring, memory.read_at, memory.failure = ring, now, None
            self.telemetry.info(Event.RING_READ, secrets=len(ring.secrets))

    def _secrets(self) -> tuple[str, ...]:
        text = self.read()
        try:
            return parse_ring(text)
        except ValueError as error:
            raise SecretRefused(
                "GetSecretValue", "CALLBACK_SECRETS", status=200, code="MalformedRing", reason=str(error)
            ) from None


def _further_apart(one: datetime | None, other: datetime, duration: timedelta) -> bool:
    return one is None or abs(other - one) >= duration
