"""Use case of door 2: a finished job becomes an entry.

Straight way, three requests: ask CI for the job, write `jobs/`, write `log/`. Where a receiver is to be told there are
four more: look for the entry and write the notice before them, tell the receiver and remove the notice after them.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from voice_separation.bucket import Bucket
from voice_separation.capability import Grant
from voice_separation.clock import Clock, around
from voice_separation.errors import JobContradicts, JobUnknown, Unavailable
from voice_separation.index import keys
from voice_separation.index.entries import Entry, entry_of
from voice_separation.index.reader import IndexReader
from voice_separation.index.writer import IndexWriter
from voice_separation.jobs.answer import Jobs
from voice_separation.jobs.detail import JobDetail
from voice_separation.jobs.ticket import TAG
from voice_separation.telemetry import Event, Telemetry
from voice_separation.tencent.ci import Ci
from voice_separation.upload_state import weightier_entry
from voice_separation.uploads import upload_id_of

if TYPE_CHECKING:
    from voice_separation.notices import Notices


class Completed(IntEnum):
    """What became of a reported job, the better the smaller."""

    STORED = 1
    STILL_RUNNING = 2


@dataclass(frozen=True)
class Completion:
    """Stores the entries of finished jobs. What CI says on being asked counts, not what was sent."""

    ci: Ci
    index: IndexWriter
    reader: IndexReader
    bucket: Bucket
    clock: Clock
    telemetry: Telemetry
    verify: bool = True
    notices: "Notices | None" = None

    def complete_all(self, reported: tuple[JobDetail, ...], grant: Grant) -> Completed:
        """Store the entry of every reported job that the grant covers; return the worst of the outcomes.

        Raises JobUnknown, JobContradicts (after the other jobs were stored), and TencentRefusal when CI or COS
        cannot be reached, so that the sender tries again.
        """
        ids = tuple(dict.fromkeys(detail.job_id for detail in reported))
        jobs = self.ci.describe_jobs(self.bucket, ids) if self.verify else Jobs(reported)
        outcomes: list[Completed] = []
        refusals: list[JobUnknown | JobContradicts] = []
        for job_id in ids:
            try:
                messages = tuple(detail for detail in reported if detail.job_id == job_id)
                outcomes.append(self._complete(job_id, jobs, messages, grant))
            except (JobUnknown, JobContradicts) as error:
                self.telemetry.warning(
                    Event.JOB_REFUSED, job_id=job_id, error=type(error).__name__, cause=error.cause, reason=str(error)
                )
                refusals.append(error)
        if self.notices:
            self.notices.send_noted()
        if refusals:
            raise refusals[0]
        return max(outcomes)

    def _complete(self, job_id: str, jobs: Jobs, messages: tuple[JobDetail, ...], grant: Grant) -> Completed:
        detail = jobs.of(job_id)
        if detail is None and job_id in jobs.unknown_ids:
            raise JobUnknown(f"CI knows no job {job_id} of bucket {self.bucket.name}")
        if detail is None:
            raise Unavailable(
                "DescribeMediaJob", job_id, status=200, code="MalformedAnswer", reason="the answer leaves the job out"
            )
        self._check(detail, messages, grant)
        return self.store(detail)

    def store(self, detail: JobDetail) -> Completed:
        """Store the entry of a job if it has finished."""
        telemetry = self.telemetry.bind(job_id=detail.job_id, state=detail.state, upload_id=upload_id_of(detail))
        if not detail.finished:
            telemetry.info(Event.JOB_RUNNING)
            return Completed.STILL_RUNNING
        entry = entry_of(detail, bucket=self.bucket.name, region=self.bucket.region)
        # When CI was asked and no receiver is told, nothing is read first: the bytes are the same anyway.
        stored = self.reader.read(keys.job(entry.job_id), Entry) if self.notices or not self.verify else None
        if not self.verify:  # messages come late and in any order, CI's own word does not
            entry = weightier_entry(stored, entry) or entry
        if self.notices and (stored is None or stored.state != entry.state):
            self.notices.note(entry)
        self.index.entry(entry, arrived_at=self.clock.now())
        telemetry.info(Event.ENTRY_STORED, key=entry.input.key, code=entry.code, outputs=len(entry.outputs))
        return Completed.STORED

    def is_filed(self, detail: JobDetail) -> bool:
        """Tell whether somebody has stored both the entry of a finished job and its copy in the log.

        The copy was written right after the entry, so the entry's age tells under which hour; storing it again
        would only file the job under a second hour.
        """
        stored = self.reader.exists(keys.job(detail.job_id))
        if stored is None:
            return False
        hours = dict.fromkeys(keys.log(detail.job_id, moment) for moment in around(stored.last_modified))
        return any(self.reader.exists(key) for key in hours)

    def _check(self, detail: JobDetail, messages: tuple[JobDetail, ...], grant: Grant) -> None:
        """Raise JobContradicts unless the job is of this bucket and Tag, and of the upload granted and reported.

        The upload_id is a digest of bucket, key and ETag, so one comparison covers all three. A message that names no
        upload contradicts none; its state is not compared, for CI may know more by now.
        """
        upload_id = upload_id_of(detail)
        if detail.tag not in (None, TAG):
            raise JobContradicts("tag", f"job {detail.job_id} is a {detail.tag} job")
        if _bucket_of(detail) not in (None, self.bucket.name):
            raise JobContradicts("bucket", f"job {detail.job_id} is of another bucket")
        if grant.upload_id not in (None, upload_id):
            reason = f"job {detail.job_id} is not the job of the upload that the address is for"
            raise JobContradicts("capability", reason)
        for message in messages:
            if upload_id_of(message) not in (None, upload_id) or _bucket_of(message) not in (None, _bucket_of(detail)):
                raise JobContradicts("message", f"job {detail.job_id} is reported with another input than CI names")


def _bucket_of(detail: JobDetail) -> str | None:
    return (detail.input and detail.input.bucket_name) or None
