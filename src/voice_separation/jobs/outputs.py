"""Which output is which stem.

After a job `Operation.Output` still holds the names as they were asked for, placeholders unexpanded, while
`MediaResult.OutputFile.ObjectName` holds the real keys, in no promised order (1045/49531; cos-go-sdk-v5,
example/CI/workflow_and_job/jobs.go). So each real key is matched against the asked-for names.
"""

import re
from dataclasses import dataclass

from voice_separation.jobs.audio import AudioMode, Stem
from voice_separation.jobs.detail import JobDetail, Operation, OutputFile

_ONLY_STEM = {mode.value: mode.stems[0] for mode in AudioMode if len(mode.stems) == 1}
_PLACEHOLDER = re.compile(r"\$\{[^${}]*\}")  # nothing that may begin one stands inside: linear


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
    names = _asked_names(operation)
    return tuple(
        StemFile(_stem_of(key, names), written.bucket, written.region, key, md5_of.get(key))
        for key in dict.fromkeys(keys)
    )


def _key(written: OutputFile, name: str) -> str:
    """Join prefix and name; other job types of CI write a leading slash that no key has."""
    return f"{written.object_prefix or ''}{name.lstrip('/')}".lstrip("/")


def _asked_names(operation: Operation) -> dict[Stem, str]:
    """Return the name that was asked for each stem.

    A mode with one stem may have been given either of Object and AuObject, as the vendor's sample does with IsAudio
    (1045/43712); what CI writes there is then that stem, which is UNVERIFIED.
    """
    output = operation.output
    if output is None:
        return {}
    nodes = {
        Stem.VOICE: output.au_object,
        Stem.BACKGROUND: output.object,
        Stem.BASS: output.bass_object,
        Stem.DRUM: output.drum_object,
    }
    names = {stem: name for stem, name in nodes.items() if name}
    mode = operation.voice_separate.audio_mode if operation.voice_separate else None
    only = _ONLY_STEM.get(mode or "")
    return {only: next(iter(names.values()))} if only and len(names) == 1 else names


def _stem_of(key: str, names: dict[Stem, str]) -> Stem | None:
    matching = [stem for stem, name in names.items() if _may_become(name, key)]
    exact = [stem for stem in matching if names[stem].lstrip("/") == key]
    candidates = exact or matching
    return candidates[0] if len(candidates) == 1 else None


def _may_become(name: str, key: str) -> bool:
    """Tell whether a name may have become this key: each placeholder stands for some text without a slash.

    Each fixed part is looked for where it can first be, which never spoils a later one, so the time is bounded
    whatever the name; a regular expression with many placeholders would try every split of the key.
    """
    first, *others = _PLACEHOLDER.split(name.lstrip("/"))
    if not others:
        return key == first
    *middle, last = others
    if not key.startswith(first) or not key.endswith(last):
        return False
    at, end = len(first), len(key) - len(last)
    for part in middle:
        found = key.find(part, at + 1, end)
        if found < 0 or "/" in key[at:found]:
            return False
        at = found + len(part)
    return at < end and "/" not in key[at:end]
