"""Everything that is known of one upload: its documents in the index, and its jobs as CI tells them now."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
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
from voice_separation.index.views import HOUR
from voice_separation.jobs.detail import JobDetail
from voice_separation.jobs.listing import JobFilter
from voice_separation.jobs.states import FINISHED, JobState
from voice_separation.tencent.ci import MOST_IDS, Ci
from voice_separation.tencent.cos import Cos
from voice_separation.upload_state import Evidence, UploadState
from voice_separation.uploads import Upload, upload_id_of

MOST_ARRIVAL_HOURS = 24 * 4  # a callback comes within CALLBACK_TTL_HOURS, 72 by default
_UPLOAD_ID = re.compile(r"[0-9a-f]{32}")
_JOB_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True)
class Note:
    """A document of `pending/`, and its key."""

    key: str
    pending: Pending


@dataclass(frozen=True)
class Story:
    """One upload's, or with `upload` None that of a job which this app did not start.

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
    def running(self) -> tuple[str, ...]:
        """The jobs that have not ended."""
        return tuple(job.job_id for job in self.jobs if job.job_id not in self.ended)

    @property
    def lost(self) -> tuple[Note, ...]:
        """Notes of jobs that CI does not know, and of which there is no entry."""
        known = {job.job_id for job in self.jobs} | {entry.job_id for entry in self.entries}
        return tuple(note for note in self.notes if note.pending.job_id not in known)

    @property
    def succeeded(self) -> bool:
        """Whether one of its jobs has made stems."""
        states = {job.state for job in self.jobs} | {entry.state for entry in self.entries}
        return JobState.SUCCESS.value in states

    @property
    def attempts(self) -> int:
        """The number of the last attempt to submit it."""
        return max((claim.attempt for claim in self.claims), default=0)

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

        A key is that of its present content, or where it was deleted of its last one that CI had a job for. What could
        be a job_id and a key is the job_id.
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
        jobs = self._jobs(upload, notes)
        return Story(
            upload=upload,
            claims=claims,
            waiting=self.reader.read(keys.waiting(upload.upload_id), Waiting),
            refused=self.reader.read(keys.refused(upload.upload_id), Refused),
            notes=notes,
            jobs=jobs,
            entries=self._entries(upload.upload_id, jobs, notes),
        )

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

    def _entries(self, upload_id: str, jobs: tuple[JobDetail, ...], notes: tuple[Note, ...]) -> tuple[Entry, ...]:
        found = {job.job_id: self.reader.read(keys.job(job.job_id), Entry) for job in jobs}
        found |= {note.pending.job_id: self.reader.read(keys.job(note.pending.job_id), Entry) for note in notes}
        for listed in self.reader.list(f"{keys.UPLOADS}{upload_id}/"):
            entry = self.reader.read(listed.key, Entry)
            if entry:
                found[entry.job_id] = entry
        return tuple(sorted((entry for entry in found.values() if entry), key=lambda entry: entry.job_id))

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
