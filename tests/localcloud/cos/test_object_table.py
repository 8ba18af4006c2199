import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

from localcloud.cos.models import Cos

BUCKET = "media-1250000000"
REGION = "ap-guangzhou"
NOON = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)

STORE_AND_BE_KILLED = f"""
import os, signal, sys
from pathlib import Path
from localcloud.clock import system_clock
from localcloud.cos.models import Cos
cos = Cos(Path(sys.argv[1]), system_clock)
cos.create_bucket("{BUCKET}", "{REGION}")
cos.put("{BUCKET}", "deleted", b"content")
cos.put("{BUCKET}", "overwritten", b"former")
cos.put("{BUCKET}", "overwritten", b"latter")
cos.delete("{BUCKET}", "deleted")
os.kill(os.getpid(), signal.SIGKILL)
"""


def cos_in(directory: Path) -> Cos:
    return Cos(directory, lambda: NOON)


def contents(cos: Cos) -> dict[str, bytes]:
    return {stored.key: stored.path.read_bytes() for stored in cos.list(BUCKET).contents}


def test_what_was_done_before_the_process_was_killed_is_done(tmp_path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", STORE_AND_BE_KILLED, str(tmp_path)], check=False)
    assert killed.returncode == -9
    assert contents(cos_in(tmp_path)) == {"overwritten": b"latter"}


def test_a_bucket_whose_deletion_broke_off_is_made_anew_without_its_objects(tmp_path: Path) -> None:
    cos = cos_in(tmp_path)
    cos.create_bucket(BUCKET, REGION)
    cos.put(BUCKET, "key", b"content")
    (tmp_path / "buckets" / BUCKET / "bucket.json").unlink()  # what a deletion does first

    again = cos_in(tmp_path)
    assert again.buckets() == {}
    again.create_bucket(BUCKET, REGION)
    assert contents(again) == {}
    assert contents(cos_in(tmp_path)) == {}


def test_a_closed_directory_can_be_removed_and_used_anew(tmp_path: Path) -> None:
    cos = cos_in(tmp_path)
    cos.create_bucket(BUCKET, REGION)
    cos.put(BUCKET, "key", b"content")
    cos.close()

    again = cos_in(tmp_path)
    again.put(BUCKET, "key", b"other")
    assert contents(again) == {"key": b"other"}
