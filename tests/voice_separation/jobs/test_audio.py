from itertools import product

import pytest
from pydantic import ValidationError

from voice_separation.jobs.audio import AudioConfig, AudioMode, Codec, Stem, VoiceSeparate, broken_rules

# CI's table (436/120977): codec -> sample rates and channel counts that it takes.
LEGAL = {
    "aac": ({11025, 22050, 32000, 44100, 48000, 96000}, {1, 2, 4, 5, 6, 8}),
    "flac": ({11025, 22050, 32000, 44100, 48000, 96000}, {1, 2, 4, 5, 6, 8}),
    "mp3": ({11025, 22050, 32000, 44100, 48000}, {1, 2}),
    "amr": ({8000}, {1}),
}
RATES = (8000, 11025, 22050, 32000, 44100, 48000, 96000, 16000, 0)


@pytest.mark.parametrize("codec", LEGAL)
def test_each_codec_takes_just_the_combinations_of_the_table(codec: str) -> None:
    rates, channels = LEGAL[codec]
    taken = {
        (rate, count)
        for rate, count in product(RATES, range(10))
        if not broken_rules(AudioMode.IS_AUDIO, AudioConfig(codec=Codec(codec), samplerate=rate, channels=count))
    }
    assert taken == set(product(rates, channels))


@pytest.mark.parametrize(("bitrate", "legal"), [(7, False), (8, True), (1000, True), (1001, False)])
def test_bit_rates_are_8_to_1000_kbit_per_second(bitrate: int, *, legal: bool) -> None:
    assert (not broken_rules(AudioMode.IS_AUDIO, AudioConfig(bitrate=bitrate))) is legal


@pytest.mark.parametrize("codec", Codec)
def test_music_mode_takes_mp3_wav_and_aac_and_ignores_the_rest(codec: Codec) -> None:
    config = AudioConfig(codec=codec, samplerate=1, bitrate=1, channels=99)
    assert (not broken_rules(AudioMode.MUSIC_MODE, config)) is (codec.value in {"mp3", "wav", "aac"})


def test_a_refusal_names_every_rule_that_is_broken() -> None:
    with pytest.raises(ValidationError) as caught:
        VoiceSeparate(audio_config=AudioConfig(codec=Codec.AMR, samplerate=44100, channels=2, bitrate=1))
    text = str(caught.value)
    assert "amr takes 8000 Hz, not 44100" in text
    assert "amr takes 1 channel(s), not 2" in text
    assert "8 to 1000 kbit/s, not 1" in text


def test_each_mode_has_its_stems() -> None:
    assert AudioMode.IS_AUDIO.stems == (Stem.VOICE,)
    assert AudioMode.IS_BACKGROUND.stems == (Stem.BACKGROUND,)
    assert AudioMode.AUDIO_AND_BACKGROUND.stems == (Stem.VOICE, Stem.BACKGROUND)
    assert AudioMode.MUSIC_MODE.stems == (Stem.VOICE, Stem.BACKGROUND, Stem.BASS, Stem.DRUM)
