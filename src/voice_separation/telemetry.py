"""One JSON object per line on standard output: SCF hands each line to CLS, which makes its fields searchable.

Names of events are a closed list, so that queries and alarms can rely on them. Whole events, headers, signatures
and callback addresses are never logged.
"""

import json
import sys
from dataclasses import dataclass, field, replace
from enum import Enum, IntEnum
from typing import Protocol

from voice_separation.clock import Clock

Value = str | int | float | bool | None


class Level(IntEnum):
    """Severity, with the numbers of Python's logging."""

    DEBUG = 10
    INFO = 20
    WARNING = 30
    ERROR = 40


class Event(str, Enum):
    """Everything that this product ever logs."""

    RECORD_RECEIVED = "record.received"
    REQUEST_RECEIVED = "request.received"
    REQUEST_SENT = "request.sent"
    UPLOAD_SKIPPED = "upload.skipped"
    UPLOAD_REFUSED = "upload.refused"
    UPLOAD_WAITING = "upload.waiting"
    UPLOAD_FAILED = "upload.failed"
    CLAIM_HELD = "claim.held"
    JOB_SUBMITTED = "job.submitted"
    JOB_ADOPTED = "job.adopted"
    JOB_DUPLICATE = "job.duplicate"
    JOB_LOST = "job.lost"
    JOB_RUNNING = "job.running"
    CALLBACK_REFUSED = "callback.refused"
    CALLBACK_FAILED = "callback.failed"
    CALLBACKS_UNVERIFIED = "callbacks.unverified"
    JOB_REFUSED = "job.refused"
    RING_READ = "ring.read"
    RING_STALE = "ring.stale"
    ENTRY_STORED = "entry.stored"
    NOTICE_TAKEN = "notice.taken"
    NOTICE_DELAYED = "notice.delayed"
    NOTICE_UNDELIVERED = "notice.undelivered"
    DOCUMENT_UNREADABLE = "document.unreadable"
    INDEX_PUBLISHED = "index.published"
    RECONCILED = "reconciled"
    AUDITED = "audited"
    INVOCATION_FAILED = "invocation.failed"


class Sink(Protocol):
    """Where lines go."""

    def write(self, text: str, /) -> object:
        """Take one line, with its newline."""


@dataclass(frozen=True)
class Telemetry:
    """Writes events that are at least as severe as `level`, each with the fields bound to it."""

    clock: Clock
    level: Level = Level.INFO
    sink: Sink | None = None
    bound: dict[str, Value] = field(default_factory=dict)

    def bind(self, **fields: Value) -> "Telemetry":
        """Return a telemetry that adds these fields to every line."""
        return replace(self, bound={**self.bound, **fields})

    def debug(self, event: Event, **fields: Value) -> None:
        """Log what only somebody who looks for a fault wants to see."""
        self._emit(Level.DEBUG, event, fields)

    def info(self, event: Event, **fields: Value) -> None:
        """Log what happened as intended."""
        self._emit(Level.INFO, event, fields)

    def warning(self, event: Event, **fields: Value) -> None:
        """Log what was refused or put off."""
        self._emit(Level.WARNING, event, fields)

    def error(self, event: Event, **fields: Value) -> None:
        """Log what somebody has to look at."""
        self._emit(Level.ERROR, event, fields)

    def _emit(self, level: Level, event: Event, fields: dict[str, Value]) -> None:
        if level < self.level:
            return
        at = self.clock.now().isoformat(timespec="milliseconds")
        line = {"ts": at, "level": level.name, "event": event.value, **self.bound, **fields}
        # ASCII only: a lone surrogate in an object key must not be able to stop a log line.
        (self.sink or sys.stdout).write(json.dumps(line, ensure_ascii=True, separators=(",", ":")) + "\n")
