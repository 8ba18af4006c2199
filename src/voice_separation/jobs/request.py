"""What is asked of CI: the body of `POST /jobs` (460/84794)."""

import re
from typing import Any

import xmltodict
from pydantic import BaseModel, ConfigDict, Field, model_validator

from voice_separation.jobs.audio import AudioMode, Stem, VoiceSeparate
from voice_separation.jobs.callbacks import Callback
from voice_separation.jobs.nodes import Tree
from voice_separation.jobs.ticket import TAG

# XML 1.0 cannot carry these at all, not even escaped; lone surrogates cannot be encoded, and a carriage return would
# arrive as a line feed (XML 1.0 §2.11), which names another object.
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")

# In the order of the vendor's samples.
OUTPUT_NODES: tuple[tuple[Stem, str], ...] = (
    (Stem.BACKGROUND, "Object"),
    (Stem.VOICE, "AuObject"),
    (Stem.BASS, "BassObject"),
    (Stem.DRUM, "DrumObject"),
)
MAX_USER_DATA = 1024  # printable ASCII; stated for sibling jobs


class JobRequest(BaseModel):
    """One VoiceSeparate job to submit.

    `outputs` maps each wanted stem to its object key in `output_bucket`, which may hold `${ext}` and `${jobid}`;
    `template_id` wins over `parameters`; without a callback the queue's own is used.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)

    object: str = Field(min_length=1)
    output_bucket: str
    output_region: str
    outputs: dict[Stem, str]
    template_id: str | None = None
    parameters: VoiceSeparate | None = None
    user_data: str | None = Field(None, max_length=MAX_USER_DATA, pattern=r"^[\x20-\x7e]*$")
    job_level: int = Field(0, ge=0, le=2)
    queue_id: str | None = None
    callback: Callback | None = None

    @model_validator(mode="after")
    def _must_name_what_to_do_and_where_to(self) -> "JobRequest":
        if self.template_id is None and self.parameters is None:
            raise ValueError("a job needs a template id or inline parameters")
        inline = None if self.template_id else self.parameters
        broken = broken_output_rule(inline.audio_mode if inline else None, self.outputs)
        if broken:
            raise ValueError(broken)
        return self


def broken_output_rule(mode: AudioMode | None, outputs: dict[Stem, str]) -> str | None:
    """Return which output node is missing or too many; None when all is well. `mode` None: a template decides.

    CI documents only that Object and AuObject must not both be empty; that each mode needs a node for each of its
    stems follows from what the nodes mean. What CI does otherwise is UNVERIFIED.
    """
    node_of = dict(OUTPUT_NODES)
    given = {stem for stem, key in outputs.items() if key}
    if not {Stem.VOICE, Stem.BACKGROUND} & given:
        return "Object (background) and AuObject (voice) must not both be empty"
    if mode is None or given == set(mode.stems):
        return None
    if len(mode.stems) == 1 and len(given) == 1:  # the vendor's own sample has IsAudio with Object (1045/43712)
        return None
    needed = ", ".join(node_of[stem] for stem in mode.stems)
    named = ", ".join(node for stem, node in OUTPUT_NODES if stem in given)
    return f"{mode.value} needs just the output keys {needed}, not {named}"


def can_be_named(key: str) -> bool:
    """Tell whether a request can name the object of this key; XML cannot carry every character that COS allows."""
    return _UNWRITABLE.search(key) is None


def render(request: JobRequest) -> bytes:
    """Write a request as CI's XML, its nodes in the order of the vendor's samples."""
    operation: Tree = {}
    if request.template_id:
        operation["TemplateId"] = request.template_id
    elif request.parameters:
        operation["VoiceSeparate"] = parameter_nodes(request.parameters)
    keys = {node: request.outputs[stem] for stem, node in OUTPUT_NODES if stem in request.outputs}
    operation["Output"] = {"Region": request.output_region, "Bucket": request.output_bucket, **keys}
    operation["UserData"] = request.user_data
    operation["JobLevel"] = request.job_level or None  # 0 is the default
    return render_request(
        {
            "Tag": TAG,
            "Input": {"Object": request.object},
            "Operation": _present(operation),
            "QueueId": request.queue_id,
            **(request.callback.nodes() if request.callback else {}),
        }
    )


def parameter_nodes(parameters: VoiceSeparate) -> Tree:
    """Return AudioMode and AudioConfig, as jobs and templates write them."""
    config = parameters.audio_config
    nodes = {
        "Codec": config.codec.value,
        "Samplerate": config.samplerate,
        "Bitrate": config.bitrate,
        "Channels": config.channels,
    }
    return {"AudioMode": parameters.audio_mode.value, "AudioConfig": _present(nodes)}


def render_request(nodes: Tree) -> bytes:
    """Write a `<Request>`; nodes that are None are left out."""
    return xmltodict.unparse({"Request": _present(nodes)}, full_document=False).encode()


def _present(nodes: dict[str, Any]) -> Tree:
    return {name: value for name, value in nodes.items() if value is not None}
