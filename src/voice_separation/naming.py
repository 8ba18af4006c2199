"""What the stems of an upload are called: OUTPUT_NAME, filled in, below OUTPUT_PREFIX."""

from datetime import datetime
from posixpath import basename, dirname, splitext

from voice_separation.jobs.audio import Stem
from voice_separation.settings import Settings
from voice_separation.uploads import Upload

LONGEST_KEY_BYTES = 1024
_CI_EXTENSION = "${ext}"  # CI fills in the container's own, when a template decides on the codec
_FALLBACK = "{upload_id}/{stem}.{ext}"


def output_keys(upload: Upload, settings: Settings, *, today: datetime) -> dict[Stem, str]:
    """Return the object key of each stem that the settings ask for.

    An input key so long that an output's would exceed COS's 1,024 bytes gives way to the upload_id.
    """
    keys = _filled_in(settings.output_name, upload, settings, today)
    if any(len(key.encode("utf-8", "surrogatepass")) > LONGEST_KEY_BYTES for key in keys.values()):
        return _filled_in(_FALLBACK, upload, settings, today)
    return keys


def _filled_in(name: str, upload: Upload, settings: Settings, today: datetime) -> dict[Stem, str]:
    fields = {
        "key": upload.key,
        "name": splitext(basename(upload.key))[0],
        "dir": dirname(upload.key),
        "upload_id": upload.id,
        "date": today.strftime("%Y-%m-%d"),
        "ext": _CI_EXTENSION if settings.template_id else settings.audio_codec.value,
    }
    return {stem: settings.output_prefix + name.format(**fields, stem=stem.value) for stem in settings.audio_mode.stems}
