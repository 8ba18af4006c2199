"""The queues of all buckets: two each, that are there from the first look at them."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from localcloud.ci.kept import KeptFile
from localcloud.ci.queues import Queue, QueueCategory, QueueUpdate
from localcloud.clock import Clock
from localcloud.errors import CloudError

# 436/53970. VoiceSeparate belongs to Smart Audio since 2023; that its jobs wait in that queue is UNVERIFIED.
_NAMES: dict[QueueCategory, str] = {"Transcoding": "queue-1", "Speeching": "queue-smart-audio-1"}


class Queues:
    """One queue of media processing and one of Smart Audio for each bucket. Safe to share between threads.

    A later `Queues` of the same directory has the same queues, but for how many jobs run at once: that is for this
    start, and this machine, to say.
    """

    def __init__(
        self, clock: Clock, token_hex: Callable[[int], str], directory: Path | None = None, *, max_concurrent: int = 10
    ) -> None:
        self._clock = clock
        self._token_hex = token_hex
        self._max_concurrent = max_concurrent
        self._kept = KeptFile(directory, "queues", Queue)
        self._lock = threading.Lock()
        kept = (replace(queue, max_concurrent=max_concurrent) for queue in self._kept.load())
        self._queues = {(queue.bucket, queue.category): queue for queue in kept}

    def get(self, bucket: str, category: QueueCategory) -> Queue:
        """Return the bucket's queue of this category."""
        with self._lock:
            return self._get(bucket, category)

    def find(self, bucket: str, queue_id: str) -> Queue | None:
        """Return the bucket's queue with this id, None if there is none."""
        with self._lock:
            queues = [self._get(bucket, category) for category in _NAMES]
        return next((queue for queue in queues if queue.queue_id == queue_id), None)

    def most_concurrent(self, queue_id: str) -> int:
        """Return how many jobs of a queue may run at once; of one nobody made here as many as of a new one."""
        with self._lock:
            queues = (queue for queue in self._queues.values() if queue.queue_id == queue_id)
            return next((queue.max_concurrent for queue in queues), self._max_concurrent)

    def update(self, bucket: str, category: QueueCategory, queue_id: str, update: QueueUpdate) -> Queue:
        """Make the queue what the update says. Raises CloudError 400 QueueNotFound."""
        with self._lock:
            queue = self._get(bucket, category)
            if queue.queue_id != queue_id:
                raise _not_found(bucket, queue_id)
            return self._keep(replace(queue, name=update.name, state=update.state, notify_config=update.notify_config))

    def set_limits(
        self, bucket: str, category: QueueCategory, *, max_size: int | None = None, max_concurrent: int | None = None
    ) -> Queue:
        """Let this many jobs wait in the queue, and this many of its jobs run at once; None leaves a limit as it is."""
        with self._lock:
            queue = self._get(bucket, category)
            return self._keep(
                replace(
                    queue,
                    max_size=queue.max_size if max_size is None else max_size,
                    max_concurrent=queue.max_concurrent if max_concurrent is None else max_concurrent,
                )
            )

    def close(self, bucket: str, category: QueueCategory) -> None:
        """Delete the queue; the next look at it finds a new one."""
        with self._lock:
            if self._queues.pop((bucket, category), None):
                self._kept.save(self._queues.values())

    def _get(self, bucket: str, category: QueueCategory) -> Queue:
        if (bucket, category) not in self._queues:
            now = self._clock()
            queue_id, name = f"p{self._token_hex(16)}", _NAMES[category]
            self._put(Queue(queue_id, bucket, category, name, now, now, max_concurrent=self._max_concurrent))
        return self._queues[bucket, category]

    def _keep(self, queue: Queue) -> Queue:
        changed = replace(queue, update_time=self._clock())
        self._put(changed)
        return changed

    def _put(self, queue: Queue) -> None:
        self._queues[queue.bucket, queue.category] = queue
        self._kept.save(self._queues.values())


def _not_found(bucket: str, queue_id: str) -> CloudError:
    """Return the answer for an unknown queue; the code is 1106's (1045 error codes), its status a guess."""
    message = f"The bucket {bucket!r} has no queue {queue_id!r} of this kind. List its queues to see what it has."
    return CloudError(400, "QueueNotFound", message)
