"""What CI answers to submitting, asking for and listing jobs (460/84794, 436/120621, 460/84766)."""

from dataclasses import dataclass

from voice_separation.jobs.detail import JobDetail
from voice_separation.jobs.nodes import Many, Node, Text
from voice_separation.jobs.response import parse_answer
from voice_separation.jobs.ticket import JobId


class _Response(Node):
    jobs_detail: Many[JobDetail] = ()
    non_exist_job_ids: Many[JobId] = ()
    next_token: Text = None


@dataclass(frozen=True)
class Jobs:
    """Jobs that CI knows, ids among those asked for that it does not, and where the next page of a list begins."""

    details: tuple[JobDetail, ...]
    unknown_ids: tuple[str, ...] = ()
    next_token: str | None = None

    def of(self, job_id: str) -> JobDetail | None:
        """Return the job of that id, if CI knows it."""
        return next((detail for detail in self.details if detail.job_id == job_id), None)


def parse_jobs(body: bytes) -> Jobs:
    """Read the XML of an answer.

    Raises MalformedAnswer.
    """
    response = parse_answer(_Response, body)
    return Jobs(response.jobs_detail, response.non_exist_job_ids, response.next_token)
