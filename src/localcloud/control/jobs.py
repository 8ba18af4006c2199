"""Jobs of CI: how far they are, and what makes them go on."""

from datetime import datetime

from localcloud.ci.job_faults import PASSING_TROUBLE
from localcloud.ci.jobs import Job, KnownJob
from localcloud.ci.models import Ci
from localcloud.ci.pace import Manual, Pace
from localcloud.control.exchange import Call, Count, Document, Latest, Nothing, Operations
from localcloud.errors import CloudError


class Output(Document):
    """One stem of a job, as it is to be called."""

    stem: str
    bucket: str
    key: str


class JobSummary(Document):
    """A job as it is now; `code` and `message` mean something when it failed."""

    job_id: str
    tag: str
    state: str
    progress: int  # percent
    bucket: str
    input: str
    outputs: tuple[Output, ...] = ()
    queue_id: str
    workflow_id: str
    code: str = ""
    message: str = ""
    creation_time: datetime
    start_time: datetime | None = None
    end_time: datetime | None = None

    @classmethod
    def of(cls, job: KnownJob) -> "JobSummary":
        """Return the summary of a job; of one that another CI did, little is known."""
        if isinstance(job, Job):
            bucket = job.request.operation.output.bucket
            return cls(
                job_id=job.job_id,
                tag=job.tag,
                state=job.state.value,
                progress=job.progress,
                bucket=job.bucket,
                input=job.input_object,
                outputs=tuple(Output(stem=stem, bucket=bucket, key=key) for stem, key in job.output_keys.items()),
                queue_id=job.queue_id,
                workflow_id=job.workflow_id,
                code=job.code,
                message=job.message,
                creation_time=job.creation_time,
                start_time=job.start_time,
                end_time=job.end_time,
            )
        return cls(
            job_id=job.job_id,
            tag=job.tag,
            state=job.state,
            progress=100,
            bucket=job.bucket,
            input=job.input_object,
            queue_id=job.queue_id,
            workflow_id=job.workflow_id,
            creation_time=job.creation_time,
        )


class JobList(Document):
    """Jobs, the latest first."""

    jobs: tuple[JobSummary, ...]


class JobNamed(Document):
    """Which job."""

    job_id: str


class Failures(Document):
    """How many of the next jobs are to fail, and with which code."""

    times: Count = 1
    code: str = PASSING_TROUBLE


class JobOperations:
    """The operations on jobs, which go on at this `pace`."""

    def __init__(self, ci: Ci, pace: Pace | None) -> None:
        self._ci = ci
        self._pace = pace
        self.operations: Operations = (
            Call("GET", "/jobs", Latest, self._list),
            Call("POST", "/jobs/advance", JobNamed, self._advance),
            Call("POST", "/jobs/fail", Failures, self._fail),
        )

    def _list(self, asked: Latest) -> JobList:
        """List the latest jobs, with state and progress."""
        return JobList(jobs=tuple(map(JobSummary.of, asked.of(self._ci.jobs()))))

    def _advance(self, asked: JobNamed) -> Nothing:
        """Let a job take its next step, in a cloud whose jobs are advanced by hand."""
        if not isinstance(self._pace, Manual):
            message = "The jobs of this cloud go on by themselves. Start it with --manual to advance them."
            raise CloudError(409, "JobsNotManual", message)
        if asked.job_id not in {job.job_id for job in self._ci.jobs()}:
            raise CloudError(404, "JobNotFound", f"There is no job {asked.job_id!r}. List the jobs to see their ids.")
        self._pace.advance(asked.job_id)
        return Nothing()

    def _fail(self, asked: Failures) -> Nothing:
        """Let the next `times` jobs fail with this code, whatever they are given."""
        self._ci.faults.fail_next(asked.times, asked.code)
        return Nothing()
