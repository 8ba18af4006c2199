"""Which uploads need not be tried: what CI would refuse, or bill in vain, as far as HEAD tells."""

from voice_separation.errors import CannotBeSeparated
from voice_separation.jobs.request import can_be_named
from voice_separation.settings import Settings
from voice_separation.tencent.cos import ObjectHead
from voice_separation.uploads import Upload

_ARCHIVED = frozenset({"ARCHIVE", "DEEP_ARCHIVE"})


def check_separable(upload: Upload, head: ObjectHead, settings: Settings) -> None:
    """Raise CannotBeSeparated for an upload that no job could separate, or whose cost the settings forbid."""
    limit = settings.max_input_bytes
    if upload.size == 0:
        raise CannotBeSeparated("the object is empty")
    if upload.size > limit:
        raise CannotBeSeparated(f"it has {upload.size} bytes, more than MAX_INPUT_BYTES ({limit}) allows")
    if head.storage_class in _ARCHIVED:
        raise CannotBeSeparated(f"its storage class is {head.storage_class}: restore it and copy it onto itself")
    if not can_be_named(upload.key):
        raise CannotBeSeparated("its key has a control character, which no request to CI can carry: rename it")
