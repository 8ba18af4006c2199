"""Which output is which stem.

After a job `Operation.Output` still holds the names as they were asked for, placeholders unexpanded, while
`MediaResult.OutputFile.ObjectName` holds the real keys, in no promised order (1045/49531; cos-go-sdk-v5,
example/CI/workflow_and_job/jobs.go). So each real key is matched against the asked-for names.
"""

import re
from dataclasses import dataclass

from voice_separation.jobs.audio import Stem
from voice_separation.jobs.detail import JobDetail, Output, OutputFile

_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")


@dataclass(frozen=True)
class StemFile:
    """One file that a job wrote; `stem` is None when it matches none of the names that were asked for."""

    stem: Stem | None
    bucket: str | None
    region: str | None
    key: str
    md5: str | None


def stem_files(detail: JobDetail) -> tuple[StemFile, ...]:
    """Return the files that a job wrote, in CI's order; empty while there are none."""
    operation = detail.operation
    if not operation or not operation.media_result or not operation.media_result.output_file:
        return ()
    written = operation.media_result.output_file
    md5_of = {_key(written, md5.object_name): md5.md5 for md5 in written.md5_info if md5.object_name}
    keys = [_key(written, name) for name in written.object_name]
    return tuple(
        StemFile(_stem_of(key, operation.output), written.bucket, written.region, key, md5_of.get(key))
        for key in dict.fromkeys(keys)
    )


def _key(written: OutputFile, name: str) -> str:
    """Join prefix and name; other job types of CI write a leading slash that no key has."""
    return f"{written.object_prefix or ''}{name.lstrip('/')}".lstrip("/")


def _stem_of(key: str, asked: Output | None) -> Stem | None:
    if asked is None:
        return None
    names = {
        Stem.VOICE: asked.au_object,
        Stem.BACKGROUND: asked.object,
        Stem.BASS: asked.bass_object,
        Stem.DRUM: asked.drum_object,
    }
    matching = [stem for stem, name in names.items() if name and _pattern(name).fullmatch(key)]
    exact = [stem for stem in matching if names[stem] == key]
    candidates = exact or matching
    return candidates[0] if len(candidates) == 1 else None


def _pattern(name: str) -> re.Pattern[str]:
    """Return what a name with placeholders may have become: each stands for some text without a slash."""
    fixed = (re.escape(part) for part in _PLACEHOLDER.split(name.lstrip("/")))
    return re.compile("[^/]+?".join(fixed))
