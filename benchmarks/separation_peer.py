"""The peer of the separation bench: the vocal separation recipe that librosa publishes.

Its example "Vocal separation" (https://librosa.org/doc/0.11.0/auto_examples/plot_vocal_separation.html) takes the
background for what recurs: each frame becomes the median of frames like it at least two seconds away, after
REPET-SIM (Rafii and Pardo, 2012), and two soft masks share out the rest. The numbers are the example's.
"""

from importlib.metadata import version

import librosa
import numpy as np

from localcloud.media.models import SAMPLE_RATE
from localcloud.media.separation import Audio, Stems

NAME = f"librosa {version('librosa')}, its vocal separation example"

_APART_SECONDS = 2
_BACKGROUND_MARGIN, _VOICE_MARGIN = 2, 10
_POWER = 2


def voice_and_background(audio: Audio) -> Stems:
    """Split `audio` at 44.1 kHz into (voice, background), each channel by itself as the recipe is for mono."""
    split = [_split(channel) for channel in audio]
    return np.stack([voice for voice, _ in split]), np.stack([background for _, background in split])


def _split(channel: Audio) -> tuple[Audio, Audio]:
    level, phase = librosa.magphase(librosa.stft(channel))
    width = int(librosa.time_to_frames(_APART_SECONDS, sr=SAMPLE_RATE))
    alike = librosa.decompose.nn_filter(level, aggregate=np.median, metric="cosine", width=width)
    recurring = np.minimum(level, alike)
    rest = level - recurring
    background = librosa.util.softmask(recurring, _BACKGROUND_MARGIN * rest, power=_POWER)
    voice = librosa.util.softmask(rest, _VOICE_MARGIN * recurring, power=_POWER)
    return (
        librosa.istft(voice * level * phase, length=len(channel)),
        librosa.istft(background * level * phase, length=len(channel)),
    )
