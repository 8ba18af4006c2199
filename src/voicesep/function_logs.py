"""What deployed functions have printed: each function's lines, in the topic of CLS that SCF writes them into."""

from dataclasses import dataclass
from datetime import datetime

from voice_separation.errors import VoiceSeparationError
from voicesep.cloud import Cloud
from voicesep.deployment import Deployment
from voicesep.tencent.cls import ClsApi, LogLine


class NoLog(VoiceSeparationError):
    """A function has no log to search: it is not deployed, or SCF keeps none of it."""


@dataclass(frozen=True)
class Wanted:
    """Which lines: of a span of time, the newest `most`, with `request_id` of one invocation and its retries only."""

    since: datetime
    until: datetime
    most: int
    request_id: str | None = None


@dataclass(frozen=True)
class FunctionLog:
    """The log of one function, by its full name. Raises ApiRefused, Unreachable, Unavailable."""

    name: str
    topic: str
    cls: ClsApi

    def lines(self, wanted: Wanted) -> list[LogLine]:
        """Return the lines, oldest first."""
        fields = {"SCF_FunctionName": self.name, **({"SCF_RequestId": wanted.request_id} if wanted.request_id else {})}
        found = self.cls.search(self.topic, fields, since=wanted.since, until=wanted.until, most=wanted.most)
        return list(found)[::-1]


def function_log(deployment: Deployment, cloud: Cloud, key: str) -> FunctionLog:
    """Return the log of a function of serverless.yml.

    Raises NoLog, ApiRefused, Unreachable, Unavailable, and click.UsageError when the file has no such function.
    """
    name = deployment.function(key).name
    function = cloud.scf.function(name)
    if function is None:
        raise NoLog(f"{name} is not deployed in {deployment.project.region}; run `make deploy`")
    if not function.cls_topic_id:
        raise NoLog(f"{name} has no log topic; switch its logs on in the SCF console, or set `cls`")
    return FunctionLog(name, function.cls_topic_id, cloud.cls)
