"""Voice apart from background with two short-time filters: classical signal processing, no trained model.

It stands in for a vendor's separation where a real, repeatable result matters more than its quality. Speech against
music at equal level gains several dB, no more; singing and centred solo instruments are told apart badly.

Speech is neither held (as a chord is) nor struck (as a drum is). The long pass takes away what is held, and in stereo
also what is off centre; the short pass takes away what is struck, the steady noise floor and what lies below speech.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from localcloud.media.models import SAMPLE_RATE

Audio: TypeAlias = npt.NDArray[np.float32]
"""Samples as (channels, samples), float32, full scale 1.0."""
Spectrum: TypeAlias = npt.NDArray[np.complex64]
"""Short-time spectra as (channels, frames, bins)."""
Gains: TypeAlias = npt.NDArray[np.float32]
"""One factor for each (frame, bin)."""
Stems: TypeAlias = tuple[Audio, ...]

BLOCK = 2**19
CONTEXT = 2**17  # more than the reach of all passes together, so that blocks change nothing that can be heard

LONG_WINDOW = 2**14  # 0.37 s tells held notes from speech
SHORT_WINDOW = 2**10  # 23 ms tells drum strokes from speech
SPAN = 17
CENTRE_SPAN = 5
RIVAL = 0.4  # how much louder than the wanted kind its rival must be to win
FLOOR_HOPS_LOG2 = 8  # the noise floor is the least power within 256 hops, 1.5 s
LOW_CUT_HZ = 100.0
BASS_HZ = 200.0
TINY = np.float32(1e-12)
TIME, PITCH = 0, 1  # the axes of gains


def voice_and_background(audio: Audio) -> Stems:
    """Split `audio` at 44.1 kHz into (voice, background), which add up to it."""
    voice = _short_time_filter(_short_time_filter(audio, LONG_WINDOW, _not_held), SHORT_WINDOW, _spoken)
    return voice, audio - voice


def music_stems(audio: Audio) -> Stems:
    """Split `audio` at 44.1 kHz into (voice, background, bass, drum), which add up to it.

    No quality is claimed for bass and drum and none was measured: bass is what lies below 200 Hz beside the voice,
    drum what is struck rather than held in the rest. Background is all that remains, so the four add up by making.
    """
    voice, beside_voice = voice_and_background(audio)
    bass = _short_time_filter(beside_voice, LONG_WINDOW, _low)
    above_bass = beside_voice - bass
    drum = _short_time_filter(above_bass, SHORT_WINDOW, _broad)
    return voice, above_bass - drum, bass, drum


def separate(
    blocks: Iterable[Audio],
    stems_of: Callable[[Audio], Stems] = voice_and_background,
    *,
    block: int = BLOCK,
) -> Iterator[Stems]:
    """Yield the stems of a stream of any length in bounded memory.

    `blocks` are pieces of any size; the yielded stems have `block` samples each but the last. `block` must be a
    multiple of the long window's hop (4096), or pieces would not join seamlessly.
    """
    for piece, start, stop in _with_context(blocks, block):
        yield tuple(stem[:, start:stop] for stem in stems_of(piece))


def _with_context(blocks: Iterable[Audio], size: int) -> Iterator[tuple[Audio, int, int]]:
    """Yield (piece, start, stop): `piece[:, start:stop]` is the next part, the rest of it the part's surroundings."""
    held: Audio | None = None
    start = 0
    for block in blocks:
        held = block if held is None else np.concatenate((held, block), axis=1)
        while held.shape[1] >= start + size + CONTEXT:
            yield held[:, : start + size + CONTEXT], start, start + size
            held, start = _advance(held, start + size)
    while held is not None and held.shape[1] > start:
        stop = min(start + size, held.shape[1])
        yield held[:, : stop + CONTEXT], start, stop
        held, start = _advance(held, stop)


def _advance(held: Audio, stop: int) -> tuple[Audio, int]:
    """Forget what is too far before `stop` to matter."""
    forget = max(0, stop - CONTEXT)
    return held[:, forget:], stop - forget


