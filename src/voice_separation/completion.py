"""Use case of door 2: a finished job becomes an entry.

Straight way, three requests: ask CI for the job, write `jobs/`, write `log/`.
"""

from dataclasses import dataclass
from enum import IntEnum

from voice_separation.bucket import Bucket
from voice_separation.capability import Grant
from voice_separation.clock import Clock
from voice_separation.errors import JobContradicts, JobUnknown, Unavailable
from voice_separation.index import keys
from voice_separation.index.entries import Entry, entry_of, upload_id_of
from voice_separation.index.reader import IndexReader
from voice_separation.index.writer import IndexWriter
from voice_separation.jobs.answer import Jobs
from voice_separation.jobs.detail import TAG, JobDetail
from voice_separation.telemetry import Event, Telemetry
from voice_separation.tencent.ci import Ci
from voice_separation.upload_state import weightier_entry


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
                outcomes.append(self._complete(job_id, jobs, grant))
            except (JobUnknown, JobContradicts) as error:
                refusals.append(error)
        if refusals:
            raise refusals[0]
        return max(outcomes)

    def _complete(self, job_id: str, jobs: Jobs, grant: Grant) -> Completed:
        detail = jobs.of(job_id)
        if detail is None and job_id in jobs.unknown_ids:
            raise JobUnknown(f"CI knows no job {job_id} of bucket {self.bucket.name}")
        if detail is None:
            raise Unavailable(
                "DescribeMediaJob", job_id, status=200, code="MalformedAnswer", reason="the answer leaves the job out"
            )
        self._check(detail, grant)
        return self.store(detail)

    def store(self, detail: JobDetail) -> Completed:
        """Store the entry of a job if it has finished."""
        telemetry = self.telemetry.bind(job_id=detail.job_id, state=detail.state, upload_id=upload_id_of(detail))
        if not detail.finished:
            telemetry.info(Event.JOB_RUNNING)
            return Completed.STILL_RUNNING
        entry = entry_of(detail, bucket=self.bucket.name, region=self.bucket.region)
        if not self.verify:  # messages come late and in any order, CI's own word does not
            entry = weightier_entry(self.reader.read(keys.job(entry.job_id), Entry), entry) or entry
        self.index.entry(entry, arrived_at=self.clock.now())
        telemetry.info(Event.ENTRY_STORED, key=entry.input.key, code=entry.code, outputs=len(entry.outputs))
        return Completed.STORED

    def _check(self, detail: JobDetail, grant: Grant) -> None:
        """Raise JobContradicts unless the job is of this bucket and Tag, and of the upload that was granted.

        The upload_id is a digest of bucket, key and ETag, so one comparison covers all three.
        """
        said = detail.input
        bucket = said and said.bucket_name
        if detail.tag not in (None, TAG):
            raise JobContradicts(f"job {detail.job_id} is a {detail.tag} job")
        if bucket and bucket != self.bucket.name:
            raise JobContradicts(f"job {detail.job_id} is of another bucket")
        if grant.upload_id is not None and upload_id_of(detail) != grant.upload_id:
            raise JobContradicts(f"job {detail.job_id} is not the job of the upload that the address is for")
