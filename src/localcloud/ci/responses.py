"""The wire of CI: requests in, operations on `Ci`, answers out."""

from starlette.requests import Request
from starlette.responses import Response

from localcloud.ci.job_request import read_job_request
from localcloud.ci.models import Ci
from localcloud.ci.nodes import invalid_argument
from localcloud.ci.rendering import render_answer
from localcloud.errors import not_implemented
from localcloud.hosts import CiHost

MAX_JOB_IDS = 10  # 436/120621


class CiWire:
    """Answers what comes for a CI host. Whose request it is has been asked before."""

    def __init__(self, ci: Ci) -> None:
        self._ci = ci

    async def handle(self, request: Request, host: CiHost) -> Response:
        """Answer one request about the bucket of `host`. Raises CloudError for every refusal."""
        path = request.scope["path"]
        match request.method, path.partition("/jobs/"):
            case "POST", ("/jobs", "", ""):
                return await self._create_media_jobs(request, host)
            case "GET", ("", "/jobs/", job_ids) if job_ids:
                return self._describe_media_job(job_ids, host)
            case _:
                raise not_implemented(f"CI's {request.method} {path}")

    async def _create_media_jobs(self, request: Request, host: CiHost) -> Response:
        """Answer POST /jobs (460/84794)."""
        job = self._ci.submit(host.bucket, host.region, read_job_request(await request.body()))
        return _xml(render_answer([job]))

    def _describe_media_job(self, job_ids: str, host: CiHost) -> Response:
        """Answer GET /jobs/<id>,<id>... (436/120621): ids nobody knows are named in the answer, not refused."""
        ids = job_ids.split(",")
        if len(ids) > MAX_JOB_IDS:
            raise invalid_argument(f"{len(ids)} jobs are asked for at once. Ask for at most {MAX_JOB_IDS}.")
        found = self._ci.get(host.bucket, ids)
        return _xml(render_answer(found.jobs, found.missing))


def _xml(body: bytes) -> Response:
    return Response(body, media_type="application/xml")
