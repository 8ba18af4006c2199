"""Uploads in parts that are not yet complete, of one bucket, on disk so that they can be resumed after a restart.

Each has a directory with `upload.json` and one file for each part, whose name tells number and checksums and whose
modification time is the part's.
"""

import os
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from pydantic import TypeAdapter

from localcloud.cos import errors
from localcloud.cos.digests import Digests
from localcloud.cos.objects import Draft

MAX_PARTS = 10_000  # 436/7750
MIN_PART_BYTES = 1 << 20  # of every part but the last (436/7750)


@dataclass(frozen=True)
class MultipartUpload:
    """An upload in parts that was initiated, and neither completed nor aborted."""

    upload_id: str
    draft: Draft
    initiated_at: datetime


@dataclass(frozen=True)
class Part:
    """One part that has been uploaded."""

    number: int
    size: int  # bytes
    md5: bytes
    crc64: int
    last_modified: datetime
    path: Path

    @property
    def etag(self) -> str:
        """The hex MD5 of the part, no quotes."""
        return self.md5.hex()


@dataclass(frozen=True)
class WantedPart:
    """What a request to complete says of a part."""

    number: int
    etag: str  # no quotes


_UPLOAD = TypeAdapter(MultipartUpload)


class PendingUploads:
    """The incomplete uploads of a bucket. Safe to share between threads."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = threading.Lock()
        self._uploads = {upload.upload_id: upload for upload in self._read_all()}
        self._parts = {upload_id: dict(self._read_parts(upload_id)) for upload_id in self._uploads}

    def all(self) -> Sequence[MultipartUpload]:
        """Return the uploads in the order of their keys' bytes, and of a key the eldest first."""
        with self._lock:
            return sorted(self._uploads.values(), key=lambda upload: (upload.draft.key.encode(), upload.upload_id))

    def add(self, upload: MultipartUpload) -> None:
        """Begin an upload."""
        folder = self._directory / upload.upload_id
        folder.mkdir()
        (folder / "upload.json").write_bytes(_UPLOAD.dump_json(upload))
        with self._lock:
            self._uploads[upload.upload_id] = upload
            self._parts[upload.upload_id] = {}

    def find(self, key: str, upload_id: str) -> MultipartUpload:
        """Return the upload. Raises CloudError 404 NoSuchUpload."""
        with self._lock:
            return self._find(key, upload_id)

    def parts(self, key: str, upload_id: str) -> Sequence[Part]:
        """Return the parts so far, by their numbers. Raises CloudError 404 NoSuchUpload."""
        with self._lock:
            self._find(key, upload_id)
            return [part for _, part in sorted(self._parts[upload_id].items())]

    def put_part(self, key: str, upload_id: str, number: int, source: Path, *, digests: Digests, at: datetime) -> Part:
        """Take the file over as this part, in the place of a former one. Raises CloudError 404 NoSuchUpload."""
        with self._lock:
            self._find(key, upload_id)
            path = self._directory / upload_id / _part_name(number, digests)
            os.utime(source, (at.timestamp(), at.timestamp()))
            shutil.move(source, path)
            part = Part(number, digests.size, digests.md5, digests.crc64, _modified(path), path)
            former = self._parts[upload_id].get(number)
            self._parts[upload_id][number] = part
        if former and former.path != path:
            former.path.unlink()
        return part

    def close(self, key: str, upload_id: str, wanted: Sequence[WantedPart]) -> tuple[MultipartUpload, Sequence[Part]]:
        """Take the upload out to complete it, and return it with these of its parts; `add_again` undoes it.

        Raises CloudError 404 NoSuchUpload, 400 InvalidPart, InvalidPartOrder, EntityTooSmall.
        """
        with self._lock:
            upload = self._find(key, upload_id)
            parts = _chosen(key, self._parts[upload_id], wanted)
            del self._uploads[upload_id]
            return upload, parts

    def add_again(self, upload: MultipartUpload) -> None:
        """Have an upload that was closed and could not be completed go on."""
        with self._lock:
            self._uploads[upload.upload_id] = upload

    def discard(self, upload_id: str) -> None:
        """Remove what is left of a closed upload."""
        with self._lock:
            self._parts.pop(upload_id, None)
        shutil.rmtree(self._directory / upload_id)

    def abort(self, key: str, upload_id: str) -> None:
        """Remove the upload and its parts. Raises CloudError 404 NoSuchUpload."""
        with self._lock:
            self._find(key, upload_id)
            del self._uploads[upload_id]
        self.discard(upload_id)

    def _find(self, key: str, upload_id: str) -> MultipartUpload:
        upload = self._uploads.get(upload_id)
        if upload is None or upload.draft.key != key:
            raise errors.no_such_upload(key, upload_id)
        return upload

    def _read_all(self) -> Iterator[MultipartUpload]:
        for path in self._directory.glob("*/upload.json"):
            yield _UPLOAD.validate_json(path.read_bytes())

    def _read_parts(self, upload_id: str) -> Iterator[tuple[int, Part]]:
        """Yield the parts by number; of two with one number the younger comes last and so counts."""
        found = (self._directory / upload_id).glob("*.part")
        for path in sorted(found, key=lambda path: path.stat().st_mtime_ns):
            number, md5, crc, _ = path.name.split(".")
            part = Part(int(number), path.stat().st_size, bytes.fromhex(md5), int(crc, 16), _modified(path), path)
            yield part.number, part


def _chosen(key: str, parts: Mapping[int, Part], wanted: Sequence[WantedPart]) -> list[Part]:
    if not wanted:
        raise errors.malformed_xml(f"The request to complete {key!r} names no part. Name each with its ETag.")
    numbers = [each.number for each in wanted]
    if numbers != sorted(set(numbers)):
        raise errors.invalid_part_order(key)
    if numbers[-1] - numbers[0] != len(numbers) - 1:  # 436/7742: numbers that are not consecutive
        raise errors.invalid_part(key, "the numbers are not consecutive")
    chosen = []
    for each in wanted:
        part = parts.get(each.number)
        if part is None or part.etag != each.etag:
            raise errors.invalid_part(key, f"part {each.number} with ETag {each.etag!r} was not uploaded")
        chosen.append(part)
    for part in chosen[:-1]:
        if part.size < MIN_PART_BYTES:
            raise errors.entity_too_small(key, part.number, MIN_PART_BYTES)
    return chosen


def _part_name(number: int, digests: Digests) -> str:
    return f"{number:05}.{digests.md5.hex()}.{digests.crc64:016x}.part"


def _modified(path: Path) -> datetime:
    return datetime.fromtimestamp(int(path.stat().st_mtime), timezone.utc)
