"""The calls of the CI jobs API: submit a job, ask for jobs (460/84794, 436/120621)."""

from dataclasses import dataclass

from voice_separation.bucket import Bucket
from voice_separation.errors import Misconfigured, Unavailable
from voice_separation.jobs.answer import Jobs, MalformedAnswer, parse_jobs
from voice_separation.jobs.detail import JobDetail
from voice_separation.jobs.request import JobRequest, render
from voice_separation.tencent.transport import Answer, Request, Session

MOST_IDS = 10


@dataclass(frozen=True)
class Ci:
    """CI, for one invocation; `endpoint` is where to connect instead of the public hosts."""

    session: Session
    endpoint: str | None = None

    def create_job(self, bucket: Bucket, request: JobRequest) -> JobDetail:
        """Submit a job, exactly once: it is billed, and CI cannot tell a repetition from a second job.

        Raises Unreachable when the answer was lost (the job may run), QueueSaturated, QueuePaused, Throttled,
        InputRefused, Misconfigured.
        """
        answer = self.session.send(
            Request(
                operation="CreateMediaJobs",
                target=f"{bucket.name}/{request.object}",
                method="POST",
                host=bucket.ci_host,
                path="/jobs",
                headers={"Content-Type": "application/xml"},
                body=render(request),
                service="ci",
                repeatable=False,
                endpoint=self.endpoint,
            )
        )
        jobs = _jobs("CreateMediaJobs", request.object, answer)
        if not jobs.details:
            raise Unavailable(
                "CreateMediaJobs",
                request.object,
                status=200,
                code="MalformedAnswer",
                reason="no job in the answer",
            )
        job = jobs.details[0]
        if job.state == "Failed":  # not documented, not excluded: an accepted request for a job that failed
            raise Misconfigured(
                "CreateMediaJobs",
                request.object,
                status=200,
                code=job.code or "Failed",
                reason=job.message or "",
            )
        return job

    def describe_jobs(self, bucket: Bucket, job_ids: tuple[str, ...]) -> Jobs:
        """Ask for up to 10 jobs by id; ids that CI does not know come back as such, not as an error."""
        if not 1 <= len(job_ids) <= MOST_IDS:
            raise ValueError(f"one call answers for 1 to {MOST_IDS} jobs, not {len(job_ids)}")
        target = ",".join(job_ids)
        answer = self.session.send(
            Request(
                operation="DescribeMediaJob",
                target=target,
                method="GET",
                host=bucket.ci_host,
                path=f"/jobs/{target}",
                service="ci",
                endpoint=self.endpoint,
            )
        )
        return _jobs("DescribeMediaJob", target, answer)


def _jobs(operation: str, target: str, answer: Answer) -> Jobs:
    try:
        return parse_jobs(answer.body)
    except MalformedAnswer as error:
        raise Unavailable(operation, target, status=answer.status, code="MalformedAnswer", reason=str(error)) from error
