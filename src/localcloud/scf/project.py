"""What a serverless.yml describes: functions, their triggers, and where their code is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from localcloud.scf.cron import Cron

AuthType = Literal["NONE", "CAM"]


@dataclass(frozen=True)
class Source:
    """Where the code is: `src` relative to the file; after `hook` has run, `dist` is the root of the zip."""

    src: str = "."
    hook: str | None = None
    dist: str | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def root(self, file: Path) -> Path:
        """Return the folder that becomes the root of the zip, for a serverless.yml at `file`."""
        return file.parent / (self.dist or self.src)


@dataclass(frozen=True)
class DeadLetterQueue:
    """Where events go that SCF gives up on: a queue or a topic of CMQ (583/51666). The words are the file's."""

    type: str
    name: str
    filter_type: str | None = None


@dataclass(frozen=True)
class FunctionSpec:
    """One event function as it is to be deployed."""

    key: str  # its name within the file
    name: str  # its name within SCF
    handler: str  # file.function
    runtime: str  # Python3.10
    memory_mb: int
    timeout_s: int  # of one invocation
    init_timeout_s: int  # of a cold start
    environment: Mapping[str, str] = field(repr=False)  # may hold secrets
    role: str | None  # the execution role; without one SCF provides no credentials
    namespace: str
    folder: str = ""  # of the code, below the root of the zip
    dead_letter: DeadLetterQueue | None = None


@dataclass(frozen=True)
class CosTrigger:
    """Fires on events of one bucket whose key has both the prefix and the suffix."""

    function: str  # key of the function
    bucket: str  # full name, with appid
    region: str
    event: str  # cos:ObjectCreated:Put, or cos:ObjectCreated:* for all of its kind
    prefix: str
    suffix: str
    enabled: bool
    qualifier: str = "$DEFAULT"

    def listens_to(self, event: str) -> bool:
        """Whether an event of this name, or any that this pattern stands for, is one of the trigger's."""
        return event == self.event or (self.event.endswith(":*") and event.startswith(self.event[:-1]))

    def fires_on(self, event: str, bucket: str, key: str) -> bool:
        """Whether this event on this object calls the function; case matters, as it does in COS."""
        return (
            self.enabled
            and bucket == self.bucket
            and self.listens_to(event)
            and key.startswith(self.prefix)
            and key.endswith(self.suffix)
        )

    def overlaps(self, other: "CosTrigger") -> bool:
        """Whether both would fire for one object, which COS does not allow (583/9707)."""
        return (
            self.bucket == other.bucket
            and (self.listens_to(other.event) or other.listens_to(self.event))
            and (self.prefix.startswith(other.prefix) or other.prefix.startswith(self.prefix))
            and (self.suffix.endswith(other.suffix) or other.suffix.endswith(self.suffix))
        )


@dataclass(frozen=True)
class HttpTrigger:
    """A function URL (product document 583/96099)."""

    function: str
    name: str
    auth: AuthType
    extranet: bool  # reachable from the internet
    enabled: bool
    intranet: bool = False  # reachable from the same region's private networks


@dataclass(frozen=True)
class TimerTrigger:
    """Fires by the clock."""

    function: str
    name: str
    cron: Cron
    argument: str  # arrives as the event's `Message`
    enabled: bool


Trigger = CosTrigger | HttpTrigger | TimerTrigger


@dataclass(frozen=True)
class Project:
    """One serverless.yml, every variable resolved; `warnings` tell what deploys but will not work."""

    name: str
    app: str
    stage: str
    region: str
    source: Source
    functions: tuple[FunctionSpec, ...]
    triggers: tuple[Trigger, ...]
    warnings: tuple[str, ...] = ()

    @property
    def cos_triggers(self) -> tuple[CosTrigger, ...]:
        """Those of the triggers that listen to a bucket."""
        return tuple(trigger for trigger in self.triggers if isinstance(trigger, CosTrigger))
