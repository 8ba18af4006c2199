"""The app's client of CI's jobs against the local cloud, and against what the vendor's SDK has submitted there."""

from typing import Any

import pytest
from qcloud_cos import CosConfig, CosS3Client

from tests.voice_separation.conftest import BUCKET, Workbench
from voice_separation import errors
from voice_separation.jobs.audio import AudioConfig, AudioMode, Codec, Stem, VoiceSeparate
from voice_separation.jobs.listing import JobFilter
from voice_separation.jobs.outputs import stem_files
from voice_separation.jobs.request import JobRequest

NODES = {Stem.VOICE: "AuObject", Stem.BACKGROUND: "Object", Stem.BASS: "BassObject", Stem.DRUM: "DrumObject"}


def vendor_client(bench: Workbench) -> CosS3Client:
    """cos-python-sdk-v5 as it is, with the local cloud for a proxy."""
    key = bench.cloud.credentials
    config = CosConfig(
        Region=BUCKET.region,
        SecretId=key.access_key_id,
        SecretKey=key.secret_key,
        Scheme="http",
        Proxies={"http": bench.cloud.endpoint},
    )
    return CosS3Client(config, retry=0)


def request(key: str, mode: AudioMode = AudioMode.AUDIO_AND_BACKGROUND) -> JobRequest:
    return JobRequest(
        object=key,
        output_bucket=BUCKET.name,
        output_region=BUCKET.region,
        outputs={stem: f"out/{stem.value}.mp3" for stem in mode.stems},
        parameters=VoiceSeparate(audio_mode=mode, audio_config=AudioConfig(codec=Codec.MP3)),
    )


@pytest.mark.parametrize("mode", AudioMode)
def test_what_the_vendor_s_sdk_submits_is_read_here_stem_by_stem(bench: Workbench, mode: AudioMode) -> None:
    from tests.support import SAMPLE

    bench.upload("in/talk.mp3", SAMPLE.read_bytes())
    output = {"Region": BUCKET.region, "Bucket": BUCKET.name}
    output |= {NODES[stem]: f"out/{stem.value}-${{jobid}}.${{ext}}" for stem in mode.stems}
    body: dict[str, Any] = {
        "Tag": "VoiceSeparate",
        "Input": {"Object": "in/talk.mp3"},
        "Operation": {
            "VoiceSeparate": {"AudioMode": mode.value, "AudioConfig": {"Codec": "mp3"}},
            "Output": output,
            "UserData": "left by the SDK",
        },
    }
    answer = vendor_client(bench).ci_create_media_jobs(BUCKET.name, Jobs=body, ContentType="application/xml")
    job_id = answer["JobsDetail"][0]["JobId"]
    assert bench.cloud.wait_until_idle(60)
    (job,) = bench.invocation().ci.describe_jobs(BUCKET, (job_id,)).details
    assert (job.state, job.user_data) == ("Success", "left by the SDK")
    files = stem_files(job)
    assert {file.stem for file in files} == set(mode.stems)
    assert all(file.key == f"out/{file.stem.value}-{job_id}.mp3" for file in files if file.stem)
    assert all(bench.cloud.cos.get(BUCKET.name, file.key).etag == file.md5 for file in files)


def test_what_is_submitted_here_is_read_by_the_vendor_s_sdk(bench: Workbench) -> None:
    bench.upload("in/a.mp3")
    job = bench.invocation().ci.create_job(BUCKET, request("in/a.mp3"))
    answer = vendor_client(bench).ci_get_media_jobs(BUCKET.name, JobIDs=job.job_id)
    assert answer["JobsDetail"][0]["JobId"] == job.job_id
    assert answer["JobsDetail"][0]["Operation"]["VoiceSeparate"]["AudioMode"] == "AudioAndBackground"


def test_jobs_are_listed_by_object_and_page(bench: Workbench) -> None:
    ci = bench.invocation().ci
    ids = [ci.create_job(BUCKET, request(f"in/{n % 2}.mp3")).job_id for n in range(5)]
    assert bench.cloud.wait_until_idle(60)
    listed = [job.job_id for job in ci.list_jobs(BUCKET, JobFilter(size=2))]
    assert sorted(listed) == sorted(ids)
    of_one = [job.job_id for job in ci.list_jobs(BUCKET, JobFilter(input_object="in/1.mp3"))]
    assert sorted(of_one) == sorted([ids[1], ids[3]])


def test_a_job_that_has_begun_cannot_be_cancelled(bench: Workbench) -> None:
    ci = bench.invocation().ci
    job = ci.create_job(BUCKET, request("in/none.mp3"))
    assert bench.cloud.wait_until_idle(60)
    with pytest.raises(errors.Misconfigured):
        ci.cancel_job(BUCKET, job.job_id)


def test_unknown_ids_come_back_as_such(bench: Workbench) -> None:
    jobs = bench.invocation().ci.describe_jobs(BUCKET, ("jnone", "jneither"))
    assert jobs.details == ()
    assert sorted(jobs.unknown_ids) == ["jneither", "jnone"]
