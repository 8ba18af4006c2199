"""What the stems of an upload are called: OUTPUT_NAME, filled in, below OUTPUT_PREFIX."""

from datetime import datetime
from posixpath import basename, dirname, splitext

from voice_separation.jobs.audio import Stem
from voice_separation.jobs.nodes import LONGEST_KEY_BYTES
from voice_separation.options import Options
from voice_separation.settings import Settings
from voice_separation.uploads import Upload

_CI_EXTENSION = "${ext}"  # CI fills in the container's own, when a template decides on the codec
_FALLBACK = "{upload_id}/{stem}.{ext}"


def output_keys(upload: Upload, options: Options, settings: Settings, *, today: datetime) -> dict[Stem, str]:
    """Return the object key of each stem that is asked for.

    An input key that would not make a safe name gives way to the upload_id: one so long that an output's would exceed
    COS's 1,024 bytes, one with a placeholder in it, which CI would fill in, and one with `.` or `..` between its
    slashes, which whoever takes keys for paths would follow out of OUTPUT_PREFIX.
    """
    names = _filled_in(settings.output_name, upload, options, today)
    if "${" in upload.key or not all(_is_safe(settings.output_prefix + name) for name in names.values()):
        names = _filled_in(_FALLBACK, upload, options, today)
    return {stem: settings.output_prefix + name for stem, name in names.items()}


def _is_safe(key: str) -> bool:
    return len(key.encode()) <= LONGEST_KEY_BYTES and not {".", ".."} & set(key.split("/"))


def _filled_in(name: str, upload: Upload, options: Options, today: datetime) -> dict[Stem, str]:
    fields = {
        "key": upload.key,
        "name": splitext(basename(upload.key))[0],
        "dir": dirname(upload.key),
        "upload_id": upload.id,
        "date": today.strftime("%Y-%m-%d"),
        "ext": options.extension or _CI_EXTENSION,
    }
    return {stem: name.format(**fields, stem=stem.value) for stem in options.mode.stems}