def _short_time_filter(audio: Audio, window: int, mask: Callable[[Spectrum], Gains]) -> Audio:
    """Multiply the short-time spectra of all channels by one mask; a mask of ones gives `audio` back."""
    hop = window // 4
    taper = np.sqrt(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)).astype(np.float32)
    channels, samples = audio.shape
    padded = np.pad(audio, ((0, 0), (window, window + -samples % hop)))
    frames = np.lib.stride_tricks.sliding_window_view(padded, window, axis=1)[:, ::hop]
    spectrum = np.fft.rfft(frames * taper).astype(np.complex64, copy=False)
    spectrum *= mask(spectrum)
    quarters = (np.fft.irfft(spectrum, window) * (taper / 2)).reshape(channels, -1, 4, hop)
    total = np.zeros((channels, padded.shape[1] // hop, hop), dtype=np.float32)
    for quarter in range(4):
        total[:, quarter : quarter + quarters.shape[1]] += quarters[:, :, quarter]
    return total.reshape(channels, -1)[:, window : window + samples]


def _not_held(spectrum: Spectrum) -> Gains:
    mask = _broad(spectrum)
    return mask * _centred(*spectrum) if len(spectrum) == 2 else mask


def _spoken(spectrum: Spectrum) -> Gains:
    return _lasting(spectrum) * _above_noise_floor(spectrum) * (1 - _below(LOW_CUT_HZ, spectrum))


def _low(spectrum: Spectrum) -> Gains:
    return _below(BASS_HZ, spectrum)


def _broad(spectrum: Spectrum) -> Gains:
    """Keep what is spread over the pitches: within a long window what is not held, within a short one a stroke."""
    level = _level(spectrum)
    return _prefer(_mean(level, PITCH, SPAN), _mean(level, TIME, SPAN))


def _lasting(spectrum: Spectrum) -> Gains:
    """Keep what lasts for some frames: within a short window all but strokes."""
    level = _level(spectrum)
    return _prefer(_mean(level, TIME, SPAN), _mean(level, PITCH, SPAN))


def _level(spectrum: Spectrum) -> Gains:
    # The square root keeps one loud bin from ruling the running means, for which others take slower medians.
    level: Gains = np.sqrt(np.abs(spectrum).mean(axis=0))
    return level


def _prefer(wanted: Gains, rival: Gains) -> Gains:
    strength = wanted**4
    mask: Gains = strength / (strength + (RIVAL * rival**2) ** 2 + TINY)
    return mask


def _centred(left: npt.NDArray[np.complex64], right: npt.NDArray[np.complex64]) -> Gains:
    """Say how alike left and right are, 0 to 1: speech is usually in the middle."""
    alike = _mean((left * right.conj()).real, TIME, CENTRE_SPAN)
    power = _mean(_power(left) + _power(right), TIME, CENTRE_SPAN)
    mask: Gains = np.clip(2 * alike / np.maximum(power, TINY), 0, 1)
    return mask


def _above_noise_floor(spectrum: Spectrum) -> Gains:
    power = _mean(_power(spectrum).mean(axis=0), TIME, SPAN)
    mask: Gains = np.maximum(0, 1 - 2 * _running_minimum(power) / np.maximum(power, TINY))
    return mask


def _below(hertz: float, spectrum: Spectrum) -> Gains:
    """Keep what is lower, with a smooth slope through one half at `hertz`."""
    frequencies = np.linspace(0, SAMPLE_RATE / 2, spectrum.shape[-1], dtype=np.float32)
    mask: Gains = 1 / (1 + (frequencies / np.float32(hertz)) ** 8)
    return mask


def _power(spectrum: npt.NDArray[np.complex64]) -> Gains:
    power: Gains = spectrum.real**2 + spectrum.imag**2
    return power


def _mean(values: Gains, axis: int, span: int) -> Gains:
    """Return the running mean over an odd `span`, over fewer at the edges."""
    count = values.shape[axis]
    total = np.insert(np.cumsum(values, axis=axis, dtype=np.float64), 0, 0, axis=axis)
    place = np.arange(count)
    first, after = np.maximum(place - span // 2, 0), np.minimum(place + span // 2 + 1, count)
    sums = total.take(after, axis) - total.take(first, axis)
    means: Gains = (sums / np.expand_dims(after - first, 1 - axis)).astype(np.float32)
    return means


def _running_minimum(power: Gains) -> Gains:
    """Return the least power of each bin within 256 frames around each frame."""
    reach = 2**FLOOR_HOPS_LOG2
    least = np.pad(power, ((reach // 2, reach // 2 - 1), (0, 0)), constant_values=np.inf)
    for doubling in range(FLOOR_HOPS_LOG2):
        least = np.minimum(least[: -(2**doubling)], least[2**doubling :])
    return least
