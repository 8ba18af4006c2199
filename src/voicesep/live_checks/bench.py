"""The bench that questions are asked at: one bucket, a folder of its own in it, and requests as they are sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from voice_separation.bucket import Bucket
from voice_separation.clock import Deadline
from voice_separation.errors import VoiceSeparationError
from voice_separation.jobs.answer import parse_jobs
from voice_separation.jobs.detail import JobDetail
from voice_separation.jobs.request import render_request
from voice_separation.tencent.cos import Cos
from voice_separation.tencent.transport import Answer, Request
from voicesep.cloud import Cloud
from voicesep.deployment import Deployment
from voicesep.samples import TALK_OVER_MUSIC

FOLDER = "voicesep-live-checks"
POLL_SECONDS = 5.0
CLEANING_SECONDS = 300.0

Found = TypeVar("Found")
Nodes = Mapping[str, object]


@dataclass(frozen=True)
class Cleaned:
    """How many keys were deleted, and why others could not be."""

    deleted: int
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Bench:
    """Where questions are asked. All objects and outputs are below `prefix`, which triggers nothing.

    `patience` is how many seconds to wait for a job, or for a line in the log; `written` are the keys to delete, for
    LIST may not show them yet.
    """

    deployment: Deployment
    cloud: Cloud
    run_id: str
    patience: float
    written: set[str] = field(default_factory=set)

    @property
    def bucket(self) -> Bucket:
        """The input bucket, in which CI may read and write."""
        return self.deployment.bucket

    @property
    def prefix(self) -> str:
        """Before every key, unless a question needs the trigger."""
        return f"{FOLDER}/{self.run_id}/"

    @property
    def triggering_prefix(self) -> str:
        """Before the keys of questions that need the trigger."""
        return f"{self.deployment.settings.input_prefix}{FOLDER}-{self.run_id}/"

    def put(self, name: str, content: bytes, content_type: str = "text/plain") -> str:
        """Write an object into the folder and return its key."""
        key = f"{self.prefix}{name}"
        self.written.add(key)
        self.cloud.cos.put(self.bucket, key, content, content_type=content_type)
        return key

    def put_sample(self, name: str) -> str:
        """Write the sample recording into the folder and return its key."""
        return self.put(name, Path(TALK_OVER_MUSIC).read_bytes(), "audio/mpeg")

    def send_cos(
        self,
        operation: str,
        method: str,
        key: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Answer:
        """Send one request to COS, once. Raises TencentRefusal."""
        self.written.add(key)
        return self.cloud.session.send(
            Request(
                operation,
                f"{self.bucket.name}/{key}",
                method,
                self.bucket.cos_host,
                f"/{key}",
                params or {},
                headers or {},
                body,
                repeatable=False,
                endpoint=self.cloud.cos_endpoint,
            )
        )

    def submit(self, key: str, mode: str, output: Nodes) -> JobDetail:
        """Submit a VoiceSeparate job exactly as told, once. Raises TencentRefusal."""
        placed = {"Region": self.bucket.region, "Bucket": self.bucket.name, **output}
        audio = {"Codec": "mp3", "Samplerate": "44100", "Bitrate": "128", "Channels": "2"}
        operation = {"VoiceSeparate": {"AudioMode": mode, "AudioConfig": audio}, "Output": placed}
        body = render_request({"Tag": "VoiceSeparate", "Input": {"Object": key}, "Operation": operation})
        return parse_jobs(self._send_ci("CreateMediaJobs", "POST", "/jobs", body).body).details[0]

    def finished(self, job: JobDetail) -> tuple[JobDetail, str]:
        """Wait for a job and return it with the answer as it was on the wire; the last one when patience ends."""

        def look() -> tuple[JobDetail, str]:
            body = self._send_ci("DescribeMediaJob", "GET", f"/jobs/{job.job_id}").body
            return parse_jobs(body).details[0], body.decode("utf-8", "replace")

        return self.wait_for(look, lambda seen: seen[0].finished)

    def wait_for(self, look: Callable[[], Found], is_it: Callable[[Found], bool], every: float | None = None) -> Found:
        """Look until it is there or patience ends, and return the last look; `every` so many seconds."""
        clock = self.cloud.clock
        until = clock.monotonic() + self.patience
        pause = min(POLL_SECONDS, self.patience / 20) if every is None else every
        while not is_it(seen := look()) and clock.monotonic() < until:
            clock.sleep(pause)
        return seen

    def clean(self) -> Cleaned:
        """Delete all that was written here or by CI; what cannot be deleted does not stop the rest."""
        session = self.cloud.session
        in_time = replace(session, deadline=Deadline.after(CLEANING_SECONDS, session.clock))  # the questions' may be up
        cos = Cos(in_time, self.cloud.cos_endpoint)
        keys, deleted, problems = set(self.written), 0, []
        for prefix in (self.prefix, self.triggering_prefix):
            try:
                keys.update(row.key for row in cos.list(self.bucket, prefix))
            except VoiceSeparationError as error:
                problems.append(str(error))
        for key in sorted(keys):
            try:
                cos.delete(self.bucket, key)
                deleted += 1
            except VoiceSeparationError as error:
                problems.append(str(error))
        return Cleaned(deleted, tuple(problems))

    def _send_ci(self, operation: str, method: str, path: str, body: bytes = b"") -> Answer:
        headers = {"Content-Type": "application/xml"} if body else {}
        return self.cloud.session.send(
            Request(
                operation,
                self.bucket.name,
                method,
                self.bucket.ci_host,
                path,
                headers=headers,
                body=body,
                service="ci",
                repeatable=method == "GET",
                endpoint=self.cloud.ci_endpoint,
            )
        )
