"""Cancel: a job that CI has not begun, or an upload that waits for CI to take it, is given up."""

from dataclasses import dataclass

from voice_separation.bucket import Bucket
from voice_separation.clock import Clock
from voice_separation.completion import Completion
from voice_separation.errors import NothingToCancel
from voice_separation.index import keys
from voice_separation.index.documents import Reason, Refused
from voice_separation.index.writer import IndexWriter
from voice_separation.jobs.states import JobState
from voice_separation.story import Story
from voice_separation.tencent.ci import Ci


@dataclass(frozen=True)
class Cancelling:
    """Gives up uploads of one bucket."""

    bucket: Bucket
    ci: Ci
    writer: IndexWriter
    completion: Completion
    clock: Clock

    def what(self, story: Story) -> str:
        """Return what would be cancelled, in words. Raises NothingToCancel."""
        begun = [job.job_id for job in story.jobs if job.state == JobState.RUNNING.value]
        if begun:
            raise NothingToCancel(f"job {begun[0]} runs, and CI cancels no job that has begun; wait for its end")
        if story.running:
            return f"job {', '.join(story.running)}"
        if story.waiting:
            return f"{story.waiting.upload.key}, which waits"
        told = story.upload.key if story.upload else ", ".join(story.ended)
        raise NothingToCancel(f"{told}: no job of it runs and it does not wait, so there is nothing to cancel")

    def cancel(self, story: Story) -> tuple[str, ...]:
        """Cancel what is not done yet; return the ids of the jobs that were cancelled.

        Whether CI notifies of it is not documented, so the entry is stored here. An upload that waits is refused first
        and leaves the waiting room then, or whoever looks in between would take it for lost.
        Raises NothingToCancel, and the TencentRefusal of CI for a job that has begun.
        """
        self.what(story)
        for job_id in story.running:
            self.ci.cancel_job(self.bucket, job_id)
            detail = self.ci.describe_jobs(self.bucket, (job_id,)).of(job_id)
            if detail:
                self.completion.store(detail)
        if story.waiting:
            upload = story.waiting.upload
            reason = Reason(error="Cancelled", code="", message="somebody cancelled it; `voicesep retry` submits it")
            self.writer.refused(Refused(reason=reason, refused_at=self.clock.now(), upload=upload))
            self.writer.remove(keys.waiting(upload.upload_id))
        return story.running
