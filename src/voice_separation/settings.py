"""The environment of the functions, read and checked together: one error lists every bad variable."""

import os
import re
import string
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from voice_separation.bucket import Bucket
from voice_separation.callback_secrets import parse_callback_secrets
from voice_separation.errors import InvalidSettings
from voice_separation.jobs.audio import AudioConfig, AudioMode, Codec, broken_rules
from voice_separation.jobs.formats import CallbackFormat
from voice_separation.secret_rings import StoredSecret, parse_setting

# FAQ 1045/54377 (2024-01-31): what voice separation takes. Other pages list more; set INPUT_SUFFIXES to try them.
DOCUMENTED_SUFFIXES = ".mp4,.avi,.mov,.flac,.wav,.amr,.mp3,.aac"
OUTPUT_NAME_FIELDS = frozenset({"key", "stem", "ext", "name", "dir", "upload_id", "date"})
NOT_SET = "-"  # SCF takes no variable with an empty value (API 2018-04-16, structure Variable)


def _bucket(value: str) -> str:
    return Bucket(value, "ap-guangzhou").name  # checks the name


def _region(value: str) -> str:
    return Bucket("any-1250000000", value).region  # checks the region


def _read_prefix(value: str) -> str:
    if value.startswith("/"):
        raise ValueError("no key begins with a slash, so nothing would ever match; write incoming/")
    return value


def _written_prefix(value: str) -> str:
    if value.startswith("/") or not value.endswith("/"):
        raise ValueError("a prefix to write under ends with a slash and begins with none, like separated/")
    return value


def _suffixes(value: str) -> tuple[str, ...]:
    suffixes = tuple(part.strip().lower() for part in value.split(",") if part.strip())
    wrong = [suffix for suffix in suffixes if not suffix.startswith(".")]
    if wrong or not suffixes:
        raise ValueError("suffixes are separated by commas and each begins with a dot, like .mp3,.wav")
    return suffixes


def _output_name(value: str) -> str:
    try:
        fields = {name for _, name, spec, conversion in string.Formatter().parse(value) if name is not None}
        plain = all(not spec and not conversion for _, _, spec, conversion in string.Formatter().parse(value))
    except ValueError:
        fields, plain = {"?"}, False
    if not plain or fields - OUTPUT_NAME_FIELDS:
        known = " ".join(sorted(f"{{{name}}}" for name in OUTPUT_NAME_FIELDS))
        raise ValueError(f"the fields it may hold are {known}")
    if not {"key", "upload_id"} & fields or "stem" not in fields:
        raise ValueError("it must hold {stem} and one of {key} {upload_id}, or outputs overwrite each other")
    if value.startswith("/") or ".." in value.split("/"):
        raise ValueError("it begins with no slash and has no .. in it: everything is written below OUTPUT_PREFIX")
    return value


