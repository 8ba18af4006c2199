"""Write docs/protocol.md: every node of the vendor's that the app sends or reads, from the models themselves."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import xmltodict
from pydantic import BaseModel

from voice_separation.jobs import answer, queues, templates
from voice_separation.jobs.audio import AudioConfig, AudioMode, Codec, Stem, VoiceSeparate
from voice_separation.jobs.callbacks import KafkaCallback, NoCallback, TdmqCallback, UrlCallback
from voice_separation.jobs.detail import JobDetail
from voice_separation.jobs.listing import JobFilter
from voice_separation.jobs.nodes import Node
from voice_separation.jobs.request import JobRequest, render
from voice_separation.notifications import _Notification
from voice_separation.options import PREFIX, SKIP, _Asked
from voice_separation.tencent.refusals import _BY_CODE

PAGE = Path(__file__).resolve().parent.parent / "docs" / "protocol.md"

HEAD = """\
# The VoiceSeparate protocol, node by node

<!-- Written by tools/protocol_page.py from the models (make docs). A test fails when it is stale. -->

Which node of Tencent's becomes which field here. Sources: job 460/84794 and 1045/43712, template 436/120977, query
436/120621, list 460/84766, callback 1045/49531, queues 460/46234, Smart Audio 1045/73364 (cloud.tencent.com and
tencentcloud.com, document/product/…); for `MediaInfo`, bass and drum: cos-go-sdk-v5, ci_media.go.

Nodes that are not listed are ignored, never fatal. A node may be empty, `-` (times) or missing: all three read as
absent. Where several may stand, one may stand bare. Numbers are text on the wire.
"""

REQUEST = """
## `POST /jobs`: what is sent

| node | from |
|---|---|
"""

# The field of JobRequest behind each node; everything else is a constant.
REQUEST_FIELDS = {
    "Tag": "the constant `VoiceSeparate`",
    "Input.Object": "`JobRequest.object`",
    "Operation.TemplateId": "`JobRequest.template_id`; wins over `VoiceSeparate`, which is then not sent",
    "Operation.VoiceSeparate.AudioMode": "`VoiceSeparate.audio_mode`",
    "Operation.VoiceSeparate.AudioConfig.Codec": "`AudioConfig.codec`",
    "Operation.VoiceSeparate.AudioConfig.Samplerate": "`AudioConfig.samplerate`, Hz",
    "Operation.VoiceSeparate.AudioConfig.Bitrate": "`AudioConfig.bitrate`, kbit/s",
    "Operation.VoiceSeparate.AudioConfig.Channels": "`AudioConfig.channels`",
    "Operation.Output.Region": "`JobRequest.output_region`",
    "Operation.Output.Bucket": "`JobRequest.output_bucket`",
    "Operation.Output.Object": "`JobRequest.outputs[background]`",
    "Operation.Output.AuObject": "`JobRequest.outputs[voice]`",
    "Operation.Output.BassObject": "`JobRequest.outputs[bass]`",
    "Operation.Output.DrumObject": "`JobRequest.outputs[drum]`",
    "Operation.UserData": "`JobRequest.user_data`; the app writes `upload_id=<id> etag=<etag>`",
    "Operation.JobLevel": "`JobRequest.job_level`; 0 is not sent",
    "QueueId": "`JobRequest.queue_id`",
    "CallBackFormat": "`UrlCallback.format`, `TdmqCallback.format`, `KafkaCallback.format`",
    "CallBackType": "which of the callbacks it is: `Url`, `TDMQ`, `Kafka`",
    "CallBack": "`UrlCallback.url`; `no` for `NoCallback`",
    "CallBackMqConfig.MqRegion": "`TdmqCallback.region`",
    "CallBackMqConfig.MqMode": "`TdmqCallback.mode`",
    "CallBackMqConfig.MqName": "`TdmqCallback.name`",
    "CallBackKafkaConfig.Region": "`KafkaCallback.region`",
    "CallBackKafkaConfig.InstanceId": "`KafkaCallback.instance_id`",
    "CallBackKafkaConfig.Topic": "`KafkaCallback.topic`",
}

UNVERIFIED = """
## What could not be verified

No live call was made. What follows is read tolerantly, or kept behind a setting, and no more is relied on.

