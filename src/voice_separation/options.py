"""What the uploader asks for one object, in its metadata; it overrides the settings.

`x-cos-meta-voice-separation-mode`, `-codec`, `-job-level` and `-skip`: set with the upload, read with the HEAD that
is needed anyway.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from voice_separation.errors import InvalidOptions
from voice_separation.jobs.audio import AudioConfig, AudioMode, Codec, VoiceSeparate, broken_rules, fitted
from voice_separation.settings import Settings

PREFIX = "x-cos-meta-voice-separation-"
SKIP = f"{PREFIX}skip"


class _Asked(BaseModel):
    """The options as the metadata has them; options of other names are for others."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    mode: AudioMode | None = None
    codec: Codec | None = None
    job_level: Annotated[int, Field(ge=0, le=2)] | None = Field(None, alias="job-level")


class Options(BaseModel):
    """What to do with one object. With a `template_id` the template decides on the encoding."""

    model_config = ConfigDict(frozen=True)

    template_id: str | None
    mode: AudioMode
    audio_config: AudioConfig
    job_level: int

    @property
    def parameters(self) -> VoiceSeparate | None:
        """The inline parameters of the job, or None when a template decides."""
        if self.template_id:
            return None
        return VoiceSeparate(audio_mode=self.mode, audio_config=self.audio_config)

    @property
    def extension(self) -> str | None:
        """What the names of the outputs end in; None when a template decides."""
        return None if self.template_id else self.audio_config.codec.value


def options_for(metadata: Mapping[str, str], settings: Settings) -> Options:
    """Return what to do with an object of this metadata (full header names, lower case).

    A mode or codec of its own puts inline parameters in the place of the template. Where the object's codec does not
    take the settings' sample rate or channel count, the nearest that it takes is used.
    Raises InvalidOptions, which names the headers and what they may hold.
    """
    asked = _read({name.removeprefix(PREFIX): text for name, text in metadata.items() if name.startswith(PREFIX)})
    inline = bool(asked.mode or asked.codec) or settings.template_id is None
    options = Options(
        template_id=None if inline else settings.template_id,
        mode=asked.mode or settings.audio_mode,
        audio_config=fitted(settings.audio_config, asked.codec) if asked.codec else settings.audio_config,
        job_level=settings.job_level if asked.job_level is None else asked.job_level,
    )
    if inline and (broken := broken_rules(options.mode, options.audio_config)):
        raise InvalidOptions(f"the object's own mode or codec does not go with the rest: {'; '.join(broken.values())}")
    return options


def says_skip(metadata: Mapping[str, str]) -> bool:
    """Tell whether the object is to be left alone: `-skip` is anything but `false`, `0` or nothing."""
    return metadata.get(SKIP, "false").strip().lower() not in ("false", "0", "")


def _read(asked: dict[str, str]) -> _Asked:
    try:
        return _Asked.model_validate(asked)
    except ValidationError as error:
        wrong = "; ".join(f"{PREFIX}{problem['loc'][0]}: {problem['msg']}" for problem in error.errors())
        raise InvalidOptions(wrong) from error