def _http_url(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/?#]+[^\s?#]*", value):
        raise ValueError("an address begins with http:// or https:// and has no query")
    return value.rstrip("/")


def _callback_secrets(value: str) -> tuple[str, ...] | StoredSecret:
    return parse_setting(value, parse_callback_secrets)


def _webhook_url(value: str) -> str:
    from voice_separation.webhook import parse_webhook_url

    return parse_webhook_url(value)


def _webhook_secrets(value: str) -> tuple[bytes, ...] | StoredSecret:
    from voice_separation.webhook import parse_webhook_secrets

    return parse_setting(value, parse_webhook_secrets)


Bucketname = Annotated[str, AfterValidator(_bucket)]
Regionname = Annotated[str, AfterValidator(_region)]
WrittenPrefix = Annotated[str, AfterValidator(_written_prefix)]
HttpUrl = Annotated[str, AfterValidator(_http_url)]


class Settings(BaseModel):
    """Every setting, by the name of its environment variable in lower case."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    input_bucket: Bucketname | None = None
    input_prefix: Annotated[str, AfterValidator(_read_prefix)] = "incoming/"
    input_suffixes: Annotated[tuple[str, ...], BeforeValidator(_suffixes)] = _suffixes(DOCUMENTED_SUFFIXES)
    output_bucket: Bucketname | None = None
    output_region: Regionname | None = None
    output_prefix: WrittenPrefix = "separated/"
    output_name: Annotated[str, AfterValidator(_output_name)] = "{key}/{stem}.{ext}"
    index_bucket: Bucketname | None = None
    index_prefix: WrittenPrefix = "index/"
    template_id: str | None = None
    audio_mode: AudioMode = AudioMode.AUDIO_AND_BACKGROUND
    audio_codec: Codec = Codec.MP3
    audio_samplerate: int | None = 44100
    audio_bitrate: int | None = None
    audio_channels: int | None = 2
    queue_id: str | None = None
    job_level: Annotated[int, Field(ge=0, le=2)] = 0
    callback_format: CallbackFormat = CallbackFormat.JSON
    callback_url: HttpUrl | None = None
    callback_secrets: Annotated[tuple[str, ...] | StoredSecret, BeforeValidator(_callback_secrets)] = Field(
        default=(), repr=False
    )
    callback_ttl_hours: Annotated[float, Field(gt=0, le=24 * 365)] = 72
    verify_callbacks: bool = True
    webhook_url: Annotated[str | None, BeforeValidator(_webhook_url)] = Field(default=None, repr=False)
    webhook_secrets: Annotated[tuple[bytes, ...] | StoredSecret, BeforeValidator(_webhook_secrets)] = Field(
        default=(), repr=False
    )
    max_input_bytes: Annotated[int, Field(gt=0)] = 5 * 1024**3
    enabled: bool = True
    claim_settle_seconds: Annotated[float, Field(ge=0, le=10)] = 1
    pending_grace_seconds: Annotated[int, Field(ge=0)] = 600
    segment_grace_seconds: Annotated[int, Field(ge=300)] = 1800
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    cos_endpoint: HttpUrl | None = None
    ci_endpoint: HttpUrl | None = None
    ssm_endpoint: HttpUrl | None = None

    @property
    def audio_config(self) -> AudioConfig:
        """The encoding that inline parameters ask for."""
        return AudioConfig(
            codec=self.audio_codec,
            samplerate=self.audio_samplerate,
            bitrate=self.audio_bitrate,
            channels=self.audio_channels,
        )

    def writes_to(self, bucket: str, key: str) -> bool:
        """Tell whether a key of an input bucket lies where this app writes outputs or its index."""
        return any(
            key.startswith(prefix) and bucket == (target or bucket)
            for target, prefix in (
                (self.output_bucket, self.output_prefix),
                (self.index_bucket, self.index_prefix),
            )
        )


NAMES = tuple(name.upper() for name in Settings.model_fields)


def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the function's environment; an empty variable, or a dash, counts as not set.

    Raises InvalidSettings, which names every bad variable at once and quotes no value.
    """
    environment = os.environ if environment is None else environment
    values = {name.lower(): environment.get(name, "").strip() for name in NAMES}
    given = {name: value for name, value in values.items() if value not in ("", NOT_SET)}
    problems = {name: _UNRESOLVED for name, value in given.items() if value == "undefined"}
    settings, invalid = _validated({name: value for name, value in given.items() if name not in problems})
    problems.update(invalid)
    for names, reason in _contradictions(settings):
        if not problems.keys() & set(names):
            problems.update(dict.fromkeys(names[:1], reason))
    if problems:
        raise InvalidSettings({name.upper(): reason for name, reason in problems.items()})
    return settings


_UNRESOLVED = "it is the text `undefined`: serverless.yml names a variable that .env did not set"


def _validated(given: Mapping[str, Any]) -> tuple[Settings, dict[str, str]]:
    """Return the settings and the problems; what is bad is left at its default, so that the rest is checked too."""
    try:
        return Settings.model_validate(given), {}
    except ValidationError as error:
        problems = {str(problem["loc"][0]): _reason(problem["msg"]) for problem in error.errors()}
        return Settings.model_validate({k: v for k, v in given.items() if k not in problems}), problems


def _reason(message: str) -> str:
    return message.removeprefix("Value error, ")


def _contradictions(settings: Settings) -> list[tuple[tuple[str, ...], str]]:
    """Return what no single variable shows: (the variables involved, the reason)."""
    found: list[tuple[tuple[str, ...], str]] = []
    places = {
        "input_prefix": (settings.input_bucket, settings.input_prefix),
        "output_prefix": (settings.output_bucket, settings.output_prefix),
        "index_prefix": (settings.index_bucket, settings.index_prefix),
    }
    for one, other in (
        ("output_prefix", "input_prefix"),
        ("index_prefix", "input_prefix"),
        ("index_prefix", "output_prefix"),
    ):
        if _overlap(places[one], places[other], settings.input_bucket):
            reason = f"it overlaps {other.upper()} in the same bucket: what is written would trigger again"
            found.append(((one, other), reason))
    if not settings.template_id:
        rules = broken_rules(settings.audio_mode, settings.audio_config)
        found.extend(((f"audio_{node.lower()}", "audio_codec", "audio_mode"), rule) for node, rule in rules.items())
    if settings.callback_url and not settings.callback_secrets:
        found.append((("callback_secrets", "callback_url"), "CALLBACK_URL needs it, or anybody could report jobs"))
    if settings.webhook_url and not settings.webhook_secrets:
        reason = "WEBHOOK_URL needs it, or the receiver could not tell who is speaking"
        found.append((("webhook_secrets", "webhook_url"), reason))
    if settings.webhook_secrets and not settings.webhook_url:
        found.append((("webhook_url", "webhook_secrets"), "WEBHOOK_SECRETS is set, but there is nobody to tell"))
    return found


def _overlap(one: tuple[str | None, str], other: tuple[str | None, str], input_bucket: str | None) -> bool:
    (bucket, prefix), (other_bucket, other_prefix) = one, other
    if (bucket or input_bucket) != (other_bucket or input_bucket):
        return False
    return prefix.startswith(other_prefix) or other_prefix.startswith(prefix)
