"""The states of a job, and which word on it outranks which.

    Submitted -> Running -> Success | Failed
    Submitted -> Pause -> Submitted           while the queue is paused
    Submitted | Pause -> Cancel

CI documents the states (460/84794), not the transitions. A finished job never regresses: Success outranks Failed,
Failed outranks Cancel, any of them outranks what is still to finish.
"""

from enum import Enum


class JobState(str, Enum):
    """The states that CI documents."""

    SUBMITTED = "Submitted"
    RUNNING = "Running"
    SUCCESS = "Success"
    FAILED = "Failed"
    PAUSE = "Pause"
    CANCEL = "Cancel"


FINISHED = frozenset({JobState.SUCCESS.value, JobState.FAILED.value, JobState.CANCEL.value})

_RANK: dict[str, int] = {
    JobState.SUBMITTED.value: 1,
    JobState.PAUSE.value: 2,
    JobState.RUNNING.value: 3,
    JobState.CANCEL.value: 4,
    JobState.FAILED.value: 5,
    JobState.SUCCESS.value: 6,
}


def rank(state: str) -> int:
    """Return how much the word of a state weighs; a state that nobody has documented weighs nothing."""
    return _RANK.get(state, 0)
