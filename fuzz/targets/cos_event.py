r"""Door 1, whole: a COS event, then the metadata that the uploader left on the object.

An input is the event in JSON, a line `%%`, and lines `name: value` of metadata.
"""

import json
import re

import xmltodict

import submit
from fuzz.cloud import Asked, MemoryCloud
from fuzz.doors import BUCKET, CALLBACK_URL, call, check_nothing_leaks
from voice_separation.errors import MalformedEvent, SubmissionIncomplete

_METADATA = "x-cos-meta-"
# The platform, not the uploader, says in a workflow's event which region it is.
_HOST = re.compile(rf"{BUCKET}\.(cos|ci)\.[a-z0-9-]+\.myqcloud\.com", re.ASCII)
_STEMS = ("Object", "AuObject", "BassObject", "DrumObject")
_LONGEST_KEY = 1024


def target(data: bytes) -> None:
    """Call door 1: it ends as documented, and asks for nothing but what its settings allow."""
    event_part, _, metadata = data.partition(b"\n%%\n")
    try:
        event = json.loads(event_part.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return
    cloud = MemoryCloud(metadata=_metadata(metadata))
    called = call(submit, event, cloud, expected=(MalformedEvent, SubmissionIncomplete))
    check_nothing_leaks(called, cloud)
    json.dumps(called.result)
    for request in cloud.asked:
        _check_request(request)


def _metadata(lines: bytes) -> dict[str, str]:
    pairs = (line.partition(":")[::2] for line in lines.decode("latin-1").splitlines())
    return {f"{_METADATA}{name.strip().lower()}": value.strip() for name, value in pairs}


def _check_request(request: Asked) -> None:
    if not _HOST.fullmatch(request.host):
        raise AssertionError(f"asked {request.host}")
    if not request.target.isascii() or any(part in (".", "..") for part in request.target.split("/")):
        raise AssertionError(f"{request.target} can be taken for another path")
    if request.method in ("PUT", "DELETE") and not request.path.startswith("/index/"):
        raise AssertionError(f"{request.method} {request.path}")
    if request.method == "POST":
        _check_job(request.body)


def _check_job(body: bytes) -> None:
    """Fail unless the job reads from the input prefix, writes below the output prefix and reports to our address."""
    job = xmltodict.parse(body, strip_whitespace=False)["Request"]
    output = job["Operation"]["Output"]
    keys = [output[stem] for stem in _STEMS if stem in output]
    if not job["Input"]["Object"].startswith("incoming/"):
        raise AssertionError("an input from elsewhere")
    if output["Bucket"] != BUCKET or not job["CallBack"].startswith(f"{CALLBACK_URL}/v1/"):
        raise AssertionError("the uploader chose a bucket or an address")
    for key in keys:
        unsafe = "${" in key or {".", ".."} & set(key.split("/")) or len(key.encode()) > _LONGEST_KEY
        if unsafe or not key.startswith("separated/"):
            raise AssertionError(f"an output at {key!r}")
