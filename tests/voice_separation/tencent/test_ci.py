"""The client of CI against answers that a local cloud would never give."""

import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.support import Lines
from voice_separation import errors
from voice_separation.bucket import Bucket
from voice_separation.clock import Deadline, SystemClock
from voice_separation.jobs.audio import AudioMode, Stem, VoiceSeparate
from voice_separation.jobs.request import JobRequest
from voice_separation.telemetry import Level, Telemetry
from voice_separation.tencent.ci import Ci
from voice_separation.tencent.credentials import Credentials
from voice_separation.tencent.transport import Session, connection_pool

BUCKET = Bucket("media-1250000000", "ap-guangzhou")
REQUEST = JobRequest(
    object="incoming/a.mp3",
    output_bucket=BUCKET.name,
    output_region=BUCKET.region,
    outputs={Stem.VOICE: "voice.mp3"},
    parameters=VoiceSeparate(audio_mode=AudioMode.IS_AUDIO),
)


@dataclass
class Service:
    status: int = 200
    body: bytes = b""
    posts: int = 0
    endpoint: str = ""
    seconds: float = 20.0
    lines: Lines = field(default_factory=Lines)

    def ci(self) -> Ci:
        clock = SystemClock()
        session = Session(
            pool=connection_pool(),
            credentials=Credentials("AKIDEXAMPLE", "key-of-nobody"),
            deadline=Deadline.after(self.seconds, clock),
            clock=clock,
            telemetry=Telemetry(clock, Level.ERROR, self.lines),
            jitter=lambda: 0.0,
        )
        return Ci(session, self.endpoint)


@pytest.fixture
def service() -> Iterator[Service]:
    state = Service()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            state.posts += 1
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            if not state.status:
                self.close_connection = True
                return
            self.send_response(state.status)
            self.send_header("Content-Length", str(len(state.body)))
            self.end_headers()
            self.wfile.write(state.body)

        do_GET = do_POST  # noqa: N815 - the library's spelling

        def log_message(self, *_arguments: object) -> None:
            return

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads, server.block_on_close = True, False
        state.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield state
        server.shutdown()


@pytest.mark.parametrize(
    ("status", "error"),
    [(0, errors.Unreachable), (500, errors.Unavailable), (503, errors.Unavailable), (429, errors.Throttled)],
)
def test_a_job_is_asked_for_exactly_once_whatever_the_answer(
    service: Service, status: int, error: type[errors.Retryable]
) -> None:
    service.status = status
    with pytest.raises(error):
        service.ci().create_job(BUCKET, REQUEST)
    assert service.posts == 1


@pytest.mark.parametrize("body", [b"", b"<html/>", b"<Response/>", b"<Response><JobsDetail/></Response>", b"\xff"])
def test_an_answer_in_which_no_job_can_be_read_may_still_have_made_one(service: Service, body: bytes) -> None:
    service.body = body
    with pytest.raises(errors.Unreachable, match="MalformedAnswer"):
        service.ci().create_job(BUCKET, REQUEST)


def test_a_200_that_carries_a_failed_job_is_that_job(service: Service) -> None:
    service.body = (
        b"<Response><JobsDetail><Code>ResourceNotSupported</Code><Message>no</Message>"
        b"<JobId>j1</JobId><State>Failed</State></JobsDetail></Response>"
    )
    job = service.ci().create_job(BUCKET, REQUEST)
    assert (job.job_id, job.state, job.code) == ("j1", "Failed", "ResourceNotSupported")


def test_a_job_is_not_asked_for_when_its_answer_could_come_too_late(service: Service) -> None:
    service.seconds = 4.0
    with pytest.raises(errors.NoTimeLeft):
        service.ci().create_job(BUCKET, REQUEST)
    assert service.posts == 0


def test_asking_for_jobs_may_be_repeated_and_an_unreadable_answer_is_for_later(service: Service) -> None:
    service.body = b"<html/>"
    with pytest.raises(errors.Unavailable, match="MalformedAnswer"):
        service.ci().describe_jobs(BUCKET, ("j1",))


@pytest.mark.parametrize("count", [0, 11])
def test_one_call_answers_for_one_to_ten_jobs(service: Service, count: int) -> None:
    with pytest.raises(ValueError, match="1 to 10 jobs"):
        service.ci().describe_jobs(BUCKET, tuple(f"j{n}" for n in range(count)))
