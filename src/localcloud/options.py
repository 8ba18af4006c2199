"""How a local cloud is to be."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from localcloud.cam.policy import Policy
from localcloud.ci.models import JOBS_AT_ONCE
from localcloud.ci.pace import Pace
from localcloud.ci.pretending import Pretended
from localcloud.clock import Clock, system_clock
from localcloud.scf.concurrency import NO_LIMIT, Quota
from localcloud.scf.event_queue import RetryPolicy
from localcloud.scf.invocation import LogListener

ROLE_CREDENTIALS_LAST = timedelta(hours=6)  # 248/51519
AT_ONCE = RetryPolicy(retries=2, delay_seconds=0.0)


def _no_listener(_function: str, _request_id: str, _line: str) -> None:
    return


@dataclass(frozen=True)
class Options:
    """How a local cloud is to be; the defaults are what a test wants.

    `directory` keeps buckets and objects between starts; None is a new folder that goes with the cloud. `buckets` are
    there from the start: full name (with the appid) to region.
    `require_opened`: Smart Audio has to be opened for a bucket before CI takes jobs for it, as on the real cloud.
    `retry` is for asynchronous invocations that fail; the vendor waits a minute between them. `quota` is how much
    runs at once in each region; the defaults have no limit. `credentials_last` is how long the keys of a function's
    role are good: every invocation gets new ones. `timers` lets timer triggers fire by themselves. `clock` is the time
    of all that is kept; whether a signature is still valid is told by the machine's, as is the time inside functions.
    `seed` is for the luck of the faults that have a probability.
    `max_concurrent` jobs of a queue run at once. `pace` says when a job goes from state to state (`Timed`, `Manual`);
    None is as fast as the work does. `pretended`: jobs only seem to be done, for load; None separates.
    `policies` are what the roles of functions may do, by role; a role that is not named then may do nothing. None
    lets every role do everything.
    `bundle` is a zip, or the folder it was unpacked into: functions run from it instead of the code they are deployed
    with, read-only and with none of the packages installed with `python`, the interpreter that runs them.
    `requests_kept` is how many of the latest requests are recorded; None records all.
    """

    directory: Path | None = None
    port: int = 0
    appid: str = "1250000000"
    buckets: Mapping[str, str] = field(default_factory=dict)
    require_opened: bool = False
    retry: RetryPolicy = AT_ONCE
    quota: Quota = NO_LIMIT
    credentials_last: timedelta = ROLE_CREDENTIALS_LAST
    on_log: LogListener = _no_listener
    clock: Clock = system_clock
    timers: bool = False
    seed: int = 0
    max_concurrent: int = JOBS_AT_ONCE
    pace: Pace | None = None
    pretended: Pretended | None = None
    policies: Mapping[str, Policy] | None = None
    bundle: Path | None = None
    python: Path = Path(sys.executable)
    requests_kept: int | None = None


DEFAULTS = Options()
