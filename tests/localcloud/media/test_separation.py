"""Measured with these recordings is what the comments say; the limits lie a little below."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localcloud.media import separation
from localcloud.media.models import SAMPLE_RATE
from localcloud.media.separation import Audio, Stems, music_stems, separate, voice_and_background
from tests.localcloud.media.mixtures import Mixture, gain, talk_over_hiss, talk_over_music


def gains(mixture: Mixture) -> tuple[float, float]:
    voice, background = voice_and_background(mixture.audio)
    return (
        gain(voice, mixture.voice, mixture.audio),
        gain(background, mixture.background, mixture.audio),
    )


def in_pieces(audio: Audio, size: int) -> Iterator[Audio]:
    return (audio[:, at : at + size] for at in range(0, audio.shape[1], size))


def joined(parts: Iterator[Stems]) -> list[Audio]:
    return [np.concatenate(stem, axis=1) for stem in zip(*parts, strict=True)]


def test_speech_over_music_in_stereo_gains_nine_decibels() -> None:
    voice, background = gains(talk_over_music())
    assert voice > 9.0  # 9.8
    assert background > 9.0  # 9.8


def test_speech_over_music_in_mono_gains_eight_decibels() -> None:
    voice, background = gains(talk_over_music(channels=1))
    assert voice > 8.0  # 8.7
    assert background > 8.0  # 8.8


def test_speech_over_hiss_gains_six_decibels() -> None:
    voice, background = gains(talk_over_hiss())
    assert voice > 6.3  # 7.0
    assert background > 7.0  # 7.8


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_other_speech_and_music_gains_as_much(seed: int) -> None:
    assert min(gains(talk_over_music(seed=seed))) > 8.5  # 9.2 to 9.4


@pytest.mark.parametrize(
    ("part", "mixture", "costs"),
    [
        ("_not_held", talk_over_music(), 3.5),  # 4.2
        ("_spoken", talk_over_music(), 3.5),  # 4.4
        ("_centred", talk_over_music(), 1.0),  # 1.5
        ("_above_noise_floor", talk_over_hiss(), 4.5),  # 5.3
    ],
)
def test_every_part_of_the_method_earns_its_place(
    part: str, mixture: Mixture, costs: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, _ = gains(mixture)
    monkeypatch.setattr(separation, part, lambda *_: np.float32(1))
    without, _ = gains(mixture)
    assert whole - without > costs


def test_what_rumbles_below_speech_is_background() -> None:
    time = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    pulses = np.sin(2 * np.pi * 40 * time) * (np.sin(2 * np.pi * 5 * time) > 0)
    voice, _ = voice_and_background(pulses[None].astype(np.float32))
    assert np.square(voice).mean() < 1e-3 * np.square(pulses).mean()


def test_voice_and_background_add_up_to_the_recording() -> None:
    audio = talk_over_music().audio
    voice, background = voice_and_background(audio)
    assert voice.dtype == background.dtype == np.float32
    assert np.abs(voice + background - audio).max() < 1e-6  # 3e-8


def test_the_four_stems_of_music_add_up_to_the_recording() -> None:
    audio = talk_over_music().audio
    assert np.abs(sum(music_stems(audio)) - audio).max() < 1e-6  # 6e-8


def test_a_low_note_is_bass_and_a_stroke_is_drum() -> None:
    time = np.arange(4 * SAMPLE_RATE) / SAMPLE_RATE
    note = 0.3 * np.sin(2 * np.pi * 80 * time)
    strokes = np.random.default_rng(1).standard_normal(len(time)) * np.exp(-60 * (time % 0.5))
    loudest = {
        name: int(np.argmax([np.square(stem).sum() for stem in music_stems(sound[None].astype(np.float32))]))
        for name, sound in {"note": note, "strokes": strokes}.items()
    }
    assert loudest == {"note": 2, "strokes": 3}


@pytest.mark.parametrize("stems_of", [voice_and_background, music_stems])
def test_the_size_of_blocks_changes_nothing(stems_of: object) -> None:
    assert callable(stems_of)
    audio = talk_over_music(16).audio
    whole = stems_of(audio)
    for block, piece in ((2**17, 50_001), (2**19, 2**19)):
        streamed = joined(separate(in_pieces(audio, piece), stems_of, block=block))
        assert max(np.abs(a - b).max() for a, b in zip(streamed, whole, strict=True)) < 1e-6  # 6e-8


def test_blocks_of_a_long_recording_stay_bounded() -> None:
    silence = np.zeros((1, 2**17), dtype=np.float32)
    seen: list[int] = []

    def stems_of(piece: Audio) -> Stems:
        seen.append(piece.shape[1])
        return (piece,)

    total = sum(part[0].shape[1] for part in separate((silence for _ in range(100)), stems_of, block=2**17))
    assert total == 100 * 2**17
    assert max(seen) <= 3 * 2**17


@settings(max_examples=20, deadline=None)
@given(samples=st.integers(1, 30_000), channels=st.integers(1, 2))
def test_a_recording_of_any_length_gives_stems_of_that_length(samples: int, channels: int) -> None:
    audio = np.random.default_rng(samples).standard_normal((channels, samples)).astype(np.float32)
    for stem in joined(separate([audio])):
        assert stem.shape == (channels, samples)
        assert np.isfinite(stem).all()


@pytest.mark.filterwarnings("error")
def test_silence_stays_silence() -> None:
    for stem in music_stems(np.zeros((2, 100_000), dtype=np.float32)):
        assert not stem.any()


def test_nothing_in_is_nothing_out() -> None:
    assert list(separate([])) == []
