"""A recording separated into files, one a stem."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from localcloud.media.decoding import decode
from localcloud.media.encoding import encode
from localcloud.media.models import MUSIC, VOICE_AND_BACKGROUND, Encoding, Progress, Separation, Stem
from localcloud.media.separation import Audio, Stems, music_stems, separate, voice_and_background

_SPLITS: Mapping[Separation, Callable[[Audio], Stems]] = {
    VOICE_AND_BACKGROUND: voice_and_background,
    MUSIC: music_stems,
}


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
        for stems in separate(decode(source, progress=progress), _SPLITS[separation]):
            for stem, audio in zip(separation.stems, stems, strict=True):
                if stem in writers:
                    writers[stem](audio)
