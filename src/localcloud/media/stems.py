"""A recording separated into files, one a stem."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from localcloud.media.decoding import Progress, decode
from localcloud.media.encoding import Encoding, encode
from localcloud.media.separation import Audio, Stems, music_stems, separate, voice_and_background

Stem = Literal["voice", "background", "bass", "drum"]


@dataclass(frozen=True)
class Separation:
    """A way to split sound, and what the parts are that it gives, in order."""

    stems: tuple[Stem, ...]
    split: Callable[[Audio], Stems]


VOICE_AND_BACKGROUND = Separation(("voice", "background"), voice_and_background)
MUSIC = Separation(("voice", "background", "bass", "drum"), music_stems)


def separate_file(
    source: Path,
    outputs: Mapping[Stem, Path],
    encoding: Encoding,
    *,
    separation: Separation = VOICE_AND_BACKGROUND,
    progress: Progress = lambda _: None,
) -> None:
    """Separate an audio or video file of any length into the named files, dropping the stems not named.

    All files appear at the end, or none. Whatever `progress` raises stops the work.
    Raises NotMedia, NoAudio, NotEncodable, or FileNotFoundError.
    """
    with ExitStack() as files:
        writers = {stem: files.enter_context(encode(path, encoding)) for stem, path in outputs.items()}
        for stems in separate(decode(source, progress=progress), separation.split):
            for stem, audio in zip(separation.stems, stems, strict=True):
                if stem in writers:
                    writers[stem](audio)
