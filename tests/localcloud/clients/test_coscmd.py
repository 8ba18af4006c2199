"""Tencent's own command line, coscmd, unmodified, in processes of its own, with the server as its HTTP proxy."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.localcloud.cos_server import CosServer
from tests.localcloud.signing import SECRET_ID, SECRET_KEY

COSCMD = Path(sys.executable).with_name("coscmd")


@dataclass(frozen=True)
class Shell:
    """A folder with coscmd's configuration, and its commands."""

    server: CosServer
    folder: Path

    def run(self, *command: str) -> str:
        """Return what the command said, which is on standard error in part. It must end well."""
        ran = subprocess.run(
            [str(COSCMD), "-c", "coscmd.conf", "-l", "coscmd.log", *command],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), "http_proxy": self.server.server.url},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout + ran.stderr

    def queries(self) -> Sequence[str]:
        """What was asked for besides plain operations, without the values."""
        return [
            f"{each.method} {each.query.partition('=')[0]}" for each in self.server.recorder.requests() if each.query
        ]


@pytest.fixture
def shell(cos_server: CosServer, tmp_path: Path) -> Shell:
    shell = Shell(cos_server, tmp_path)
    keys = ("-a", SECRET_ID, "-s", SECRET_KEY)
    where = ("-b", cos_server.bucket, "-r", cos_server.region)
    shell.run("config", *keys, *where, "--do-not-use-ssl", "-p", "1")
    with (tmp_path / "coscmd.conf").open("a", encoding="utf-8") as configuration:
        configuration.write("multiupload_threshold = 20\n")  # MiB, the least; the command has no option for it
    return shell


def test_a_file_goes_up_in_parts_is_described_and_comes_down(shell: Shell) -> None:
    content = os.urandom(21 << 20)
    (shell.folder / "sent.wav").write_bytes(content)
    shell.run("upload", "sent.wav", "in/sent.wav")
    assert shell.server.read("in/sent.wav") == content
    assert shell.server.stored("in/sent.wav").etag.endswith("-21")
    assert {"POST uploads", "PUT partNumber", "POST uploadId"} <= set(shell.queries())
    assert "x-cos-hash-crc64ecma" in shell.run("info", "in/sent.wav")
    shell.run("download", "in/sent.wav", "got.wav")
    assert (shell.folder / "got.wav").read_bytes() == content


def test_a_folder_goes_up_is_listed_copied_moved_and_deleted(shell: Shell) -> None:
    names = ["a 1.txt", "b/中.txt"]
    for name in names:
        path = shell.folder / "folder" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    shell.run("upload", "-r", "folder", "up")
    listed = shell.run("list", "-ar", "up")
    assert all(name in listed for name in names)
    source = f"{shell.server.host}/up"
    shell.run("copy", "-r", source, "copy")
    shell.run("move", "-r", source, "moved")
    keys = shell.server.keys_listed()
    assert keys == [f"{folder}/{name}" for folder in ("copy", "moved") for name in names]
    shell.run("delete", "-rf", "copy/")
    assert shell.server.keys_listed() == [f"moved/{name}" for name in names]


def test_acls_and_versioning_are_set_and_read(shell: Shell) -> None:
    shell.server.cos.put(shell.server.bucket, "key", b"content")
    shell.run("putobjectacl", "key", "--grant-read", "anyone")
    assert "anyone: READ" in shell.run("getobjectacl", "key")
    shell.run("putbucketacl", "--grant-read", "anyone")
    assert "anyone: READ" in shell.run("getbucketacl")
    shell.run("putbucketversioning", "Enabled")
    assert "Enabled" in shell.run("getbucketversioning")


def test_a_presigned_address_is_made_and_good(shell: Shell) -> None:
    shell.server.cos.put(shell.server.bucket, "a b.wav", b"content")
    printed = shell.run("signurl", "a b.wav").strip().removeprefix("b'").removesuffix("'")
    path = printed.partition(shell.server.host)[2]
    assert shell.server.send("GET", path).body == b"content"


def test_an_upload_that_is_left_is_listed_and_aborted(shell: Shell) -> None:
    client = shell.server.client()
    client.create_multipart_upload(Bucket=shell.server.bucket, Key="left")
    assert "left" in shell.run("listparts")
    shell.run("abort")
    assert shell.server.cos.bucket(shell.server.bucket).uploads.all() == []
