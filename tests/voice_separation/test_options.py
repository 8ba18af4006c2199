import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_separation.errors import InvalidOptions
from voice_separation.jobs.audio import AudioMode, Codec, broken_rules
from voice_separation.options import PREFIX, options_for, says_skip
from voice_separation.settings import Settings


def metadata(**options: str) -> dict[str, str]:
    return {PREFIX + name.replace("_", "-"): value for name, value in options.items()}


def test_without_metadata_the_settings_decide() -> None:
    settings = Settings(audio_mode=AudioMode.IS_AUDIO, audio_codec=Codec.FLAC, job_level=1)
    options = options_for({}, settings)
    assert (options.mode, options.audio_config, options.job_level) == (AudioMode.IS_AUDIO, settings.audio_config, 1)


def test_an_object_s_own_mode_codec_and_level_win() -> None:
    options = options_for(metadata(mode="MusicMode", codec="wav", job_level="2"), Settings())
    assert (options.mode, options.audio_config.codec, options.job_level) == (AudioMode.MUSIC_MODE, Codec.WAV, 2)
    assert options.extension == "wav"


def test_a_mode_of_its_own_takes_the_place_of_the_template_and_a_level_does_not() -> None:
    settings = Settings(template_id="t1")
    assert options_for(metadata(mode="IsAudio"), settings).template_id is None
    assert options_for(metadata(mode="IsAudio"), settings).parameters is not None
    with_level = options_for(metadata(job_level="1"), settings)
    assert (with_level.template_id, with_level.parameters, with_level.extension) == ("t1", None, None)


def test_a_codec_of_its_own_gets_the_nearest_encoding_that_it_takes() -> None:
    config = options_for(metadata(codec="amr"), Settings()).audio_config
    assert (config.codec, config.samplerate, config.channels) == (Codec.AMR, 8000, 1)
    surround = Settings(audio_codec=Codec.FLAC, audio_channels=6, audio_samplerate=96000)
    config = options_for(metadata(codec="mp3"), surround).audio_config
    assert (config.samplerate, config.channels) == (48000, 2)


@pytest.mark.parametrize(
    ("text", "skip"), [("true", True), ("1", True), ("yes", True), ("false", False), ("0", False), ("", False)]
)
def test_skip_is_a_yes_unless_it_says_no(text: str, *, skip: bool) -> None:
    assert says_skip(metadata(skip=text)) is skip


def test_without_the_header_nothing_is_skipped() -> None:
    assert not says_skip({})


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"mode": "Loud"}, "voice-separation-mode"),
        ({"codec": "vorbis"}, "voice-separation-codec"),
        ({"job_level": "9"}, "voice-separation-job-level"),
        ({"mode": "MusicMode", "codec": "flac"}, "MusicMode takes the codecs"),
    ],
)
def test_what_there_is_not_is_refused_by_the_name_of_its_header(wrong: dict[str, str], named: str) -> None:
    with pytest.raises(InvalidOptions, match=named):
        options_for(metadata(**wrong), Settings())


def test_metadata_of_others_is_left_alone() -> None:
    others = {"x-cos-meta-artist": "nobody", PREFIX + "mood": "glad"}
    assert options_for(others, Settings()) == options_for({}, Settings())


@given(
    st.sampled_from(Codec), st.sampled_from([8000, 11025, 44100, 96000, None]), st.sampled_from([1, 2, 5, 6, 8, None])
)
def test_whatever_the_settings_an_object_s_codec_ends_in_a_legal_combination(
    codec: Codec, rate: int | None, channels: int | None
) -> None:
    settings = Settings(audio_codec=Codec.WAV, audio_samplerate=rate, audio_channels=channels)
    options = options_for(metadata(codec=codec.value), settings)
    assert broken_rules(options.mode, options.audio_config) == {}
