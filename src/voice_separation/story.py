"""Everything that is known of one upload: its documents in the index, and its jobs as CI tells them now."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce

from voice_separation.bucket import Bucket
from voice_separation.clock import Clock
from voice_separation.concurrency import Map
from voice_separation.errors import NothingKnown, ObjectNotFound
from voice_separation.index import documents, keys
from voice_separation.index.documents import Claim, Pending, Refused, Waiting
from voice_separation.index.entries import Entry
from voice_separation.index.reader import IndexReader
from voice_separation.index.views import HOUR, Index, hour_start, read_segment
from voice_separation.jobs.detail import JobDetail
from voice_separation.jobs.listing import JobFilter
from voice_separation.jobs.states import FINISHED, JobState
from voice_separation.jobs.ticket import JOB_ID
from voice_separation.tencent.ci import MOST_IDS, Ci
from voice_separation.tencent.cos import Cos
from voice_separation.upload_state import Evidence, UploadState
from voice_separation.uploads import UPLOAD_ID, Upload, upload_id_of

MOST_ARRIVAL_HOURS = 24 * 4  # a callback comes within CALLBACK_TTL_HOURS, 72 by default
_UPLOAD_ID = re.compile(UPLOAD_ID)
_JOB_ID = re.compile(JOB_ID)


@dataclass(frozen=True)
class Note:
    """A document of `pending/`, and its key."""

    key: str
    pending: Pending


@dataclass(frozen=True)
class Story:
    """The story of one upload; with `upload` None, of a job that this app did not start.

    `jobs` are as CI tells them, the oldest first.
    """

    upload: documents.Upload | None
    claims: tuple[Claim, ...] = ()
    waiting: Waiting | None = None
    refused: Refused | None = None
    notes: tuple[Note, ...] = ()
    jobs: tuple[JobDetail, ...] = ()
    entries: tuple[Entry, ...] = ()

    @property
    def evidence(self) -> Evidence:
        """What the documents say together."""
        each = [
            Evidence(waiting=self.waiting, refused=self.refused),
            *(Evidence(claim=claim) for claim in self.claims),
            *(Evidence(pending=note.pending) for note in self.notes),
            *(Evidence(entry=entry) for entry in self.entries),
        ]
        return reduce(Evidence.merge, each)

    @property
    def state(self) -> UploadState:
        """How far the upload is; a job that runs counts, even after one that has ended."""
        if self.running and not self.succeeded:
            return UploadState.PENDING
        return self.evidence.state

    @property
    def in_a_word(self) -> str:
        """How far it is; how its jobs ended, once they have, in CI's words."""
        entry = self.evidence.entry
        return entry.state if entry and self.state is UploadState.FINISHED else self.state.name.capitalize()

    @property
    def ended(self) -> tuple[str, ...]:
        """The jobs that have ended, by CI's word or their entry's."""
        told = {job.job_id for job in self.jobs if job.finished}
        return tuple(sorted(told | {entry.job_id for entry in self.entries if entry.state in FINISHED}))

    @property
    def known(self) -> frozenset[str]:
        """The jobs that CI knows, or of which there is an entry."""
        return frozenset({job.job_id for job in self.jobs} | {entry.job_id for entry in self.entries})

    @property
    def named(self) -> frozenset[str]:
        """The jobs that CI knows or a document names; a claim names those that it was made in spite of."""
        retried = [job_id for document in (*self.claims, self.waiting) if document for job_id in document.retry_of]
        return self.known.union(retried, (note.pending.job_id for note in self.notes))

    @property
    def running(self) -> tuple[str, ...]:
        """The jobs that have not ended."""
        return tuple(job.job_id for job in self.jobs if job.job_id not in self.ended)

    @property
    def lost(self) -> tuple[Note, ...]:
        """Notes of jobs that CI does not know, and of which there is no entry."""
        return tuple(note for note in self.notes if note.pending.job_id not in self.known)

    @property
    def succeeded(self) -> bool:
        """Whether one of its jobs has made stems."""
        states = {job.state for job in self.jobs} | {entry.state for entry in self.entries}
        return JobState.SUCCESS.value in states

    @property
    def attempts(self) -> int:
        """The number of the last attempt to submit it."""
        return max((claim.attempt for claim in self.claims), default=0)

    def lacks_its_last_job(self, now: datetime) -> bool:
        """Tell whether the last claim was one in spite of jobs, and nothing here says what it has led to."""
        claim = self.evidence.claim
        if claim is None or claim.lease_until > now or self.waiting or self.refused or self.notes:
            return False
        return bool(claim.retry_of) and self.known.issubset(claim.retry_of)

    def is_claimed(self, now: datetime) -> bool:
        """Tell whether somebody submits it at this moment: his claim lives, and has led to nothing yet."""
        claim = self.evidence.claim
        led_somewhere = self.waiting or self.refused or self.notes or self.jobs or self.entries
        return claim is not None and claim.lease_until > now and not led_somewhere


