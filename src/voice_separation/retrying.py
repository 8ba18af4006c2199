"""Retry: an upload that ended without stems, was refused or waits is submitted again, whatever stands in its way.

The order of the steps makes each of them safe to die after:

1. an entry is stored for every job that has ended, where none is, so that nothing that happened is lost;
2. the notes of these jobs are removed, for the note of the next job may have the same key. The upload is as before;
3. `waiting/` says that it is to be tried again, and in spite of which jobs. From here on `reconcile` would finish it;
4. `refused/` is removed;
5. it is submitted as `reconcile` would: claimed with the next attempt, and only after a look for a job in CI;
6. it leaves the waiting room.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from voice_separation.bucket import Bucket
from voice_separation.clock import Clock
from voice_separation.completion import Completion
from voice_separation.concurrency import Map
from voice_separation.errors import ObjectNotFound, VoiceSeparationError
from voice_separation.index import documents, keys
from voice_separation.index.writer import IndexWriter
from voice_separation.outcomes import Candidate, Outcome
from voice_separation.story import Story
from voice_separation.submitter import SETTLED_TOGETHER, Submitter
from voice_separation.tencent.cos import Cos, ObjectHead


@dataclass(frozen=True)
class Retrying:
    """Submits uploads of one bucket again; `again` also those that succeeded."""

    bucket: Bucket
    cos: Cos
    writer: IndexWriter
    completion: Completion
    submitter: Submitter
    clock: Clock
    again: bool = False
    many: Map = map

    def reason_against(self, story: Story) -> str | None:
        """Return why there is nothing to retry, None when there is."""
        if story.upload is None:
            return "this app did not submit it"
        if story.running:
            return f"its job {story.running[0]} has not ended"
        if story.succeeded and not self.again:
            return "it was separated already"
        if story.is_claimed(self.clock.now()):
            return "it is being submitted"
        return None

    def retry_all(self, stories: Sequence[Story]) -> Iterator[Outcome]:
        """Yield what became of each upload, in slices; one that fails stops no other."""
        for begin in range(0, len(stories), SETTLED_TOGETHER):
            prepared = list(self.many(self._prepare_safely, stories[begin : begin + SETTLED_TOGETHER]))
            candidates = [each for each in prepared if isinstance(each, Candidate)]
            submitted = dict(zip(candidates, self.submitter.submit_all(candidates), strict=True))
            for each in prepared:
                yield self._leave_the_room(each, submitted[each]) if isinstance(each, Candidate) else each

    def _prepare_safely(self, story: Story) -> Candidate | Outcome:
        try:
            return self._prepare(story)
        except VoiceSeparationError as error:
            upload = story.upload
            return (
                Outcome("failed", upload.key, upload.upload_id, error=error)
                if upload
                else Outcome("failed", error=error)
            )

    def _prepare(self, story: Story) -> Candidate | Outcome:
        """Clear the way for the next attempt, up to the waiting room."""
        reason, upload = self.reason_against(story), story.upload
        if upload is None:
            return Outcome("skipped", reason=reason)
        if reason:
            return Outcome("skipped", upload.key, upload.upload_id, reason=reason)
        head = self._head(upload)
        if isinstance(head, str):
            return Outcome("skipped", upload.key, upload.upload_id, reason=head)
        self._file_what_has_ended(story)
        waiting = self._waiting(story, upload)
        self.writer.waiting(waiting)
        if story.refused:
            self.writer.remove(keys.refused(upload.upload_id))
        return Candidate(upload.to_upload(), head, waiting)

    def _head(self, upload: documents.Upload) -> ObjectHead | str:
        """Return the facts of the object, or why there is no such upload any more."""
        try:
            head = self.cos.head(self.bucket, upload.key)
        except ObjectNotFound:
            return "the object is gone"
        return head if head.etag == upload.etag else "the object was replaced; its new content is another upload"

    def _file_what_has_ended(self, story: Story) -> None:
        for job in story.jobs:
            if job.finished and not self.completion.is_filed(job):
                self.completion.store(job)
        for note in story.notes:
            if note.pending.job_id in story.ended or note in story.lost:
                self.writer.remove(note.key)

    def _waiting(self, story: Story, upload: documents.Upload) -> documents.Waiting:
        now = self.clock.now()
        waited = story.waiting
        reason = documents.Reason(error="Retried", code="", message="somebody wants it tried again")
        return documents.Waiting(
            reason=waited.reason if waited else reason,
            reason_since=waited.reason_since if waited else now,
            attempts=max(story.attempts, waited.attempts if waited else 0),
            waiting_since=waited.waiting_since if waited else now,
            next_attempt_at=now,
            retry_of=story.ended,
            upload=upload,
        )

    def _leave_the_room(self, candidate: Candidate, outcome: Outcome) -> Outcome:
        if outcome.leaves_the_room:
            self.writer.remove(keys.waiting(candidate.upload.id))
        return outcome
