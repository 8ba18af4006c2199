"""A CI with its COS, without a wire, and requests for it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from localcloud.ci.job_request import JobRequest, read_job_request
from localcloud.ci.jobs import Job
from localcloud.ci.models import JOBS_AT_ONCE, Ci
from localcloud.ci.pace import Pace
from localcloud.ci.queues import NotifyConfig, Queue, QueueState, QueueUpdate
from localcloud.cos.models import Cos
from tests.localcloud.media.files import tone, write
from tests.support import eventually

BUCKET = "media-1250000000"
REGION = "ap-guangzhou"
OUTPUT = f"<Region>{REGION}</Region><Bucket>{BUCKET}</Bucket>"
BOTH = f"{OUTPUT}<Object>out/background.mp3</Object><AuObject>out/voice.mp3</AuObject>"
NOTHING: Mapping[str, str] = {}
MP3 = "<AudioConfig><Codec>mp3</Codec><Samplerate>44100</Samplerate><Bitrate>128</Bitrate></AudioConfig>"


@dataclass
class Clock:
    """A second later at every look."""

    now: datetime = datetime(2022, 7, 1, 2, 12, 26, tzinfo=timezone.utc)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@dataclass
class TokenHex:
    """Counts where others draw lots."""

    count: int = 0

    def __call__(self, size: int) -> str:
        self.count += 1
        return f"{self.count:0{2 * size}x}"


@dataclass(frozen=True)
class Delivery:
    url: str
    content_type: str
    body: bytes


@dataclass
class Lab:
    cos: Cos
    require_opened: bool = False
    max_concurrent: int = JOBS_AT_ONCE
    pace: Pace | None = None
    directory: Path | None = None
    ci: Ci = field(init=False)
    deliveries: list[Delivery] = field(default_factory=list)
    receive: Callable[[Delivery], None] = lambda _: None

    def __post_init__(self) -> None:
        self.ci = Ci(
            self.cos,
            clock=Clock(),
            deliver=self._deliver,
            token_hex=TokenHex(),
            directory=self.directory,
            require_opened=self.require_opened,
            max_concurrent=self.max_concurrent,
            pace=self.pace,
        )
        self.cos.subscribe(self.ci.workflow_runs.on_object_created)

    def _deliver(self, url: str, content_type: str, body: bytes) -> None:
        self.deliveries.append(Delivery(url, content_type, body))
        self.receive(self.deliveries[-1])

    def upload(self, path: Path, key: str = "in/talk.mp3") -> None:
        self.cos.put(BUCKET, key, path.read_bytes())

    def upload_tone(self, folder: Path, key: str = "in/talk.mp3", *, seconds: float = 1) -> None:
        self.upload(write(folder / "tone.wav", tone(seconds)), key)

    def submit(self, request: JobRequest) -> Job:
        return self.ci.submit(BUCKET, REGION, request)

    def set_queue(self, state: QueueState = "Active", notify_config: Mapping[str, str] = NOTHING) -> Queue:
        """Set the queue for VoiceSeparate; `notify_config` is under the vendor's names."""
        queue = self.ci.queue(BUCKET)
        update = QueueUpdate(name=queue.name, state=state, notify_config=NotifyConfig.model_validate(notify_config))
        return self.ci.update_queue(BUCKET, queue.category, queue.queue_id, update)

    def run(self, request: JobRequest) -> Job:
        """Submit a job and return it as it is when it is over."""
        return self.finished(self.submit(request).job_id)

    def finished(self, job_id: str) -> Job:
        self.wait()
        return self.job(job_id)

    def job(self, job_id: str) -> Job:
        (job,) = self.ci.get(BUCKET, [job_id]).jobs
        assert isinstance(job, Job)
        return job

    def wait(self) -> None:
        eventually(self.ci.is_idle)


@contextmanager
def lab_in(folder: Path, **options: Any) -> Iterator[Lab]:
    lab = Lab(Cos(folder, Clock()), **options)
    lab.cos.ensure_bucket(BUCKET, REGION)
    try:
        yield lab
    finally:
        lab.ci.stop()


def body(
    *,
    tag: str = "VoiceSeparate",
    key: str = "in/talk.mp3",
    mode: str = "AudioAndBackground",
    config: str = MP3,
    how: str | None = None,
    output: str = BOTH,
    operation: str = "",
    request: str = "",
) -> bytes:
    """The XML of a request; `how`, `operation` and `request` are nodes as they come."""
    parameters = f"<VoiceSeparate><AudioMode>{mode}</AudioMode>{config}</VoiceSeparate>" if how is None else how
    return (
        f"<Request><Tag>{tag}</Tag><Input><Object>{key}</Object></Input>"
        f"<Operation>{parameters}<Output>{output}</Output>{operation}</Operation>{request}</Request>"
    ).encode()


def request_for(**nodes: str) -> JobRequest:
    return read_job_request(body(**nodes))
