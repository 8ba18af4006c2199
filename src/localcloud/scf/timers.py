"""Fires the timers of deployed functions when they are due."""

import threading
from datetime import datetime

from localcloud.clock import Clock
from localcloud.scf.models import Scf
from localcloud.scf.project import TimerTrigger
from localcloud.scf.registry import Deployment

_LOOK_EVERY_SECONDS = 0.1  # real ones: the clock may be one that jumps

_Timer = tuple[str, TimerTrigger]  # the name of a function, and a trigger of its own


class Timers:
    """Fires every enabled timer when its time has come, from `start` to `stop`.

    However far the clock jumps at once, a timer that came due fires once.
    """

    def __init__(self, scf: Scf, clock: Clock) -> None:
        self._scf = scf
        self._clock = clock
        self._due: dict[_Timer, datetime | None] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scf-timers", daemon=True)

    def start(self) -> None:
        """Begin to look at the clock."""
        self._thread.start()

    def stop(self) -> None:
        """Fire nothing more."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(_LOOK_EVERY_SECONDS):
            now = self._clock()
            self._due = {
                (deployment.function.name, timer): self._look(deployment, timer, now)
                for deployment in self._scf.deployments
                for timer in deployment.timers
                if timer.enabled
            }

    def _look(self, deployment: Deployment, timer: TimerTrigger, now: datetime) -> datetime | None:
        """Fire the timer if it is due, and return when it is due next."""
        known = (deployment.function.name, timer)
        due = self._due[known] if known in self._due else timer.cron.next_after(deployment.at)
        if due is None or due > now:
            return due
        self._scf.on_time(deployment, timer, due)
        return timer.cron.next_after(now)
