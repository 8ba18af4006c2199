"""POST /jobs read: the body of CreateMediaJobs for VoiceSeparate (460/84794, 1045/43712)."""

import re
from collections.abc import Mapping
from dataclasses import replace

from pydantic import Field, model_validator

from localcloud.ci.call_backs import CallBack, CallBackFormat, CallBackType, Destination, KafkaConfig, MqConfig, Url
from localcloud.ci.nodes import Node, invalid_argument, read_node, read_request
from localcloud.ci.voice_separate import AudioMode, VoiceSeparate, require_tag
from localcloud.errors import not_implemented
from localcloud.media.models import Stem

NO_MORE: Mapping[str, str] = {}
_NO_CALL_BACK = "no"
# ${ext} and ${Ext}, ${jobid} and ${Jobid} occur in the vendor's documents; whether CI minds is UNVERIFIED.
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


class RequestInput(Node):
    """Which object to separate: its full key in the bucket of the host."""

    object: str = Field(min_length=1)


class Output(Node):
    """Where the stems go: `object` is the background, `au_object` the voice. Keys may hold ${ext} and ${jobid}."""

    region: str
    bucket: str
    object: str = ""
    au_object: str = ""
    bass_object: str = ""
    drum_object: str = ""

    @model_validator(mode="after")
    def _names_an_object(self) -> "Output":
        if not (self.object or self.au_object):
            raise ValueError("Object and AuObject are both empty, name at least one")
        return self


class Operation(Node):
    """What to do. A template, where named, wins over parameters given beside it."""

    template_id: str = ""
    voice_separate: VoiceSeparate | None = None
    output: Output
    user_data: str = Field(default="", max_length=1024)  # the limit is its siblings'; here it is UNVERIFIED
    job_level: int = Field(default=0, ge=0, le=2)

    @model_validator(mode="after")
    def _says_how(self) -> "Operation":
        if not self.template_id and self.voice_separate is None:
            raise ValueError("there is neither TemplateId nor VoiceSeparate, give one")
        return self


class JobRequest(Node):
    """The whole request."""

    input: RequestInput
    operation: Operation
    queue_id: str = ""
    call_back: str = Field(default="", pattern="^(no|https?://.*)?$", repr=False)  # it may hold a secret
    call_back_format: CallBackFormat | None = None
    call_back_type: CallBackType = "Url"
    call_back_mq_config: MqConfig | None = None
    call_back_kafka_config: KafkaConfig | None = None

    @model_validator(mode="after")
    def _names_its_broker(self) -> "JobRequest":
        if self.call_back_type == "TDMQ" and self.call_back_mq_config is None:
            raise ValueError("CallBackType is TDMQ and there is no CallBackMqConfig, give one")
        if self.call_back_type == "Kafka" and self.call_back_kafka_config is None:
            raise ValueError("CallBackType is Kafka and there is no CallBackKafkaConfig, give one")
        return self

    def call_back_or(self, other: CallBack | None) -> CallBack | None:
        """Return whom to tell when the job is finished: whom the request names, or else `other`, its queue's.

        CallBack=no keeps the queue quiet, too, and a CallBackFormat counts more than the queue's.
        """
        if self.call_back == _NO_CALL_BACK:
            return None
        destination = self._destination()
        if destination is not None:
            return CallBack(destination, self.call_back_format or "XML")
        if other is not None and self.call_back_format is not None:
            return replace(other, format=self.call_back_format)
        return other

    def _destination(self) -> Destination | None:
        match self.call_back_type:
            case "TDMQ":
                return self.call_back_mq_config
            case "Kafka":
                return self.call_back_kafka_config
            case "Url":
                return Url(self.call_back) if self.call_back else None


def read_job_request(body: bytes) -> JobRequest:
    """Return the request.

    Raises CloudError 400 MissingContent, InvalidContent or InvalidArgument, 501 NotImplemented for several operations.
    """
    children = read_request(body)
    require_tag(children)
    if isinstance(children.get("Operation"), list):
        # MultiJobs exist; whether VoiceSeparate may be one of them is UNVERIFIED.
        raise not_implemented("several Request.Operation at once (MultiJobs). Send a request for each.")
    return read_node(JobRequest, children)


def output_keys(
    output: Output, separate: VoiceSeparate, job_id: str, more: Mapping[str, str] = NO_MORE
) -> dict[Stem, str]:
    """Return the real key of each stem to write, voice first. A stem without a key is not written.

    `more` are placeholders beside ${ext} and ${jobid}, with their first letters small; others stay as they are.
    Raises CloudError 400 InvalidArgument where two stems would have one key.
    """
    named: dict[Stem, str] = {
        "voice": output.au_object,
        "background": output.object,
        "bass": output.bass_object,
        "drum": output.drum_object,
    }
    # The vendor's own samples give IsAudio with Object alone. That the only stem then goes to the only key is
    # UNVERIFIED, and so is the same the other way round.
    if separate.audio_mode is AudioMode.IS_AUDIO:
        named["voice"] = output.au_object or output.object
    if separate.audio_mode is AudioMode.IS_BACKGROUND:
        named["background"] = output.object or output.au_object
    # That ${ext} is the codec's name is UNVERIFIED: CI's documents call it the container format and show mp3 only.
    values = {"ext": separate.audio_config.codec, "jobid": job_id, **more}
    keys = {stem: _expand(named[stem], values) for stem in separate.stems if named[stem]}
    if len(set(keys.values())) < len(keys):
        raise invalid_argument(f"Request.Operation.Output names {next(iter(keys.values()))!r} twice. Name each once.")
    if not keys:
        raise invalid_argument(f"Request.Operation.Output names no object for {separate.audio_mode.value}. Name one.")
    return keys


def _expand(key: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: values.get(found[1][0].lower() + found[1][1:], found[0]), key)
