"""Recordings made by arithmetic, whose true voice and background are known. Seeded: the same on every machine."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from localcloud.media.models import SAMPLE_RATE
from localcloud.media.separation import Audio

Signal = npt.NDArray[np.float64]

VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410))
CHORDS = ((220.0, 277.2, 329.6), (196.0, 246.9, 293.7), (174.6, 220.0, 261.6), (246.9, 311.1, 370.0))


@dataclass(frozen=True)
class Mixture:
    """A recording and the stems it was made of, each (channels, samples)."""

    audio: Audio
    voice: Audio
    background: Audio


def talk_over_music(seconds: float = 8, *, channels: int = 2, seed: int = 1) -> Mixture:
    """Speech-like sound over a band, both equally loud."""
    return _mix(_talk(seconds, seed), _music(seconds, seed), channels)


def talk_over_hiss(seconds: float = 8, *, seed: int = 1) -> Mixture:
    """Speech-like sound in one channel over steady noise, both equally loud."""
    noise = np.random.default_rng(seed + 1000).standard_normal(int(seconds * SAMPLE_RATE))
    return _mix(_talk(seconds, seed), np.stack((noise, noise)), 1)


def si_sdr(estimate: Audio, truth: Audio) -> float:
    """Scale-invariant signal-to-distortion ratio in dB (Le Roux et al., 2019)."""
    e, t = estimate.ravel().astype(np.float64), truth.ravel().astype(np.float64)
    target = (e @ t) / (t @ t) * t
    return float(10 * np.log10((target @ target) / ((e - target) @ (e - target))))


def gain(estimate: Audio, truth: Audio, mixture: Audio) -> float:
    """By how many dB the estimate is nearer to the truth than the mixture was."""
    return si_sdr(estimate, truth) - si_sdr(mixture, truth)


def _mix(voice: Signal, background: Signal, channels: int) -> Mixture:
    both = np.stack((voice, voice))
    if channels == 1:
        both, background = both[:1], background.mean(axis=0, keepdims=True)
    loud = 0.08
    v = (both * loud / np.sqrt((both**2).mean())).astype(np.float32)
    b = (background * loud / np.sqrt((background**2).mean())).astype(np.float32)
    return Mixture(v + b, v, b)


def _talk(seconds: float, seed: int) -> Signal:
    """Voiced syllables with gliding pitch and two or three formants, some after a hiss, with pauses between phrases."""
    rng = np.random.default_rng(seed)
    out = np.zeros(int(seconds * SAMPLE_RATE))
    at, spoken = 0.1, 0
    while True:
        length = rng.uniform(0.12, 0.26)
        time = np.arange(int(length * SAMPLE_RATE)) / SAMPLE_RATE
        first = int(at * SAMPLE_RATE)
        if first + len(time) > len(out):
            return out
        out[first : first + len(time)] += _syllable(time, length, rng)
        spoken += 1
        at += length + (rng.uniform(0.25, 0.4) if spoken % 6 == 0 else rng.uniform(0.0, 0.05))


def _syllable(time: Signal, length: float, rng: np.random.Generator) -> Signal:
    pitch = rng.uniform(100, 170) * (1 + rng.uniform(-0.35, 0.35) * time / length)
    phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
    start, end = (np.array(VOWELS[i], dtype=float) for i in rng.integers(0, len(VOWELS), 2))
    formants = start[:, None] + (end - start)[:, None] * time / length
    voiced = np.zeros_like(time)
    for harmonic in range(1, 40):
        frequency = harmonic * pitch
        near = sum(np.exp(-(((frequency - f) / (90 + 0.06 * f)) ** 2)) / (1 + i) for i, f in enumerate(formants))
        voiced += (near + 0.02) / harmonic**0.5 * np.sin(harmonic * phase)
    envelope = np.sin(np.pi * time / length) ** 0.6
    hiss = _coloured(rng, len(time), (1, 1, -1, -1)) * np.exp(-((time / 0.04) ** 2)) * rng.choice((0.0, 0.5))
    syllable: Signal = envelope * voiced + hiss
    return syllable


def _music(seconds: float, seed: int) -> Signal:
    """A band in stereo: held chords, plucks and hats off centre; bass, kick and snare in the middle."""
    rng = np.random.default_rng(seed + 500)
    out = np.zeros((2, int(seconds * SAMPLE_RATE)))
    beat = 0.5
    for n in range(int(seconds / beat)):
        chord = CHORDS[n // 4 % len(CHORDS)]
        if n % 4 == 0:
            for note, pan in zip(chord, (0.1, 0.9, 0.2), strict=True):
                _add(out, n * beat, _note(note, 4 * beat, decay=0.3), 0.5, pan)
            _add(out, n * beat, _note(chord[0] / 4, 4 * beat, decay=0.5), 1.0, 0.5)
        _add(out, (n + 0.5) * beat, _note(2 * chord[rng.integers(3)], 0.5, decay=6), 0.5, 0.85)
        _add(out, n * beat, _kick() if n % 2 == 0 else _noise(rng, 0.15, 40), 3.0 if n % 2 == 0 else 1.6, 0.5)
        for half in (0.25, 0.75):
            _add(out, (n + half) * beat, _noise(rng, 0.05, 120), 1.2, 0.2)
    return out


def _add(out: Signal, at: float, sound: Signal, level: float, pan: float) -> None:
    first = int(at * SAMPLE_RATE)
    part = sound[: out.shape[1] - first] * level
    out[:, first : first + len(part)] += np.array([[np.cos(pan * np.pi / 2)], [np.sin(pan * np.pi / 2)]]) * part


def _note(hertz: float, seconds: float, decay: float) -> Signal:
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    tone: Signal = sum((np.sin(2 * np.pi * h * hertz * time) / h**1.2 for h in range(1, 8)), start=np.zeros_like(time))
    return tone * np.exp(-decay * time) * np.minimum(1, time / 0.01) * np.minimum(1, (seconds - time) / 0.05)


def _kick() -> Signal:
    time = np.arange(int(0.2 * SAMPLE_RATE)) / SAMPLE_RATE
    kick: Signal = np.sin(2 * np.pi * (50 * time - 0.8 * np.exp(-time / 0.03))) * np.exp(-time / 0.05)
    return kick


def _noise(rng: np.random.Generator, seconds: float, decay: float) -> Signal:
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    noise: Signal = _coloured(rng, len(time), (1, 1, 1)) * np.exp(-decay * time)
    return noise


def _coloured(rng: np.random.Generator, samples: int, taps: tuple[int, ...]) -> Signal:
    """Noise that leaves out the highest pitches, which no codec keeps."""
    noise: Signal = np.convolve(rng.standard_normal(samples + len(taps) - 1), taps, "valid")
    noise /= len(taps) ** 0.5
    return noise
