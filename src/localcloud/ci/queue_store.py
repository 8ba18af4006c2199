"""The queues of all buckets: two each, that are there from the first look at them."""

import threading
from collections.abc import Callable
from dataclasses import replace

from localcloud.ci.queues import Queue, QueueCategory, QueueUpdate
from localcloud.clock import Clock
from localcloud.errors import CloudError

# 436/53970. VoiceSeparate belongs to Smart Audio since 2023; that its jobs wait in that queue is UNVERIFIED.
_NAMES: dict[QueueCategory, str] = {"Transcoding": "queue-1", "Speeching": "queue-smart-audio-1"}


class Queues:
    """One queue of media processing and one of Smart Audio for each bucket. Safe to share between threads."""

    def __init__(self, clock: Clock, token_hex: Callable[[int], str]) -> None:
        self._clock = clock
        self._token_hex = token_hex
        self._lock = threading.Lock()
        self._queues: dict[tuple[str, QueueCategory], Queue] = {}

    def get(self, bucket: str, category: QueueCategory) -> Queue:
        """Return the bucket's queue of this category."""
        with self._lock:
            return self._get(bucket, category)

    def find(self, bucket: str, queue_id: str) -> Queue | None:
        """Return the bucket's queue with this id, None if there is none."""
        with self._lock:
            queues = [self._get(bucket, category) for category in _NAMES]
        return next((queue for queue in queues if queue.queue_id == queue_id), None)

    def update(self, bucket: str, category: QueueCategory, queue_id: str, update: QueueUpdate) -> Queue:
        """Make the queue what the update says. Raises CloudError 400 QueueNotFound."""
        with self._lock:
            queue = self._get(bucket, category)
            if queue.queue_id != queue_id:
                raise _not_found(bucket, queue_id)
            return self._keep(
                bucket, replace(queue, name=update.name, state=update.state, notify_config=update.notify_config)
            )

    def set_max_size(self, bucket: str, category: QueueCategory, max_size: int) -> None:
        """Let this many jobs wait in the queue and no more."""
        with self._lock:
            self._keep(bucket, replace(self._get(bucket, category), max_size=max_size))

    def _get(self, bucket: str, category: QueueCategory) -> Queue:
        if (bucket, category) not in self._queues:
            now = self._clock()
            queue = Queue(f"p{self._token_hex(16)}", category, _NAMES[category], now, now)
            self._queues[bucket, category] = queue
        return self._queues[bucket, category]

    def _keep(self, bucket: str, queue: Queue) -> Queue:
        changed = replace(queue, update_time=self._clock())
        self._queues[bucket, queue.category] = changed
        return changed


def _not_found(bucket: str, queue_id: str) -> CloudError:
    """Return the answer for an unknown queue; the code is 1106's (1045 error codes), its status a guess."""
    message = f"The bucket {bucket!r} has no queue {queue_id!r} of this kind. List its queues to see what it has."
    return CloudError(400, "QueueNotFound", message)
