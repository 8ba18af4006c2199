"""What a serverless.yml describes: functions, their triggers, and where their code is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class HttpTrigger:
    """A function URL (product document 583/96099)."""

    function: str
    name: str
    auth: AuthType
    extranet: bool  # reachable from the internet
    enabled: bool


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
