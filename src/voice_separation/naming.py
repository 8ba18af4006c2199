"""What the stems of an upload are called: OUTPUT_NAME, filled in, below OUTPUT_PREFIX."""

from datetime import datetime
from posixpath import basename, dirname, splitext

from voice_separation.jobs.audio import Stem
from voice_separation.options import Options
from voice_separation.settings import Settings
from voice_separation.uploads import Upload

LONGEST_KEY_BYTES = 1024
_CI_EXTENSION = "${ext}"  # CI fills in the container's own, when a template decides on the codec
_FALLBACK = "{upload_id}/{stem}.{ext}"


def output_keys(upload: Upload, options: Options, settings: Settings, *, today: datetime) -> dict[Stem, str]:
    """Return the object key of each stem that is asked for.

    An input key so long that an output's would exceed COS's 1,024 bytes gives way to the upload_id, and so does one
    with a placeholder in it, which CI would fill in.
    """
    names = _filled_in(settings.output_name, upload, options, today)
    too_long = [name for name in names.values() if len((settings.output_prefix + name).encode()) > LONGEST_KEY_BYTES]
    if too_long or "${" in upload.key:
        names = _filled_in(_FALLBACK, upload, options, today)
    return {stem: settings.output_prefix + name for stem, name in names.items()}


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
