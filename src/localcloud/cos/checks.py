"""What a bucket and an object may be called and bear."""

import re
from collections.abc import Mapping

from localcloud.cos import errors
from localcloud.cos.objects import Draft

MAX_KEY_BYTES = 1024  # 436/13324
MAX_TAGS = 10  # of an object (436/35709)
MAX_BUCKET_TAGS = 50  # 436/34838
_MAX_TAG_KEY, _MAX_TAG_VALUE = 128, 256  # characters; other pages of the vendor's say one less
_BUCKET_NAME = re.compile("[a-z0-9](?:[a-z0-9-]*[a-z0-9])?-[0-9]+")


def check_bucket_name(bucket: str) -> None:
    """Raise CloudError 400 InvalidBucketName unless it is `<name>-<appid>`."""
    if not _BUCKET_NAME.fullmatch(bucket):
        raise errors.invalid_bucket_name(bucket)


def check_draft(draft: Draft) -> None:
    """Raise CloudError 400 KeyTooLong, InvalidArgument, InvalidTag unless such an object can be stored and sent."""
    if not draft.key:
        raise errors.invalid_argument("An object's key is never empty. Name one.")
    if len(draft.key.encode()) > MAX_KEY_BYTES:
        raise errors.key_too_long(draft.key, MAX_KEY_BYTES)
    for name, value in {"content-type": draft.content_type, **draft.headers, **draft.metadata}.items():
        if any(ord(character) > 0xFF for character in value):
            raise errors.invalid_argument(f"The header {name} cannot carry {value!r}. Percent-encode it.")
    check_tags(draft.tags, MAX_TAGS)


def check_tags(tags: Mapping[str, str], limit: int) -> None:
    """Raise CloudError 400 InvalidTag for more tags than `limit`, or one that is empty or too long."""
    if len(tags) > limit:
        raise errors.invalid_tag(f"There are {len(tags)} tags. Send {limit} at most.")
    for key, value in tags.items():
        if not 0 < len(key) <= _MAX_TAG_KEY or len(value) > _MAX_TAG_VALUE:
            raise errors.invalid_tag(
                f"The tag {key[:40]!r} has a key or a value that is empty or too long. Shorten it."
            )
