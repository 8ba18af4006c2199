"""What CI answers to submitting, asking for and listing jobs (460/84794, 436/120621, 460/84766)."""

from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError

from voice_separation.jobs.detail import JobDetail, JobId
from voice_separation.jobs.nodes import MalformedXml, Many, Node, Text, parse_xml


class MalformedAnswer(ValueError):
    """An answer of CI that cannot be read as what it should be."""


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


NodeT = TypeVar("NodeT", bound=Node)


def parse_answer(model: type[NodeT], body: bytes) -> NodeT:
    """Read the `<Response>` of an answer as a model.

    Raises MalformedAnswer.
    """
    try:
        tree = parse_xml(body)
        if "Response" not in tree:
            raise MalformedAnswer("CI's answer is no Response")
        return model.model_validate(tree["Response"] or {})
    except (MalformedXml, ValidationError) as error:
        raise MalformedAnswer(f"CI's answer cannot be read: {type(error).__name__}") from error
