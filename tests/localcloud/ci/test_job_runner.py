import hashlib
import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from localcloud.ci.jobs import Job, OutputFile, State
from localcloud.ci.listing import JobFilter
from localcloud.ci.models import Ci
from localcloud.ci.separating import run_job
from localcloud.cos.models import Cos
from localcloud.media.models import Progress
from localcloud.media.probe import probe
from tests.localcloud.ci.lab import BUCKET, OUTPUT, REGION, Delivery, Lab, lab_in, request_for
from tests.localcloud.media.files import read, tone, video, write
from tests.localcloud.media.mixtures import gain, talk_over_music
from tests.support import PATIENCE

ADDRESS = "<CallBack>http://127.0.0.1:9/secret</CallBack>"


def stored(lab: Lab, key: str) -> Path:
    return lab.cos.get(BUCKET, key).path


@contextmanager
def held_midway(lab: Lab, monkeypatch: pytest.MonkeyPatch, request: str = "") -> Iterator[Job]:
    """Have a job on its way, some of it done, which goes on when the context ends."""
    reached, go_on = threading.Event(), threading.Event()

    def run(job: Job, cos: Cos, progress: Progress) -> tuple[OutputFile, ...]:
        def report(percent: int) -> None:
            progress(percent)
            if percent:
                reached.set()
                assert go_on.wait(PATIENCE)

        return run_job(job, cos, report)

    monkeypatch.setattr("localcloud.ci.job_runner.run_job", run)
    job = lab.submit(request_for(request=request))
    try:
        assert reached.wait(PATIENCE)
        yield job
    finally:
        go_on.set()


def test_a_job_really_separates_the_recording(lab: Lab, tmp_path: Path) -> None:
    mixture = talk_over_music()
    lab.upload(write(tmp_path / "in.wav", mixture.audio))
    job = lab.run(request_for())
    assert job.state is State.SUCCESS
    assert gain(read(stored(lab, "out/voice.mp3")), mixture.voice, mixture.audio) > 8  # 9.3
    assert gain(read(stored(lab, "out/background.mp3")), mixture.background, mixture.audio) > 8  # 9.3


def test_what_a_job_says_of_its_files_is_true(lab: Lab, tmp_path: Path) -> None:
    lab.upload_tone(tmp_path, seconds=2)
    job = lab.run(request_for())
    assert [file.key for file in job.files] == ["out/voice.mp3", "out/background.mp3"]
    for file in job.files:
        content = stored(lab, file.key).read_bytes()
        assert file.md5 == hashlib.md5(content, usedforsecurity=False).hexdigest()
        assert file.media_info.format.size == len(content)
        assert file.media_info.format.duration == pytest.approx(2, abs=0.03)
        assert file.media_info == probe(stored(lab, file.key))
    (track,) = job.files[0].media_info.audio
    assert (track.codec_name, track.sample_rate, track.bitrate, track.channel) == ("mp3", 44100, 128.0, 2)
    assert lab.cos.get(BUCKET, "out/voice.mp3").content_type == "audio/mpeg"


def test_an_amr_of_a_stereo_recording_is_mono(lab: Lab, tmp_path: Path) -> None:
    lab.upload_tone(tmp_path)
    config = "<AudioConfig><Codec>amr</Codec><Samplerate>8000</Samplerate></AudioConfig>"
    job = lab.run(request_for(mode="IsAudio", config=config, output=f"{OUTPUT}<AuObject>v.amr</AuObject>"))
    assert (job.state, job.files[0].media_info.audio[0].channel) == (State.SUCCESS, 1)
    assert lab.cos.get(BUCKET, "v.amr").content_type == "audio/amr"


def test_the_sound_of_a_video_is_separated(lab: Lab, tmp_path: Path) -> None:
    lab.upload(video(tmp_path / "clip.mp4", sound=tone(1)), "in/clip.mp4")
    assert lab.run(request_for(key="in/clip.mp4")).state is State.SUCCESS


def test_times_follow_each_other(lab: Lab, tmp_path: Path) -> None:
    lab.upload_tone(tmp_path)
    job = lab.run(request_for())
    assert job.start_time is not None
    assert job.end_time is not None
    assert job.creation_time < job.start_time < job.end_time