- Whether CI retries a callback, how often, how long it waits, and what it takes for success.
- Which headers a callback has; XML or JSON is told by the body's first byte.
- Whether a job with one output writes JSON lists or bare values: both are read.
- What a failed job's notification looks like; `State` decides, never `Message`.
- Whether a cancelled job is reported at all.
- What `IsAudio` with only `Object` writes. It is taken for the voice; the app itself never sends it.
- Whether bass and drum keys take placeholders, and the order of four outputs: stems are matched by name.
- wav's limits on sample rate and channels; `Kafka` for this Tag; the limit on `UserData` (1,024, a sibling's).
- Which queue VoiceSeparate uses in a bucket bound before 2024; the answer's `QueueId` tells.
- Whether a 200 can carry a failed job: it is checked for.
- On which wire the numeric error codes appear: they are recognised everywhere.
- How special characters are written in `cosObject.key`, and whether Append fires: every reading is tried with HEAD.
"""


def page() -> str:
    """Return the whole page."""
    parts = [HEAD, REQUEST, *(f"| `{path}` | {REQUEST_FIELDS[path]} |\n" for path in request_paths())]
    parts += [section("Answers to `/jobs`", "Response", answer._Response)]
    remark = "`JobsDetail` is that of the answers above. JSON has the same nodes without `Response`."
    parts += [section("Notification", "Response", _Notification, remark, stop=JobDetail)]
    parts += [section("Template", "Response", templates.TemplateAnswer)]
    parts += [section("List of templates", "Response", templates.TemplatePage)]
    parts += [section("List of queues", "Response", queues.QueuePage)]
    parts += [section("Buckets with Smart Audio", "Response", queues.SmartAudioBuckets)]
    parts += ["\n## `GET /jobs`: filters\n\n| parameter | from |\n|---|---|\n", *filters()]
    parts += ["\n## Options of one object\n\n| metadata | values |\n|---|---|\n", *options()]
    parts += ["\n## Error codes\n\n", *errors(), UNVERIFIED]
    return "".join(parts)


def request_paths() -> list[str]:
    """Return the path of every node that any request can have, as rendered, in the order of the table above."""
    found: set[str] = set()
    for request in every_kind_of_request():
        found |= set(leaves(xmltodict.parse(render(request))["Request"], ""))
    unknown = found ^ set(REQUEST_FIELDS)
    if unknown:
        raise SystemExit(f"REQUEST_FIELDS and what is rendered differ in: {', '.join(sorted(unknown))}")
    return list(REQUEST_FIELDS)


def every_kind_of_request() -> Iterator[JobRequest]:
    """Yield requests that together have every node."""
    config = AudioConfig(codec=Codec.MP3, samplerate=44100, bitrate=128, channels=2)
    base = JobRequest(
        object="in",
        output_bucket="b",
        output_region="r",
        outputs={stem: stem.value for stem in Stem},
        parameters=VoiceSeparate(audio_mode=AudioMode.MUSIC_MODE, audio_config=config),
        user_data="u",
        job_level=1,
        queue_id="q",
    )
    yield base.model_copy(update={"template_id": "t"})
    for callback in (
        UrlCallback(url="https://h.example"),
        NoCallback(),
        TdmqCallback(region="gz", name="n"),
        KafkaCallback(region="r", instance_id="i", topic="t"),
    ):
        yield base.model_copy(update={"callback": callback})


def leaves(tree: Any, path: str) -> Iterator[str]:
    """Yield the path of every value."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from leaves(value, f"{path}.{name}".removeprefix("."))
    else:
        yield path


def section(title: str, root: str, model: type[Node], remark: str = "", stop: type[Node] | None = None) -> str:
    """Return the table of one answer."""
    rows = "".join(
        f"| `{path}` | `{owner}.{field}` | {kind} |\n" for path, owner, field, kind in nodes(model, root, stop)
    )
    return f"\n## {title}\n\n{remark}{chr(10) * 2 if remark else ''}| node | field | |\n|---|---|---|\n{rows}"


def nodes(model: type[BaseModel], path: str, stop: type[Node] | None) -> Iterator[tuple[str, str, str, str]]:
    """Yield every node that a model reads, depth first: path, model, field, kind; nothing below the model `stop`."""
    for name, field in model.model_fields.items():
        below = f"{path}.{field.alias}"
        inner = next(models(field.annotation), None)
        many = "tuple" in str(field.annotation)
        told = "one or more" if many else "container" if inner else kind(str(field.annotation))
        yield below, model.__name__.lstrip("_"), name, told
        if inner and inner is not stop:
            yield from nodes(inner, below, stop)


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models inside a type."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) is not None:
        for part in get_args(annotation):
            yield from models(part)


def kind(annotation: str) -> str:
    """Return what a value is read as."""
    return "number" if "float" in annotation else "time" if "datetime" in annotation else "text"


def filters() -> Iterator[str]:
    """Yield a row for each parameter of the list of jobs."""
    names = {
        "tag": "tag",
        "inputObject": "input_object",
        "size": "size",
    }
    if set(names.values()) != set(JobFilter.model_fields):
        raise SystemExit("the filters and JobFilter differ")
    yield from (f"| `{parameter}` | `JobFilter.{field}` |\n" for parameter, field in names.items())
    yield "| `orderByTime` | the constant `Desc`: the newest first |\n"
    yield "| `nextToken` | the page before |\n"


def options() -> Iterator[str]:
    """Yield a row for each option of an object."""
    values = {
        "mode": ", ".join(f"`{mode.value}`" for mode in AudioMode),
        "codec": ", ".join(f"`{codec.value}`" for codec in Codec),
        "job_level": "0, 1, 2",
    }
    for name, field in _Asked.model_fields.items():
        yield f"| `{PREFIX}{field.alias or name}` | {values[name]} |\n"
    yield f"| `{SKIP}` | `true`; anything but `false`, `0` or nothing |\n"


def errors() -> Iterator[str]:
    """Yield the table of error codes."""
    yield "| code | error here | what it means |\n|---|---|---|\n"
    for code, error in _BY_CODE.items():
        yield f"| `{code}` | `{error.__name__}` | {(error.__doc__ or '').strip().splitlines()[0]} |\n"
    yield "\nOther codes go by the HTTP status: 429 `Throttled`, 5xx `Unavailable`, the rest `Misconfigured`; "
    yield "their text is kept.\nOf `POST /jobs` a 4xx other than 401, 403 and 404 is `JobInvalid`: 400 "
    yield "`InvalidArgument` before all.\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.name}", file=sys.stderr)  # noqa: T201 - a tool talks
