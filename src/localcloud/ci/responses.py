"""The wire of CI: requests in, operations on `Ci`, answers out. Which part answers is for the path to say."""

from collections.abc import Mapping
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from localcloud.ci.answers import not_offered
from localcloud.ci.job_responses import JobWire
from localcloud.ci.models import Ci
from localcloud.ci.queue_responses import QueueWire
from localcloud.ci.service_responses import ServiceWire
from localcloud.ci.template_responses import TemplateWire
from localcloud.ci.workflow_responses import ExecutionWire, TriggerWire, WorkflowWire
from localcloud.hosts import CiHost, CiRegionHost


class _Wire(Protocol):
    async def handle(self, request: Request, host: CiHost, names: list[str]) -> Response:
        """Answer a request for what follows the resource in the path. Raises CloudError for every refusal."""


class CiWire:
    """Answers what comes for a CI host. Whose request it is has been asked before."""

    def __init__(self, ci: Ci) -> None:
        self._ci = ci
        self._services = {
            buckets.service.resource: ServiceWire(ci, buckets) for buckets in (ci.smart_audio, ci.media_processing)
        }
        self._wires: Mapping[str, _Wire] = {
            **self._services,
            "jobs": JobWire(ci),
            "template": TemplateWire(ci),
            "queue": QueueWire(ci, "Transcoding"),
            "asrqueue": QueueWire(ci, "Speeching"),
            "workflow": WorkflowWire(ci),
            "triggerworkflow": TriggerWire(ci),
            "workflowexecution": ExecutionWire(ci),
        }

    async def handle(self, request: Request, host: CiHost) -> Response:
        """Answer one request about the bucket of `host`. Raises CloudError for every refusal."""
        _, resource, *names = request.scope["path"].split("/")
        wire = self._wires.get(resource.lower())  # the vendor's Go SDK writes /Workflow
        if wire is None:
            raise not_offered(request)
        self._ci.require_bucket(host.bucket, host.region)
        return await wire.handle(request, host, names)

    async def handle_region(self, request: Request, _host: CiRegionHost) -> Response:
        """Answer one request about no bucket in particular. Raises CloudError for every refusal."""
        wire = self._services.get(request.scope["path"].removeprefix("/"))
        if wire is None:
            raise not_offered(request)
        return wire.handle_region(request)