def test_progress_is_visible_while_a_job_runs(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.upload_tone(tmp_path, seconds=60)
    with held_midway(lab, monkeypatch) as job:
        running = lab.job(job.job_id)
        assert running.state is State.RUNNING
        assert 0 < running.progress < 100
    assert lab.finished(job.job_id).progress == 100


@pytest.mark.parametrize(
    ("name", "content", "code", "says"),
    [
        ("garbage", b"no media at all " * 200, "ResourceNotSupported", "^'in/talk.mp3' is no audio or video"),
        ("empty", b"", "ResourceNotSupported", "^'in/talk.mp3' is no audio or video"),
        ("missing", None, "ResourceNotFound", "'in/talk.mp3'"),
    ],
)
def test_a_bad_input_fails_the_job_and_says_why(
    lab: Lab, name: str, content: bytes | None, code: str, says: str
) -> None:
    if content is not None:
        lab.cos.put(BUCKET, "in/talk.mp3", content)
    job = lab.run(request_for())
    assert (job.state, job.code, job.files) == (State.FAILED, code, ())
    assert job.end_time is not None
    assert re.search(says, job.message)
    assert tempfile.gettempdir() not in job.message


def test_a_video_without_sound_fails_the_job(lab: Lab, tmp_path: Path) -> None:
    lab.upload(video(tmp_path / "silent.mp4", sound=None), "in/talk.mp3")
    job = lab.run(request_for())
    assert (job.state, job.code) == (State.FAILED, "ResourceNotSupported")
    assert job.message.startswith("'in/talk.mp3' is media without sound")


@pytest.mark.parametrize(("bucket", "region"), [("none-1250000000", REGION), (BUCKET, "ap-beijing")])
def test_an_output_bucket_that_is_not_there_fails_the_job(lab: Lab, tmp_path: Path, bucket: str, region: str) -> None:
    lab.upload_tone(tmp_path)
    output = f"<Region>{region}</Region><Bucket>{bucket}</Bucket><AuObject>v.mp3</AuObject>"
    job = lab.run(request_for(output=output))
    assert (job.state, job.code) == (State.FAILED, "WriteTargetBucketDenied")
    assert bucket in job.message


def test_a_codec_that_does_not_fit_the_suffix_fails_the_job_and_writes_nothing(lab: Lab, tmp_path: Path) -> None:
    lab.upload_tone(tmp_path)
    config = "<AudioConfig><Codec>flac</Codec></AudioConfig>"
    job = lab.run(request_for(config=config))
    assert (job.state, job.code) == (State.FAILED, "InvalidArgument")
    assert re.match("flac at 44100 Hz .* cannot be written to 'out/voice.mp3' and 'out/background.mp3'", job.message)
    assert tempfile.gettempdir() not in job.message
    assert [each.key for each in lab.cos.list(BUCKET).contents] == ["in/talk.mp3"]


def test_one_failed_job_does_not_stop_the_next(lab: Lab, tmp_path: Path) -> None:
    lab.upload_tone(tmp_path, "in/good.mp3")
    bad, good = lab.submit(request_for()), lab.submit(request_for(key="in/good.mp3"))
    assert lab.finished(bad.job_id).state is State.FAILED
    assert lab.finished(good.job_id).state is State.SUCCESS


def test_a_fault_of_ours_fails_the_job_and_not_the_worker(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    lab.upload_tone(tmp_path)

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr("localcloud.media.stems.separate_file", broken)
        job = lab.run(request_for())
    assert (job.state, job.code) == (State.FAILED, "InternalError")
    assert job.job_id in caplog.text
    assert lab.run(request_for()).state is State.SUCCESS


def test_the_news_comes_once_and_after_the_state(lab: Lab, tmp_path: Path) -> None:
    lab.upload_tone(tmp_path)
    states = []
    job_id = ""

    def receive(_: Delivery) -> None:
        states.append(lab.job(job_id).state)

    lab.receive = receive
    job_id = lab.submit(request_for(request=ADDRESS)).job_id
    lab.wait()
    assert states == [State.SUCCESS]
    (delivery,) = lab.deliveries
    assert (delivery.url, delivery.content_type) == ("http://127.0.0.1:9/secret", "application/xml")


def test_a_failed_job_is_told_of_too(lab: Lab) -> None:
    lab.run(request_for(request=ADDRESS))
    assert b"<State>Failed</State>" in lab.deliveries[0].body


def test_the_stop_ends_a_long_job_in_the_middle_and_quietly(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.upload_tone(tmp_path, seconds=400)
    with held_midway(lab, monkeypatch, ADDRESS) as running:
        waiting = lab.submit(request_for())
    lab.ci.stop()
    assert lab.job(running.job_id).state is State.RUNNING
    assert lab.job(waiting.job_id).state is State.SUBMITTED
    assert [each.key for each in lab.cos.list(BUCKET).contents] == ["in/talk.mp3"]
    assert lab.deliveries == []
    assert not [thread for thread in threading.enumerate() if thread.name == "localcloud:ci"]


def test_an_input_overwritten_midway_does_not_matter(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.upload_tone(tmp_path, seconds=60)
    with held_midway(lab, monkeypatch) as job:
        lab.cos.put(BUCKET, "in/talk.mp3", b"something else")
        assert lab.job(job.job_id).state is State.RUNNING
    assert lab.finished(job.job_id).state is State.SUCCESS


def test_results_overwrite_what_was_there(lab: Lab, tmp_path: Path) -> None:
    lab.upload_tone(tmp_path)
    lab.cos.put(BUCKET, "out/voice.mp3", b"old")
    job = lab.run(request_for())
    assert lab.cos.get(BUCKET, "out/voice.mp3").etag == job.files[0].md5


@pytest.mark.parametrize("call_back_format", ["XML", "JSON"])
def test_a_job_restored_from_its_notification_is_known_elsewhere(
    lab: Lab, tmp_path: Path, call_back_format: str
) -> None:
    lab.upload_tone(tmp_path)
    node = f"<CallBackFormat>{call_back_format}</CallBackFormat>"
    job = lab.run(request_for(request=ADDRESS + node))
    other = Ci(Cos(tmp_path / "other", lambda: job.creation_time), clock=lambda: job.creation_time, deliver=print)
    (restored,) = other.restore(lab.deliveries[0].body)
    assert restored.job_id == job.job_id
    assert other.get(BUCKET, [job.job_id]).jobs == (restored,)
    assert restored.nodes["Operation"]["MediaResult"]["OutputFile"]["Md5Info"][0]["Md5"] == job.files[0].md5


def test_a_restored_job_is_listed_like_one_done_here(lab: Lab, tmp_path: Path) -> None:
    lab.upload_tone(tmp_path)
    job = lab.run(request_for(request=ADDRESS))
    with lab_in(tmp_path / "other") as other:
        (restored,) = other.ci.restore(lab.deliveries[0].body)
        wanted = JobFilter(tag="VoiceSeparate", input_object="in/talk.mp3", queue_id=job.queue_id, states=("Success",))
        assert other.ci.list(BUCKET, wanted).jobs == (restored,)
        assert other.ci.list(BUCKET, wanted.model_copy(update={"states": ("Failed",)})).jobs == ()
        assert restored.creation_time == job.creation_time
