"""The wire of Smart Audio's activation (1045/73363, 1045/73364)."""

from starlette.requests import Request
from starlette.responses import Response

from localcloud.ci import times
from localcloud.ci.answers import answer_nodes, not_offered
from localcloud.ci.asr_buckets import AsrBucket, AsrBucketFilter
from localcloud.ci.models import Ci
from localcloud.ci.nodes import Nodes, read_parameters
from localcloud.hosts import CiHost


class AsrBucketWire:
    """Answers what is asked of /asrbucket: of a bucket's host to open the service, of a region's who has it."""

    def __init__(self, ci: Ci) -> None:
        self._ci = ci

    async def handle(self, request: Request, host: CiHost, names: list[str]) -> Response:
        """Answer one request about a bucket. Raises CloudError for every refusal."""
        if (request.method, names) != ("POST", []):
            raise not_offered(request)
        return answer_nodes(request, {"AsrBucket": _nodes(self._ci.asr_buckets.open(host.bucket))})

    def handle_region(self, request: Request) -> Response:
        """Answer one request about no bucket in particular. Raises CloudError for every refusal."""
        if (request.method, request.scope["path"]) != ("GET", "/asrbucket"):
            raise not_offered(request)
        wanted = read_parameters(AsrBucketFilter, request.query_params)
        page = wanted.page_of([bucket for bucket in self._ci.asr_buckets.all() if wanted.admits(bucket)])
        return answer_nodes(request, {**page.nodes(), "AsrBucketList": [_nodes(bucket) for bucket in page.items]})


def _nodes(bucket: AsrBucket) -> Nodes:
    return {
        "BucketId": bucket.name,
        "Name": bucket.name,
        "Region": bucket.region,
        "CreateTime": times.written(bucket.create_time),
    }
