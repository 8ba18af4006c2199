"""Asynchronous invocations: tried, tried again, and given up (583/41138)."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from localcloud.account import Account
from localcloud.clock import Clock
from localcloud.scf.dead_letters import DeadLetter, dead_letter
from localcloud.scf.event_queue import EventQueue, QueuedEvent, RetryPolicy
from localcloud.scf.function import Function
from localcloud.scf.invocation import FunctionError, Outcome, function_not_found, refused
from localcloud.scf.records import Records
from localcloud.scf.registry import FunctionNotDeployedError

_LETTERS_KEPT = 10_000
_BREATH_SECONDS = 0.02  # real ones, before a full platform is asked again, lest a retry without delay spins

FindFunction = Callable[[str], Function]
"""Returns the function of this name. Raises FunctionNotDeployedError."""


class AsyncInvocations:
    """Runs what is put into its `queue`. Thread-safe."""

    def __init__(
        self,
        find: FindFunction,
        records: Records,
        *,
        account: Account,
        clock: Clock,
        retry: RetryPolicy,
        workers: int,
    ) -> None:
        self._find = find
        self._records = records
        self._account = account
        self._clock = clock
        self._retry = retry
        self._letters: deque[DeadLetter] = deque(maxlen=_LETTERS_KEPT)
        self._lock = threading.Lock()
        self.queue = EventQueue(self._try, clock=clock, retry_delay=retry.delay_seconds, workers=workers)

    @property
    def dead_letters(self) -> tuple[DeadLetter, ...]:
        """What was given up and has a dead letter queue (the latest 10,000)."""
        with self._lock:
            return tuple(self._letters)

    def _try(self, queued: QueuedEvent) -> QueuedEvent | None:
        """Run one try; return the next try if there is to be one."""
        try:
            function = self._find(queued.function_name)
        except FunctionNotDeployedError:
            missing = refused(queued.function_name, queued.request_id, function_not_found(queued.function_name))
            self._records.add(missing, "Event", "dropped", retry_num=queued.retry_num)
            return None
        result = function.invoke(queued.event, request_id=queued.request_id, variables=queued.source.variables)
        outcome = self._outcome(queued, result.error, function)
        self._records.add(result, "Event", outcome, retry_num=queued.retry_num)
        if outcome != "retrying":
            return None
        if result.error is not None and result.error.is_the_platforms:
            time.sleep(_BREATH_SECONDS)
        return replace(queued, retry_num=queued.retry_num + 1)

    def _outcome(self, queued: QueuedEvent, error: FunctionError | None, function: Function) -> Outcome:
        if error is None:
            return "succeeded"
        if self._is_tried_again(queued, error):
            return "retrying"
        queue = function.spec.dead_letter
        if queue is None or error.is_the_callers:
            return "dropped"
        letter = dead_letter(queue, queued, error, function=function.spec, account=self._account, at=self._clock())
        with self._lock:
            self._letters.append(letter)
        return "dead-lettered"

    def _is_tried_again(self, queued: QueuedEvent, error: FunctionError) -> bool:
        next_try = self._clock() + timedelta(seconds=self._retry.delay_seconds)
        if error.is_the_callers or next_try - queued.came_at > timedelta(seconds=self._retry.max_age_seconds):
            return False
        return error.is_the_platforms or queued.retry_num < self._retry.retries
