"""The events that door 1 is called with, read record by record (cloud.tencent.com/document/product/583/9707).

Fields that are missing from the page but seen in real events are optional here.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from voice_separation.bucket import Bucket
from voice_separation.errors import MalformedEvent
from voice_separation.uploads import CREATED, ObjectCreated


class _Lenient(BaseModel):
    model_config = ConfigDict(
        extra="ignore", frozen=True, coerce_numbers_to_str=True, hide_input_in_errors=True, defer_build=True
    )


class _CosObject(_Lenient):
    key: str = ""
    url: str = ""


class _CosBucket(_Lenient):
    name: str
    appid: str
    cosRegion: str = ""  # noqa: N815 - the vendor's spelling
    s3Region: str = ""  # noqa: N815 - the vendor's spelling


class _Cos(_Lenient):
    cosObject: _CosObject  # noqa: N815 - the vendor's spelling
    cosBucket: _CosBucket  # noqa: N815 - the vendor's spelling


class _Event(_Lenient):
    eventName: str  # noqa: N815 - the vendor's spelling


class _Record(_Lenient):
    cos: _Cos
    event: _Event


class _CosEvent(_Lenient):
    records: tuple[Any, ...] = Field(alias="Records")


class _ObjectInfo(_Lenient):
    bucket_id: str = Field(alias="BucketId")
    region: str = Field(alias="Region")
    object: str = Field(alias="Object", min_length=1)


class _WorkflowEvent(_Lenient):
    """What the custom-function node of a CI workflow sends (1045/43603)."""

    object_info: _ObjectInfo = Field(alias="ObjectInfo")


@dataclass(frozen=True)
class UnreadableRecord:
    """A record of an event that names no object; `reason` says which field is at fault."""

    reason: str


def read_event(event: object, *, default_region: str) -> tuple[ObjectCreated | UnreadableRecord, ...]:
    """Read the records of a COS event, each for itself: a bad one does not stop the others.

    The event of a CI workflow's custom-function node is one record. `default_region` is the function's own, which
    the bucket must share (583/9707); only where it is not known does the event tell the region.
    Raises MalformedEvent when it is neither.
    """
    if isinstance(event, dict) and "ObjectInfo" in event:
        return (_read_object_info(event),)
    try:
        records = _CosEvent.model_validate(event).records
    except ValidationError as error:
        raise MalformedEvent(
            "this is not a COS event: it has no list `Records`; events/cos-put.json shows the shape"
        ) from error
    return tuple(_read_record(record, default_region) for record in records)


def _read_object_info(event: object) -> ObjectCreated | UnreadableRecord:
    try:
        info = _WorkflowEvent.model_validate(event).object_info
    except ValidationError as error:
        return _unreadable(error)
    try:
        return ObjectCreated(f"{CREATED}*", Bucket(info.bucket_id, info.region), (info.object,))
    except ValueError as error:
        return UnreadableRecord(f"missing or wrong: {error}")


def _unreadable(error: ValidationError) -> UnreadableRecord:
    fields = sorted({".".join(map(str, problem["loc"])) for problem in error.errors()})
    return UnreadableRecord(f"missing or wrong: {', '.join(fields)}")


def _read_record(record: object, default_region: str) -> ObjectCreated | UnreadableRecord:
    try:
        parsed = _Record.model_validate(record)
    except ValidationError as error:
        return _unreadable(error)
    bucket, cos_object = parsed.cos.cosBucket, parsed.cos.cosObject
    try:
        url = urlsplit(cos_object.url)
        keys = _keys(cos_object, bucket, url.path)
        region = default_region or _region_in(url.hostname or "") or bucket.cosRegion or bucket.s3Region
        where = Bucket(f"{bucket.name}-{bucket.appid}", region)
        for key in keys:
            key.encode()
    except ValueError as error:
        return UnreadableRecord(f"missing or wrong: {error}")
    if not keys:
        return UnreadableRecord("missing or wrong: cos.cosObject.key, cos.cosObject.url")
    return ObjectCreated(parsed.event.eventName, where, keys)


def _region_in(host: str) -> str:
    """Return the region in `<bucket>.cos.<region>.myqcloud.com`; older hosts have a short code, which is none."""
    labels = host.split(".")
    return labels[2] if len(labels) >= 5 and labels[1] in {"cos", "cos-internal"} else ""


def _keys(cos_object: _CosObject, bucket: _CosBucket, url_path: str) -> tuple[str, ...]:
    """Return the readings of a key: the path of the URL decoded, then the key without `/appid/bucket/`.

    Never `unquote_plus`: a `+` in a path is a plus sign.
    """
    from_url = unquote(url_path[1:])
    from_key = cos_object.key.removeprefix(f"/{bucket.appid}/{bucket.name}/")
    return tuple(dict.fromkeys(key for key in (from_url, from_key) if key))
