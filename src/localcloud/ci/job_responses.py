"""The wire of jobs: CreateMediaJobs, DescribeMediaJob, DescribeMediaJobs and CancelMediaJob."""

from starlette.requests import Request
from starlette.responses import Response

from localcloud.ci.answers import answer, not_offered
from localcloud.ci.job_request import read_job_request
from localcloud.ci.listing import JobFilter
from localcloud.ci.models import Ci
from localcloud.ci.nodes import invalid_argument, read_parameters
from localcloud.ci.rendering import render_answer, render_page
from localcloud.hosts import CiHost

MAX_JOB_IDS = 10  # 436/120621


class JobWire:
    """Answers what is asked of /jobs."""

    def __init__(self, ci: Ci) -> None:
        self._ci = ci

    async def handle(self, request: Request, host: CiHost, names: list[str]) -> Response:
        """Answer one request. Raises CloudError for every refusal."""
        match request.method, names:
            case "POST", []:
                return await self._create_media_jobs(request, host)
            case "GET", []:
                return self._describe_media_jobs(request, host)
            case "GET", [job_ids] if job_ids:
                return self._describe_media_job(job_ids, host)
            case "PUT", [job_id] if job_id and "cancel" in request.query_params:
                return self._cancel_media_job(job_id, host)
            case _:
                raise not_offered(request)

    async def _create_media_jobs(self, request: Request, host: CiHost) -> Response:
        """Answer POST /jobs (460/84794)."""
        job = self._ci.submit(host.bucket, host.region, read_job_request(await request.body()))
        return answer(render_answer([job]))

    def _describe_media_jobs(self, request: Request, host: CiHost) -> Response:
        """Answer GET /jobs (460/84766)."""
        return answer(render_page(self._ci.list(host.bucket, read_parameters(JobFilter, request.query_params))))

    def _describe_media_job(self, job_ids: str, host: CiHost) -> Response:
        """Answer GET /jobs/<id>,<id>... (436/120621): ids nobody knows are named in the answer, not refused."""
        ids = job_ids.split(",")
        if len(ids) > MAX_JOB_IDS:
            raise invalid_argument(f"{len(ids)} jobs are asked for at once. Ask for at most {MAX_JOB_IDS}.")
        found = self._ci.get(host.bucket, ids)
        return answer(render_answer(found.jobs, found.missing))

    def _cancel_media_job(self, job_id: str, host: CiHost) -> Response:
        """Answer PUT /jobs/<id>?cancel (1045/43702)."""
        self._ci.cancel(host.bucket, job_id)
        return Response()
