"""Every AudioConfig that the vendor's table allows is really written, and no other is taken (API 436/120977)."""

from itertools import product
from pathlib import Path

import pytest

from localcloud.ci.jobs import State
from localcloud.ci.voice_separate import AudioConfig, AudioMode, VoiceSeparate
from localcloud.errors import CloudError
from localcloud.media.models import Codec
from localcloud.media.probe import probe
from tests.localcloud.ci.lab import OUTPUT, Lab, request_for
from tests.localcloud.media.files import tone, write

EVERY_RATE = (8000, 11025, 22050, 32000, 44100, 48000, 96000)
EVERY_CHANNELS = (1, 2, 4, 5, 6, 8)
# As the document has it, written out again here. Of wav it only says that it is there.
LEGAL: dict[Codec, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "aac": ((11025, 22050, 32000, 44100, 48000, 96000), EVERY_CHANNELS),
    "mp3": ((11025, 22050, 32000, 44100, 48000), (1, 2)),
    "flac": ((11025, 22050, 32000, 44100, 48000, 96000), EVERY_CHANNELS),
    "amr": ((8000,), (1,)),
    "wav": (EVERY_RATE, EVERY_CHANNELS),
}
EVERY_LEGAL = [
    (codec, rate, channels) for codec, (rates, many) in LEGAL.items() for rate, channels in product(rates, many)
]
NAMES = {"amr": "amr_nb", "wav": "pcm_s16le"}


@pytest.mark.parametrize(("codec", "rate", "channels"), EVERY_LEGAL)
def test_what_the_table_allows_is_written_as_asked(tmp_path: Path, codec: Codec, rate: int, channels: int) -> None:
    config = AudioConfig(codec=codec, samplerate=rate, channels=channels)
    encoding = VoiceSeparate(audio_mode=AudioMode.IS_AUDIO, audio_config=config).encoding
    track = probe(write(tmp_path / f"voice.{codec}", tone(0.3), encoding)).audio[0]
    assert (track.codec_name, track.sample_rate, track.channel) == (NAMES.get(codec, codec), rate, channels)


@pytest.mark.parametrize("codec", LEGAL)
@pytest.mark.parametrize("bitrate", [8, 128, 1000])
def test_every_bitrate_that_the_table_allows_is_written(tmp_path: Path, codec: Codec, bitrate: int) -> None:
    rate = LEGAL[codec][0][-1]
    config = AudioConfig(codec=codec, samplerate=rate, bitrate=bitrate)
    encoding = VoiceSeparate(audio_mode=AudioMode.IS_AUDIO, audio_config=config).encoding
    assert probe(write(tmp_path / f"voice.{codec}", tone(0.3), encoding)).audio[0].sample_rate == rate


def refused(codec: Codec, rate: int, channels: int) -> bool:
    nodes = f"<Codec>{codec}</Codec><Samplerate>{rate}</Samplerate><Channels>{channels}</Channels>"
    try:
        request_for(config=f"<AudioConfig>{nodes}</AudioConfig>")
    except CloudError as error:
        assert (error.status, error.code) == (400, "InvalidArgument")
        return True
    return False


@pytest.mark.parametrize("codec", LEGAL)
def test_what_the_table_does_not_allow_is_refused_and_nothing_else(codec: Codec) -> None:
    asked = product((*EVERY_RATE, 16000, 0), range(9))
    taken = [(codec, rate, channels) for rate, channels in asked if not refused(codec, rate, channels)]
    assert sorted(taken) == sorted(each for each in EVERY_LEGAL if each[0] == codec)


@pytest.mark.parametrize("bitrate", ["7", "1001", "-1", "fast"])
def test_a_bitrate_beyond_the_table_is_refused(bitrate: str) -> None:
    with pytest.raises(CloudError, match=r"^400 InvalidArgument: .*Bitrate"):
        request_for(config=f"<AudioConfig><Codec>mp3</Codec><Bitrate>{bitrate}</Bitrate></AudioConfig>")


@pytest.mark.parametrize("mode", [mode.value for mode in AudioMode])
@pytest.mark.parametrize("codec", LEGAL)
def test_every_mode_gives_its_stems_in_every_codec_it_may_have(
    lab: Lab, tmp_path: Path, mode: str, codec: Codec
) -> None:
    lab.upload_tone(tmp_path, seconds=0.3)
    nodes = {"AuObject": "au", "Object": "back", "BassObject": "bass", "DrumObject": "drum"}
    output = OUTPUT + "".join(f"<{node}>{name}.${{ext}}</{node}>" for node, name in nodes.items())
    rate = "<Samplerate>8000</Samplerate>" if codec == "amr" else ""
    config = f"<AudioConfig><Codec>{codec}</Codec>{rate}</AudioConfig>"
    if mode == "MusicMode" and codec not in ("mp3", "wav", "aac"):
        with pytest.raises(CloudError, match=f"Codec {codec} is not for MusicMode"):
            request_for(mode=mode, config=config, output=output)
        return
    job = lab.run(request_for(mode=mode, config=config, output=output))
    stems = {
        "IsAudio": ["au"],
        "IsBackground": ["back"],
        "AudioAndBackground": ["au", "back"],
        "MusicMode": ["au", "back", "bass", "drum"],
    }[mode]
    assert (job.state, job.message) == (State.SUCCESS, "")
    assert [file.key for file in job.files] == [f"{stem}.{codec}" for stem in stems]
    assert {file.media_info.audio[0].codec_name for file in job.files} == {NAMES.get(codec, codec)}
