"""What CI answers to `POST /jobs` and `GET /jobs/<ids>`."""

from dataclasses import dataclass

from pydantic import ValidationError

from voice_separation.jobs.detail import JobDetail, JobId
from voice_separation.jobs.nodes import MalformedXml, Many, Node, parse_xml


class MalformedAnswer(ValueError):
    """An answer of CI in which no job can be read."""


class _Response(Node):
    jobs_detail: Many[JobDetail] = ()
    non_exist_job_ids: Many[JobId] = ()


@dataclass(frozen=True)
class Jobs:
    """Jobs that CI knows, and ids among those asked for that it does not."""

    details: tuple[JobDetail, ...]
    unknown_ids: tuple[str, ...] = ()

    def of(self, job_id: str) -> JobDetail | None:
        """Return the job of that id, if CI knows it."""
        return next((detail for detail in self.details if detail.job_id == job_id), None)


def parse_jobs(body: bytes) -> Jobs:
    """Read the XML of an answer.

    Raises MalformedAnswer.
    """
    try:
        response = _Response.model_validate(parse_xml(body).get("Response") or {})
    except (MalformedXml, ValidationError) as error:
        raise MalformedAnswer(f"CI's answer cannot be read as jobs: {type(error).__name__}") from error
    return Jobs(response.jobs_detail, response.non_exist_job_ids)
