"""What is to be submitted, and what became of it."""

from dataclasses import dataclass
from typing import Literal

from voice_separation.errors import VoiceSeparationError
from voice_separation.index import documents
from voice_separation.tencent.cos import ObjectHead
from voice_separation.uploads import Upload


@dataclass(frozen=True)
class Outcome:
    """What became of an upload. `error` is why it waits or failed; with `needs_somebody` it has to be corrected."""

    result: Literal["submitted", "skipped", "refused", "held", "waiting", "failed"]
    key: str = ""
    upload_id: str | None = None
    job_id: str | None = None
    reason: str | None = None
    error: VoiceSeparationError | None = None
    needs_somebody: bool = False

    @property
    def alarming(self) -> bool:
        """Whether the platform should show red."""
        return self.result == "failed" or self.needs_somebody

    @property
    def leaves_the_room(self) -> bool:
        """Whether an upload that has waited waits no more."""
        return self.result in {"submitted", "refused", "skipped"}

    def report(self) -> dict[str, str | None]:
        """Return the outcome for the result of the function, which the platform logs."""
        told = {
            "result": self.result,
            "key": self.key,
            "upload_id": self.upload_id,
            "job_id": self.job_id,
            "reason": self.reason,
        }
        return {name: value for name, value in told.items() if value is not None}


@dataclass(frozen=True, eq=False)
class Candidate:
    """An upload to submit, what COS says of it, and its place in the waiting room, if it comes from there."""

    upload: Upload
    head: ObjectHead
    waited: documents.Waiting | None = None

    @property
    def attempt(self) -> int:
        """The number of the next attempt."""
        return self.waited.attempts + 1 if self.waited else 1

    @property
    def retry_of(self) -> tuple[str, ...]:
        """The jobs that are not to count as the upload's."""
        return self.waited.retry_of if self.waited else ()
