"""The job of an upload: what is asked of CI for it, whether CI has it already, and the note that it runs.

CI knows no idempotency token and bills every job, so a job is looked for wherever there may be one, and one too many is
cancelled.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from voice_separation.capability import Ring
from voice_separation.clock import Clock
from voice_separation.errors import TencentRefusal
from voice_separation.index import documents
from voice_separation.index.writer import IndexWriter
from voice_separation.jobs.callbacks import UrlCallback
from voice_separation.jobs.request import JobRequest
from voice_separation.jobs.states import JobState, rank
from voice_separation.jobs.ticket import JobTicket
from voice_separation.naming import output_keys
from voice_separation.options import Options
from voice_separation.settings import Settings
from voice_separation.telemetry import Event, Telemetry
from voice_separation.tencent.ci import Ci
from voice_separation.uploads import Upload, upload_id_of, user_data_of

if TYPE_CHECKING:
    from voice_separation.jobs.detail import JobDetail


@dataclass(frozen=True)
class UploadJobs:
    """The jobs of one bucket's uploads."""

    settings: Settings
    ci: Ci
    index: IndexWriter
    ring: Ring
    clock: Clock

    def request(self, upload: Upload, options: Options) -> JobRequest:
        """Return what to ask of CI for an upload. Raises CannotBeSeparated."""
        settings = self.settings
        return JobRequest(
            object=upload.key,
            output_bucket=settings.output_bucket or upload.bucket.name,
            output_region=settings.output_region or upload.bucket.region,
            outputs=output_keys(upload, options, settings, today=self.clock.now()),
            template_id=options.template_id,
            parameters=options.parameters,
            user_data=user_data_of(upload),
            job_level=options.job_level,
            queue_id=settings.queue_id,
        )

    def submit(self, upload: Upload, request: JobRequest) -> JobTicket:
        """Submit the job, exactly once, with an address to report it to. Raises TencentRefusal."""
        return self.ci.create_job(upload.bucket, request.model_copy(update={"callback": self._callback(upload)}))

    def find(self, upload: Upload, retry_of: tuple[str, ...]) -> "JobDetail | None":
        """Return the job that CI has for an upload, the furthest of several; one too many was cancelled.

        Those in `retry_of` do not count. Raises TencentRefusal.
        """
        from voice_separation.jobs.listing import JobFilter

        jobs = self.ci.list_jobs(upload.bucket, JobFilter(input_object=upload.key))
        ours = [job for job in jobs if upload_id_of(job) == upload.id and job.job_id not in retry_of]
        return max(ours, key=lambda job: (job.state != JobState.CANCEL, rank(job.state), job.job_id), default=None)

    def note(self, upload: Upload, job: JobTicket, telemetry: Telemetry) -> str:
        """Note that the job runs; return the job that is noted. Another's was noted first, and ours is one too many."""
        note = documents.Pending(job_id=job.job_id, submitted_at=self.clock.now(), upload=documents.Upload.of(upload))
        noted = self.index.pending(note)
        if noted.job_id != note.job_id:
            self._cancel_duplicate(upload, note, telemetry)
        return noted.job_id

    def _cancel_duplicate(self, upload: Upload, note: documents.Pending, telemetry: Telemetry) -> None:
        try:
            self.ci.cancel_job(upload.bucket, note.job_id)
        except TencentRefusal as error:  # it runs already, and is billed: its entry must not be lost at least
            self.index.pending_duplicate(note)
            telemetry.error(Event.JOB_DUPLICATE, job_id=note.job_id, cancelled=False, message=str(error))
        else:
            telemetry.warning(Event.JOB_DUPLICATE, job_id=note.job_id, cancelled=True)

    def _callback(self, upload: Upload) -> UrlCallback | None:
        settings = self.settings
        if settings.callback_url is None:
            return None
        ttl = timedelta(hours=settings.callback_ttl_hours)
        path = self.ring.path(upload.id, now=self.clock.now(), ttl=ttl)
        return UrlCallback(url=settings.callback_url + path, format=settings.callback_format)
