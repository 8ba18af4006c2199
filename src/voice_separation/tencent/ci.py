"""The jobs API of CI: submit, ask for, list and cancel jobs (460/84794, 436/120621, 460/84766, 436/67209)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from voice_separation.bucket import Bucket
from voice_separation.tencent.refusals import CREATE_JOB
from voice_separation.tencent.transport import Request, Session

if TYPE_CHECKING:
    from voice_separation.jobs.answer import Jobs
    from voice_separation.jobs.detail import JobDetail
    from voice_separation.jobs.listing import JobFilter
    from voice_separation.jobs.request import JobRequest
    from voice_separation.jobs.ticket import JobTicket

MOST_IDS = 10
SECONDS_FOR_A_JOB = 5.0  # with less time left the answer might come too late to be noted


@dataclass(frozen=True)
class Ci:
    """CI's jobs, for one invocation; `endpoint` is where to connect instead of the public hosts."""

    session: Session
    endpoint: str | None = None

    def create_job(self, bucket: Bucket, request: "JobRequest") -> "JobTicket":
        """Submit a job, exactly once: it is billed, and CI cannot tell a repetition from a second job.

        A 200 that carries a failed job is a job like any other: its entry will say why it failed.
        Raises Unreachable when the answer was lost or cannot be read (the job may run), NoTimeLeft, QueueSaturated,
        QueuePaused, Throttled, InputRefused, JobInvalid, Misconfigured.
        """
        from voice_separation.jobs.request import render
        from voice_separation.jobs.ticket import parse_ticket

        sent = self._request(CREATE_JOB, "POST", bucket, "/jobs", target=f"{bucket.name}/{request.object}")
        xml = {"Content-Type": "application/xml"}
        body = render(request)
        once = replace(sent, headers=xml, body=body, repeatable=False, least_seconds=SECONDS_FOR_A_JOB)
        return self.session.ask(once, parse_ticket)

    def describe_jobs(self, bucket: Bucket, job_ids: tuple[str, ...]) -> "Jobs":
        """Ask for up to 10 jobs by id; ids that CI does not know come back as such, not as an error."""
        if not 1 <= len(job_ids) <= MOST_IDS:
            raise ValueError(f"one call answers for 1 to {MOST_IDS} jobs, not {len(job_ids)}")
        ids = ",".join(job_ids)
        return self._jobs(self._request("DescribeMediaJob", "GET", bucket, f"/jobs/{ids}", target=ids))

    def list_jobs(self, bucket: Bucket, wanted: "JobFilter") -> "Iterator[JobDetail]":
        """Yield the jobs that pass a filter, page by page, the newest first."""
        request = self._request("DescribeMediaJobs", "GET", bucket, "/jobs", target=bucket.name)
        token: str | None = None
        while True:
            page = self._jobs(replace(request, params=wanted.params(token)))
            yield from page.details
            if not page.next_token or page.next_token == token:
                return
            token = page.next_token

    def cancel_job(self, bucket: Bucket, job_id: str) -> None:
        """Cancel a job that is not being executed yet; CI refuses it for any other."""
        path = f"/jobs/{job_id}"
        request = self._request("CancelMediaJob", "PUT", bucket, path, target=job_id)
        self.session.send(replace(request, params={"cancel": ""}))

    def _request(self, operation: str, method: str, bucket: Bucket, path: str, *, target: str) -> Request:
        return Request(operation, target, method, bucket.ci_host, path, service="ci", endpoint=self.endpoint)

    def _jobs(self, request: Request) -> "Jobs":
        from voice_separation.jobs.answer import parse_jobs

        return self.session.ask(request, parse_jobs)
