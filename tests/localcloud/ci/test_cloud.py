"""CI as a part of the whole local cloud."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qcloud_cos import CosConfig, CosS3Client

from localcloud import LocalCloud, Options
from tests.localcloud.ci.lab import BUCKET, REGION
from tests.localcloud.ci.wire import refused


@contextmanager
def client_of(options: Options, *, secret_id: str | None = None) -> Iterator[CosS3Client]:
    """Start a cloud with a bucket and give the vendor's client, unmodified, with the cloud's key or another."""
    with LocalCloud(options) as cloud:
        cloud.cos.ensure_bucket(BUCKET, REGION)
        key = cloud.credentials
        config = CosConfig(
            Region=REGION,
            SecretId=secret_id or key.access_key_id,
            SecretKey=key.secret_key,
            Scheme="http",
            Proxies={"http": cloud.endpoint},
        )
        yield CosS3Client(config, retry=0)


def test_a_cloud_keeps_templates_in_its_directory(tmp_path: Path) -> None:
    template = {"Tag": "VoiceSeparate", "Name": "mine", "AudioMode": "IsAudio", "AudioConfig": {"Codec": "mp3"}}
    with client_of(Options(directory=tmp_path)) as client:
        made = client.ci_create_template(Bucket=BUCKET, Template=template)["Template"]
    with client_of(Options(directory=tmp_path)) as client:
        assert client.ci_get_template(Bucket=BUCKET)["TemplateList"] == [made]


def test_a_cloud_can_require_that_smart_audio_is_opened() -> None:
    with client_of(Options(require_opened=True)) as client:
        with refused(400, "MediaBucketUnBinded"):
            client.ci_get_asr_queue(Bucket=BUCKET)
        assert client.ci_get_asr_bucket()["TotalCount"] == "0"
        client.ci_open_asr_bucket(Bucket=BUCKET)
        assert client.ci_get_asr_queue(Bucket=BUCKET)["TotalCount"] == "1"


def test_a_region_asks_who_sends_a_request_as_a_bucket_does() -> None:
    with client_of(Options()) as client:
        assert client.ci_get_asr_bucket()["AsrBucketList"][0]["BucketId"] == BUCKET
    with client_of(Options(), secret_id="AKIDnobody") as client, refused(401, "SecretidNotExist"):
        client.ci_get_asr_bucket()


def test_a_cloud_keeps_queues_and_services_in_its_directory(tmp_path: Path) -> None:
    off = {"State": "Off"}
    with client_of(Options(directory=tmp_path)) as client:
        (queue,) = client.ci_get_asr_queue(Bucket=BUCKET)["QueueList"]
        paused = {"Name": "mine", "State": "Paused", "NotifyConfig": off}
        client.ci_update_asr_queue(Bucket=BUCKET, QueueId=queue["QueueId"], Request=paused)
    with client_of(Options(directory=tmp_path)) as client:
        (again,) = client.ci_get_asr_queue(Bucket=BUCKET)["QueueList"]
        assert (again["QueueId"], again["Name"], again["State"]) == (queue["QueueId"], "mine", "Paused")
        client.ci_close_asr_bucket(Bucket=BUCKET)
    with client_of(Options(directory=tmp_path)) as client, refused(400, "MediaBucketUnBinded"):
        client.ci_get_asr_queue(Bucket=BUCKET)


def test_a_cloud_says_how_many_jobs_it_does_at_once() -> None:
    with client_of(Options(max_concurrent=3)) as client:
        (queue,) = client.ci_get_asr_queue(Bucket=BUCKET)["QueueList"]
        assert queue["MaxConcurrent"] == "3"