@dataclass(frozen=True)
class Stories:
    """Gathers what is known of the uploads of one bucket; reads only."""

    bucket: Bucket
    cos: Cos
    ci: Ci
    reader: IndexReader
    clock: Clock
    many: Map = map

    def find(self, named: str) -> Story:
        """Return the story of what is named: an upload_id, the key of an object, or a job_id.

        A key means its present content; if the object is gone, the last one CI had a job for. What could be either is
        taken for a job_id.
        Raises NothingKnown.
        """
        if _UPLOAD_ID.fullmatch(named) and (known := self._upload(named)):
            return self.of(known)
        if story := self._of_job(named):  # before an object is looked for, which many a key may not do everywhere
            return story
        try:
            head = self.cos.head(self.bucket, named)
        except ObjectNotFound:
            return self._of_deleted(named)
        return self.of(documents.Upload.of(Upload(self.bucket, named, head.etag, head.size)))

    def of(self, upload: documents.Upload) -> Story:
        """Return the story of an upload."""
        claims = tuple(self._claims(upload.upload_id))
        notes = tuple(self._notes(upload.upload_id, claims))
        story = Story(
            upload=upload,
            claims=claims,
            waiting=self.reader.read(keys.waiting(upload.upload_id), Waiting),
            refused=self.reader.read(keys.refused(upload.upload_id), Refused),
            notes=notes,
            jobs=self._jobs(upload, notes),
        )
        story = replace(story, entries=self._entries(upload.upload_id, story.named))
        if story.lacks_its_last_job(self.clock.now()):
            return replace(story, entries=(*story.entries, *self._unnamed(upload.upload_id, story)))
        return story

    def arrivals(self, entry: Entry) -> tuple[datetime, ...]:
        """Return the hours (UTC) in which a job was reported, from its copies in the log."""
        stored = self.reader.exists(keys.job(entry.job_id))
        begin = entry.finished_at or entry.created_at
        if stored is None or begin is None:
            return ()
        moments = [begin + n * HOUR for n in range(min(MOST_ARRIVAL_HOURS, (stored.last_modified - begin) // HOUR + 2))]
        hours = dict.fromkeys(keys.log(entry.job_id, moment) for moment in (*moments, stored.last_modified))
        return tuple(keys.hour_of(key) for key in hours if self.reader.exists(key))

    def _claims(self, upload_id: str) -> Iterator[Claim]:
        listed = {each.key for each in self.reader.list(f"{keys.CLAIMS}{upload_id}/")} | {keys.claim(upload_id, 1)}
        found = self.many(lambda key: self.reader.read(key, Claim), sorted(listed, key=keys.attempt_in))
        return (claim for claim in found if claim)

    def _notes(self, upload_id: str, claims: tuple[Claim, ...]) -> Iterator[Note]:
        """Yield the notes of the hours in which it may have been submitted: whoever claims has until his lease ends."""
        hours = [self.clock.now(), *(moment for claim in claims for moment in (claim.claimed_at, claim.lease_until))]
        for key in dict.fromkeys(keys.pending(upload_id, hour) for hour in hours):
            pending = self.reader.read(key, Pending)
            if pending:
                yield Note(key, pending)

    def _jobs(self, upload: documents.Upload, notes: tuple[Note, ...]) -> tuple[JobDetail, ...]:
        """Return its jobs that CI knows: the noted ones may be too young for CI's list."""
        listed = self.ci.list_jobs(self.bucket, JobFilter(input_object=upload.key))
        jobs = {job.job_id: job for job in listed if upload_id_of(job) == upload.upload_id}
        others = tuple(note.pending.job_id for note in notes if note.pending.job_id not in jobs)[:MOST_IDS]
        if others:
            jobs |= {job.job_id: job for job in self.ci.describe_jobs(self.bucket, others).details}
        return tuple(sorted(jobs.values(), key=_age))

    def _entries(self, upload_id: str, named: frozenset[str]) -> tuple[Entry, ...]:
        """Return the entries of these jobs, and those in `uploads/`, which has one for each state."""
        places = {keys.job(job_id) for job_id in named}
        places |= {listed.key for listed in self.reader.list(f"{keys.UPLOADS}{upload_id}/")}
        found = self.many(lambda key: self.reader.read(key, Entry), sorted(places))
        each = {entry.job_id: entry for entry in found if entry}
        return tuple(each[job_id] for job_id in sorted(each))

    def _unnamed(self, upload_id: str, story: Story) -> tuple[Entry, ...]:
        """Return the entry of the last claim's job from the first segment that has it.

        Nothing names it where the entry of an earlier job was stored after it, in its place in `uploads/`, and CI has
        forgotten both. The job of an earlier claim is named by the next one.
        """
        index = self.reader.read(keys.INDEX, Index)
        since = hour_start(max(claim.claimed_at for claim in story.claims))
        for segment in [each for each in (index.segments if index else ()) if each.hour >= since][:MOST_ARRIVAL_HOURS]:
            entries = read_segment(self.reader.content(segment.key) or b"")
            found = tuple(each for each in entries if each.upload_id == upload_id and each.job_id not in story.known)
            if found:
                return found
        return ()

    def _upload(self, upload_id: str) -> documents.Upload | None:
        """Return which upload an upload_id names, as the documents of the index say it."""
        for claim in self._claims(upload_id):
            return claim.upload
        for document in (
            self.reader.read(keys.waiting(upload_id), Waiting),
            self.reader.read(keys.refused(upload_id), Refused),
        ):
            if document:
                return document.upload
        return None

    def _of_job(self, job_id: str) -> Story | None:
        if not _JOB_ID.fullmatch(job_id):
            return None
        entry = self.reader.read(keys.job(job_id), Entry)
        detail = self.ci.describe_jobs(self.bucket, (job_id,)).of(job_id)
        if entry is None and detail is None:
            return None
        upload_id = (entry and entry.upload_id) or (detail and upload_id_of(detail))
        known = self._upload(upload_id) if upload_id else None
        if known:
            return self.of(known)
        return Story(None, jobs=(detail,) if detail else (), entries=(entry,) if entry else ())

    def _of_deleted(self, key: str) -> Story:
        """Return the story of an object that is gone. Raises NothingKnown."""
        for job in self.ci.list_jobs(self.bucket, JobFilter(input_object=key)):
            upload_id = upload_id_of(job)
            if upload_id and (known := self._upload(upload_id)):
                return self.of(known)
        raise NothingKnown(
            f"{self.bucket.name} has no object, no upload and no job {key}; name one by its key, upload_id or job_id"
        )


def _age(job: JobDetail) -> tuple[float, str]:
    return (job.creation_time.timestamp() if job.creation_time else 0.0, job.job_id)
