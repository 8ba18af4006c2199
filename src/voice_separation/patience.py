"""When an upload that CI could not take is tried again."""

from datetime import datetime, timedelta

from voice_separation.errors import (
    Misconfigured,
    NoTimeLeft,
    QueuePaused,
    QueueSaturated,
    Throttled,
    VoiceSeparationError,
)

NO_ROOM = (QueueSaturated, QueuePaused, Throttled)  # a definite no: there is no job, and the next upload gets the same
MISCONFIGURED_AGAIN_AFTER = timedelta(minutes=5)  # doubled with each attempt
LONGEST_WAIT = timedelta(hours=6)
LISTED_AFTER = timedelta(minutes=2)  # after its creation a job is in CI's list: no page says when, so amply


def next_attempt_at(now: datetime, error: VoiceSeparationError, attempt: int) -> datetime:
    """Return when to try again: at the timer's next run after a definite no.

    Without an answer there may be a job: it is looked for when CI is sure to list it. What somebody has to correct is
    tried ever later.
    """
    if isinstance(error, (*NO_ROOM, NoTimeLeft)):  # nothing was accepted, or nothing was sent
        return now
    if isinstance(error, Misconfigured):
        return now + min(LONGEST_WAIT, MISCONFIGURED_AGAIN_AFTER * (1 << min(attempt - 1, 10)))
    return now + LISTED_AFTER
