"""What the functions log at DEBUG about the events that they are given (docs/operations.md), read from CLS."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from voice_separation.errors import VoiceSeparationError
from voicesep.function_logs import FunctionLog, Wanted, function_log
from voicesep.live_checks.bench import Bench

LOOK_BACK = timedelta(minutes=15)
MOST_LINES = 1000
LEVEL = "LOG_LEVEL"


class LogTooQuiet(VoiceSeparationError):
    """A function does not log what it is given."""


class ReceivedRecord(BaseModel):
    """A record of a COS event, as `submit` was given it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    event: Literal["record.received"]
    records: int
    event_name: str
    raw_key: str
    url_path: str
    cos_request_id: str


class ReceivedRequest(BaseModel):
    """The event of a request, as `callback` was given it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    event: Literal["request.received"]
    parts: str
    context_parts: str
    header_names: str
    base64_flag: str
    body_type: str
    body_length: int
    body_sha256: str


LineT = TypeVar("LineT", ReceivedRecord, ReceivedRequest)
Thing = TypeVar("Thing")


@dataclass(frozen=True)
class DoorLog(Generic[LineT]):
    """The lines of one kind that a function logs."""

    bench: Bench
    log: FunctionLog
    kind: type[LineT]

    def wait_for(self, wanted: Sequence[Thing], is_about: Callable[[LineT, Thing], bool]) -> dict[Thing, list[LineT]]:
        """Return the lines about each of these things, oldest first, once all have one or patience has ended."""

        def look() -> dict[Thing, list[LineT]]:
            lines = self._lines()
            return {thing: [line for line in lines if is_about(line, thing)] for thing in wanted}

        return self.bench.wait_for(look, lambda seen: all(seen.values()))

    def _lines(self) -> list[LineT]:
        now = self.bench.cloud.clock.now()
        found = []
        for line in self.log.lines(Wanted(now - LOOK_BACK, now, MOST_LINES)):
            try:
                found.append(self.kind.model_validate_json(line.text))
            except ValidationError:
                continue  # another kind of line
        return found


def door_log(bench: Bench, door: str, kind: type[LineT]) -> DoorLog[LineT]:
    """Return the log of a function of ours. Raises NoLog, LogTooQuiet and what the API does."""
    log = function_log(bench.deployment, bench.cloud, door)
    function = bench.cloud.scf.function(log.name)
    level = function.variables.get(LEVEL, "") if function else ""
    if level != "DEBUG":
        raise LogTooQuiet(f"{log.name} is deployed with {LEVEL}={level}; set {LEVEL}=DEBUG, `make deploy`, ask again")
    return DoorLog(bench, log, kind)
