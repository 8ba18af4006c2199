"""When an upload that CI could not take is tried again, and for how long."""

from datetime import datetime, timedelta

from voice_separation.errors import (
    JobInvalid,
    Misconfigured,
    NoTimeLeft,
    QueuePaused,
    QueueSaturated,
    Throttled,
    VoiceSeparationError,
)

NO_ROOM = (QueueSaturated, QueuePaused, Throttled)  # a definite no: there is no job, and the next upload gets the same
TO_BE_CORRECTED = (Misconfigured, JobInvalid)  # by somebody, sooner or later
SHORTEST_WAIT = timedelta(minutes=5)  # for that
LONGEST_WAIT = timedelta(hours=6)
GIVEN_UP_AFTER = timedelta(days=3)  # as a notice is
LISTED_AFTER = timedelta(minutes=2)  # after its creation a job is in CI's list: no page says when, so amply


def next_attempt_at(now: datetime, error: VoiceSeparationError, since: datetime) -> datetime:
    """Return when to try again: at the timer's next run after a definite no.

    Without an answer there may be a job: it is looked for when CI is sure to list it. What somebody has to correct is
    tried ever later, for it waits as long again as it has waited `since` then.
    """
    if isinstance(error, (*NO_ROOM, NoTimeLeft)):  # nothing was accepted, or nothing was sent
        return now
    if isinstance(error, TO_BE_CORRECTED):
        return now + min(LONGEST_WAIT, max(SHORTEST_WAIT, now - since))
    return now + LISTED_AFTER


def is_given_up(now: datetime, error: VoiceSeparationError, since: datetime) -> bool:
    """Tell whether to try no more what was refused `since` then.

    What CI calls invalid may be so for ever. What the role may not do, it may do again: that is never given up.
    """
    return isinstance(error, JobInvalid) and now - since >= GIVEN_UP_AFTER
