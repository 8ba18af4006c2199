"""What must hold of any notification, whichever format it came in."""

import json
import re

from voice_separation.errors import NotificationError, RequestRefused
from voice_separation.index import keys
from voice_separation.index.entries import Entry, entry_of
from voice_separation.jobs.detail import JobDetail
from voice_separation.notifications import parse_notification

_JOB_KEY = re.compile(r"jobs/[0-9a-f]{2}/[A-Za-z0-9_-]{1,64}\.json", re.ASCII)
_STATUSES = {400, 415, 422}
MOST_BYTES_OUT = 4 * 1024 * 1024


def check_notification(body: bytes) -> None:
    """Read a notification: it is refused with a status of its own, or every job in it makes a sound entry."""
    try:
        details = parse_notification(body)
    except (NotificationError, RequestRefused) as refused:
        if refused.status not in _STATUSES:
            raise AssertionError(f"refused with {refused.status}") from refused
        return
    for detail in details:
        check_entry(detail)


def check_entry(detail: JobDetail) -> None:
    """Make the entry of a job: it is bounded, can be read again as it is, and has its place below `jobs/`."""
    entry = entry_of(detail, bucket="media-1250000000", region="ap-guangzhou")
    content = entry.content()
    if len(content) > MOST_BYTES_OUT:
        raise AssertionError(f"the entry has {len(content)} bytes")
    if Entry.model_validate(json.loads(content)).content() != content:
        raise AssertionError("the entry is not what was written")
    if not _JOB_KEY.fullmatch(keys.job(entry.job_id)):
        raise AssertionError("the entry would not lie below jobs/")
