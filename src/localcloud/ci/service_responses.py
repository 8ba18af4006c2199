"""The wire of opening services (1045/73363 to 1045/73365, 1045/43671)."""

from starlette.requests import Request
from starlette.responses import Response

from localcloud.ci import times
from localcloud.ci.answers import answer_nodes, not_offered
from localcloud.ci.models import Ci
from localcloud.ci.nodes import Nodes, read_parameters
from localcloud.ci.services import ServiceBucket, ServiceBucketFilter, ServiceBuckets
from localcloud.hosts import CiHost


class ServiceWire:
    """Answers what is asked of /asrbucket or /mediabucket.

    A bucket's host is asked to open and to close the service, a region's which buckets have it.
    """

    def __init__(self, ci: Ci, buckets: ServiceBuckets) -> None:
        self._ci = ci
        self._buckets = buckets

    async def handle(self, request: Request, host: CiHost, names: list[str]) -> Response:
        """Answer one request about a bucket. Raises CloudError for every refusal."""
        match request.method, names:
            case "POST", []:
                return answer_nodes(request, {self._buckets.service.node: _nodes(self._buckets.open(host.bucket))})
            case "DELETE", []:
                self._ci.close_service(self._buckets, host.bucket)
                # The document of a sibling service (1045/72922) shows BucketName; for these two it is UNVERIFIED.
                return answer_nodes(request, {"BucketName": host.bucket})
            case _:
                raise not_offered(request)

    def handle_region(self, request: Request) -> Response:
        """Answer one request about no bucket in particular. Raises CloudError for every refusal."""
        if request.method != "GET":
            raise not_offered(request)
        wanted = read_parameters(ServiceBucketFilter, request.query_params)
        page = wanted.page_of([bucket for bucket in self._buckets.all() if wanted.admits(bucket)])
        buckets = {f"{self._buckets.service.node}List": [_nodes(bucket) for bucket in page.items]}
        return answer_nodes(request, {**page.nodes(), **buckets})


def _nodes(bucket: ServiceBucket) -> Nodes:
    return {
        "BucketId": bucket.name,
        "Name": bucket.name,
        "Region": bucket.region,
        "CreateTime": times.written(bucket.create_time),
    }
