"""XML from anywhere: a notification, an answer of CI or COS to the app, a request to the local CI."""

from fuzz.messages import check_entry, check_notification
from localcloud.ci.job_request import read_job_request
from localcloud.errors import CloudError
from voice_separation.errors import TencentRefusal
from voice_separation.jobs.answer import parse_jobs
from voice_separation.jobs.response import MalformedAnswer
from voice_separation.tencent.refusals import refusal

_LONGEST_ERROR = 2000


def target(data: bytes) -> None:
    """Read `data` in each of these ways; what is not understood is refused by name."""
    check_notification(data)
    _check_answer(data)
    _check_refusal(refusal("PutObject", "bucket/key", 403, {}, data))
    try:
        read_job_request(data)
    except CloudError as refused:
        if not 400 <= refused.status < 502:
            raise AssertionError(f"refused with {refused.status}") from refused


def _check_answer(data: bytes) -> None:
    try:
        jobs = parse_jobs(data)
    except MalformedAnswer:
        return
    for detail in jobs.details:
        check_entry(detail)


def _check_refusal(error: TencentRefusal) -> None:
    if len(str(error)) > _LONGEST_ERROR:
        raise AssertionError("what the vendor says is repeated without limit")
