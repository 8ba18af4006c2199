"""Whether a job may be submitted, and with which parameters and to which queue."""

from localcloud.ci.job_request import JobRequest
from localcloud.ci.job_store import JobStore
from localcloud.ci.jobs import State
from localcloud.ci.nodes import invalid_argument
from localcloud.ci.queue_store import Queues
from localcloud.ci.queues import QueueCategory
from localcloud.ci.template_store import Templates
from localcloud.ci.templates import Template
from localcloud.ci.voice_separate import VoiceSeparate
from localcloud.errors import CloudError

CATEGORY: QueueCategory = "Speeching"  # of the queue for VoiceSeparate


class Acceptance:
    """What a request needs before it becomes a job."""

    def __init__(self, templates: Templates, queues: Queues, jobs: JobStore) -> None:
        self._templates = templates
        self._queues = queues
        self._jobs = jobs

    def parameters(self, bucket: str, request: JobRequest) -> tuple[Template | None, VoiceSeparate]:
        """Return what is to be done, and the template that says so, if one does.

        Raises CloudError 400 TemplateNotFound or InvalidArgument.
        """
        operation = request.operation
        if operation.template_id:
            template = self._templates.get(bucket, operation.template_id)
            return template, template.voice_separate
        if operation.voice_separate is None:
            raise invalid_argument("Request.Operation has neither TemplateId nor VoiceSeparate. Give one.")
        return None, operation.voice_separate

    def open_queue(self, bucket: str, queue_id: str) -> str:
        """Return the id of the queue that the next job goes to; an id nobody made here is taken as it comes.

        Raises CloudError 403 QueuePaused or QueueSaturated.
        """
        queue = self._queues.find(bucket, queue_id) if queue_id else self._queues.get(bucket, CATEGORY)
        if queue is None:
            return queue_id
        if queue.state == "Paused":
            message = f"The queue {queue.name!r} of the bucket {bucket!r} is paused. Set its State to Active."
            raise CloudError(403, "QueuePaused", message)
        waiting = sum(job.state is State.SUBMITTED for job in self._jobs.of_queue(queue.queue_id))
        if waiting >= queue.max_size:
            message = f"{waiting} jobs wait in the queue {queue.name!r} of the bucket {bucket!r}. Submit again later."
            raise CloudError(403, "QueueSaturated", message)
        return queue.queue_id
