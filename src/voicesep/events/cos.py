"""COS events, as the trigger of serverless.yml sends them; the objects need not exist."""

import mimetypes
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from localcloud.cos.models import ObjectCreated, StoredObject
from localcloud.scf.cos_trigger import object_created_event
from localcloud.scf.project import CosTrigger, FunctionSpec, Project
from voice_separation.bucket import Bucket

# The list of 583/9707. Append is in no list of the vendor's: whether it fires, and under which name, is UNVERIFIED.
EVENT_NAMES = {
    "put": "cos:ObjectCreated:Put",
    "post": "cos:ObjectCreated:Post",
    "copy": "cos:ObjectCreated:Copy",
    "multipart": "cos:ObjectCreated:CompleteMultipartUpload",
    "origin": "cos:ObjectCreated:Origin",
    "replication": "cos:ObjectCreated:Replication",
    "append": "cos:ObjectCreated:Append",
    "delete": "cos:ObjectRemove:Delete",
}
_REQUEST_ID = "NjE3Nzk2NGZfNjczNTJjMGJfZmJhNl8yZjVjMTkz"
_SOURCE_IP = "203.0.113.7"  # of a range for documentation (RFC 5737)
_NOWHERE = Path("/dev/null")


class NoCosTriggerError(Exception):
    """The serverless.yml declares no trigger that COS could send an event to."""


def cos_event(
    event_name: str, bucket: Bucket, keys: Iterable[str], *, size: int, at: datetime, project: Project
) -> dict[str, Any]:
    """Return the event of these objects, one record for each key; `size` in bytes.

    All event types share one shape here: that they differ in more than `eventName` is not documented.
    Raises NoCosTriggerError.
    """
    trigger, function = _receiver(project)
    records: list[Any] = []
    for key in keys:
        created = ObjectCreated(_stored(bucket, key, size, at), event_name, _authorization(at), _SOURCE_IP, at)
        records += object_created_event(created, trigger, function)["Records"]
    return {"Records": records}


def _receiver(project: Project) -> tuple[CosTrigger, FunctionSpec]:
    functions = {function.key: function for function in project.functions}
    for trigger in project.triggers:
        if isinstance(trigger, CosTrigger):
            return trigger, functions[trigger.function]
    raise NoCosTriggerError("serverless.yml has no trigger of type cos; add one to see its events")


def _stored(bucket: Bucket, key: str, size: int, at: datetime) -> StoredObject:
    """Return an object of which only what an event tells is made up; events tell neither ETag nor content."""
    return StoredObject(
        bucket=bucket.name,
        region=bucket.region,
        key=key,
        size=size,
        etag="",
        last_modified=at,
        content_type=mimetypes.guess_type(key)[0] or "",
        metadata={},
        path=_NOWHERE,
        crc64=0,
        request_id=_REQUEST_ID,
        headers={},
        storage_class="STANDARD",
    )


def _authorization(at: datetime) -> str:
    """Return the uploader's signature, recognisably made up, valid for a quarter of an hour around `at`."""
    second = int(at.timestamp())
    valid = f"{second - 60};{second + 840}"
    return (
        f"q-sign-algorithm=sha1&q-ak=AKIDEXAMPLE&q-sign-time={valid}&q-key-time={valid}"
        f"&q-header-list=host&q-url-param-list=&q-signature={'0' * 40}"
    )
