"""What the page's tests look at: a local app with a recording in every state, real stems, an index of several hours."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from localcloud.faults import Refuse, Requests
from tests.support import ROOT, SAMPLE
from voice_separation.index import keys
from voice_separation.index.entries import Entry, EntryInput, EntryMedia
from voicesep.app import App, open_app
from voicesep.local import INDEX, LocalApp
from voicesep.where import Where

TALK, MUSIC, NOTES, EMPTY, LATER = (
    f"incoming/{name}" for name in ("talk-over-music.mp3", "song.mp3", "notes.mp3", "empty.mp3", "later.mp3")
)
HOSTILE = "incoming/<img src=x onerror=alert(1)> &amp; 中文+%2F 100%.mp3"
OLD_JOBS = 230  # more than index.json has of the newest
MEDIA = EntryMedia(
    format="mp3", duration_s=754.2, bitrate_kbps=128.0, sample_rate_hz=44100, channels=2, size_bytes=12_067_200
)


@dataclass(frozen=True)
class Exhibit:
    """The local cloud with the app, the app as commands see it, and what `.env` says of it."""

    local: LocalApp
    app: App
    env_file: Path

    def entry(self, key: str) -> Entry:
        """The entry of an uploaded object."""
        entry = self.local.outcome(key).entry
        assert entry
        return entry

    def publish(self) -> None:
        self.local.cloud.scf.fire_timer("every-minute")
        assert self.local.cloud.wait_until_idle(60)


@contextmanager
def exhibit(folder: Path, *, hostile: bool = True) -> Iterator[Exhibit]:
    """Deploy, upload, separate and publish; `hostile` has a key that tries to be markup, too."""
    with LocalApp(ROOT, {}, lambda *_: None) as local:
        local.deploy()
        cloud, bucket = local.cloud, local.bucket.name
        content = SAMPLE.read_bytes()
        cloud.cos.put(bucket, TALK, content, content_type="audio/mpeg")
        music = {"x-cos-meta-voice-separation-mode": "MusicMode"}
        cloud.cos.put(bucket, MUSIC, content, content_type="audio/mpeg", metadata=music)
        cloud.cos.put(bucket, NOTES, b"no media")
        if hostile:
            cloud.cos.put(bucket, HOSTILE, b"no media either")
        cloud.cos.put(bucket, EMPTY, b"")
        assert cloud.wait_until_idle(60)
        cloud.faults.add(Refuse(403, "QueueSaturated"), Requests(service="ci", method="POST", path="^/jobs$"))
        cloud.cos.put(bucket, LATER, content)
        assert cloud.wait_until_idle(60)
        for entry, arrived_at in old_entries(bucket, local.bucket.region):
            for key in (keys.job(entry.job_id), keys.log(entry.job_id, arrived_at)):
                cloud.cos.put(bucket, INDEX + key, entry.content())
        env_file = folder / "exhibit.env"
        identity = {
            "TENCENTCLOUD_SECRETID": cloud.credentials.access_key_id,
            "TENCENTCLOUD_SECRETKEY": cloud.credentials.secret_key,
        }
        env_file.write_text("".join(f"{name}={value}\n" for name, value in {**local.environment, **identity}.items()))
        with open_app(Where(live=True, env_file=env_file)) as app:
            shown = Exhibit(local, app, env_file)
            shown.publish()
            yield shown


def old_entries(bucket: str, region: str) -> Iterator[tuple[Entry, datetime]]:
    """Yield jobs of the hours before, and when they arrived; every tenth has failed."""
    now = datetime.now(timezone.utc)
    for n in range(OLD_JOBS):
        at = now - timedelta(hours=1 + n // 100, minutes=n % 50)
        failed = n % 10 == 0
        yield (
            Entry(
                job_id=f"j{n:032x}",
                state="Failed" if failed else "Success",
                code="ResourceNotSupported" if failed else "Success",
                message="The object is no audio or video." if failed else None,
                upload_id=None,
                input=EntryInput(bucket=bucket, region=region, key=f"incoming/archive/interview {n:03}.mp3"),
                outputs=(),
                created_at=at - timedelta(seconds=90),
                started_at=at - timedelta(seconds=60),
                finished_at=at,
                media=None if failed else MEDIA,
                template=None,
                queue_id=None,
                user_data=None,
                workflow=None,
            ),
            at,
        )
