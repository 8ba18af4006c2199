"""What is asked of CI: the body of `POST /jobs`."""

import re
from enum import Enum
from typing import Any

import xmltodict
from pydantic import BaseModel, ConfigDict, model_validator

from voice_separation.jobs.audio import Stem, VoiceSeparate
from voice_separation.jobs.detail import TAG

# XML 1.0 cannot carry these at all, not even escaped; lone surrogates cannot be encoded.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_OUTPUT_NODES: tuple[tuple[Stem, str], ...] = (
    (Stem.BACKGROUND, "Object"),
    (Stem.VOICE, "AuObject"),
    (Stem.BASS, "BassObject"),
    (Stem.DRUM, "DrumObject"),
)


class CallbackFormat(str, Enum):
    """How CI writes the notification."""

    XML = "XML"
    JSON = "JSON"


class JobRequest(BaseModel):
    """One VoiceSeparate job to submit.

    `outputs` maps each wanted stem to its object key in `output_bucket`; `template_id` wins over `parameters`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    object: str
    output_bucket: str
    output_region: str
    outputs: dict[Stem, str]
    template_id: str | None = None
    parameters: VoiceSeparate | None = None
    user_data: str | None = None
    job_level: int = 0
    queue_id: str | None = None
    callback: str | None = None
    callback_format: CallbackFormat = CallbackFormat.JSON

    @model_validator(mode="after")
    def _must_name_what_to_do_and_where_to(self) -> "JobRequest":
        if self.template_id is None and self.parameters is None:
            raise ValueError("a job needs a template id or inline parameters")
        if not {Stem.VOICE, Stem.BACKGROUND} & set(self.outputs):
            raise ValueError("Object (background) and AuObject (voice) must not both be empty")
        return self


def unwritable_in_xml(text: str) -> bool:
    """Tell whether a text holds a character that no XML document can carry."""
    return _UNWRITABLE.search(text) is not None


def render(request: JobRequest) -> bytes:
    """Write a request as CI's XML, its nodes in the order of the vendor's samples (460/84794)."""
    operation: dict[str, Any] = {}
    if request.template_id:
        operation["TemplateId"] = request.template_id
    elif request.parameters:
        operation["VoiceSeparate"] = _parameters(request.parameters)
    keys = {node: request.outputs[stem] for stem, node in _OUTPUT_NODES if stem in request.outputs}
    operation["Output"] = {"Region": request.output_region, "Bucket": request.output_bucket, **keys}
    operation["UserData"] = request.user_data
    operation["JobLevel"] = request.job_level
    body = {
        "Tag": TAG,
        "Input": {"Object": request.object},
        "Operation": _present(operation),
        "QueueId": request.queue_id,
        "CallBackFormat": request.callback_format.value if request.callback else None,
        "CallBack": request.callback,
    }
    text = xmltodict.unparse({"Request": _present(body)}, full_document=False)
    return text.encode()


def _parameters(parameters: VoiceSeparate) -> dict[str, Any]:
    config = parameters.audio_config
    nodes = {
        "Codec": config.codec.value,
        "Samplerate": config.samplerate,
        "Bitrate": config.bitrate,
        "Channels": config.channels,
    }
    return {"AudioMode": parameters.audio_mode.value, "AudioConfig": _present(nodes)}


def _present(nodes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in nodes.items() if value is not None}
