"""What submitting tells of a job, before there is more to know; `JobDetail` has the rest."""

from typing import Annotated

from pydantic import StringConstraints

from voice_separation.jobs.nodes import Many, Node, Text
from voice_separation.jobs.response import MalformedAnswer, parse_answer

TAG = "VoiceSeparate"

# CI's samples are `j` and 32 hex digits; what is not at least of this kind cannot become a path or an index key.
JOB_ID = "[A-Za-z0-9_-]{1,64}"
JobId = Annotated[str, StringConstraints(pattern=f"^{JOB_ID}$", strip_whitespace=True)]


class JobTicket(Node):
    """By what CI knows a job, and how it is."""

    job_id: JobId
    state: Annotated[str, StringConstraints(strip_whitespace=True)]
    code: Text = None
    message: Text = None


class _Submitted(Node):
    jobs_detail: Many[JobTicket] = ()


def parse_ticket(body: bytes) -> JobTicket:
    """Read the job in the answer to `POST /jobs` (460/84794).

    Raises MalformedAnswer, also when there is no job in it.
    """
    submitted = parse_answer(_Submitted, body).jobs_detail
    if not submitted:
        raise MalformedAnswer("there is no job in the answer")
    return submitted[0]
