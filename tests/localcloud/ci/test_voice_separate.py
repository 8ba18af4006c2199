import pytest

from localcloud.ci.voice_separate import AudioConfig, AudioMode, VoiceSeparate
from localcloud.errors import CloudError
from localcloud.media.models import MUSIC, VOICE_AND_BACKGROUND, Encoding
from tests.localcloud.ci.lab import request_for

RATES = [8000, 11025, 22050, 32000, 44100, 48000, 96000]
CHANNELS = [1, 2, 3, 4, 5, 6, 7, 8]
LEGAL = {
    "aac": (RATES[1:], [1, 2, 4, 5, 6, 8]),
    "flac": (RATES[1:], [1, 2, 4, 5, 6, 8]),
    "mp3": (RATES[1:-1], [1, 2]),
    "amr": ([8000], [1]),
}


def config(codec: str, samplerate: int | str, channels: int | str = 1, bitrate: int | str = 64) -> str:
    return (
        f"<AudioConfig><Codec>{codec}</Codec><Samplerate>{samplerate}</Samplerate>"
        f"<Bitrate>{bitrate}</Bitrate><Channels>{channels}</Channels></AudioConfig>"
    )


def is_legal(nodes: str, mode: str = "AudioAndBackground") -> bool:
    try:
        request_for(config=nodes, mode=mode)
    except CloudError as error:
        assert (error.status, error.code) == (400, "InvalidArgument")
        return False
    return True


@pytest.mark.parametrize("codec", LEGAL)
def test_the_legal_sample_rates_are_the_documented_ones(codec: str) -> None:
    legal, _ = LEGAL[codec]
    assert [rate for rate in [*RATES, 12000, 192000] if is_legal(config(codec, rate))] == legal


@pytest.mark.parametrize("codec", LEGAL)
def test_the_legal_channels_are_the_documented_ones(codec: str) -> None:
    rates, legal = LEGAL[codec]
    assert [channels for channels in CHANNELS if is_legal(config(codec, rates[0], channels))] == legal


def test_bit_rates_go_from_8_to_1000() -> None:
    legal = [rate for rate in (0, 7, 8, 12, 1000, 1001, "128k") if is_legal(config("mp3", 44100, 2, rate))]
    assert legal == [8, 12, 1000]


@pytest.mark.parametrize("codec", ["ogg", "opus", "MP3", ""])
def test_other_codecs_are_refused_or_the_default(codec: str) -> None:
    assert is_legal(config(codec, 44100)) == (codec == "")


@pytest.mark.parametrize("codec", ["mp3", "wav", "aac", "flac", "amr"])
def test_music_mode_is_for_three_codecs_and_ignores_the_rest(codec: str) -> None:
    assert is_legal(config(codec, 12345, 7), "MusicMode") == (codec in {"mp3", "wav", "aac"})


@pytest.mark.parametrize("mode", ["", "isaudio", "Everything"])
def test_an_unknown_mode_is_refused(mode: str) -> None:
    assert not is_legal("", mode)


def test_a_refusal_names_the_node_and_what_to_choose() -> None:
    with pytest.raises(CloudError, match=r"Operation\.VoiceSeparate.*Samplerate 96000 is not for mp3.*48000"):
        request_for(config=config("mp3", 96000))


def test_what_is_not_said_is_cis_default() -> None:
    assert VoiceSeparate(audio_mode=AudioMode.IS_AUDIO).encoding == Encoding("aac", 44100, None, None)


def test_amr_is_mono_even_if_the_source_is_not() -> None:
    separate = VoiceSeparate(audio_mode=AudioMode.IS_AUDIO, audio_config=AudioConfig(codec="amr", samplerate=8000))
    assert separate.encoding.channels == 1


def test_modes_tell_their_stems_voice_first() -> None:
    stems = {mode.value: VoiceSeparate(audio_mode=mode).stems for mode in AudioMode}
    assert stems == {
        "IsAudio": ("voice",),
        "IsBackground": ("background",),
        "AudioAndBackground": ("voice", "background"),
        "MusicMode": ("voice", "background", "bass", "drum"),
    }


def test_only_music_mode_takes_bass_and_drum_out_of_the_background() -> None:
    ways = {mode.value: VoiceSeparate(audio_mode=mode).separation for mode in AudioMode}
    assert ways.pop("MusicMode") is MUSIC
    assert set(map(id, ways.values())) == {id(VOICE_AND_BACKGROUND)}
