"""The end of an upload in parts: the parts become one object."""

from collections.abc import Sequence
from dataclasses import replace

from localcloud.cos.contents import assembled
from localcloud.cos.models import Cos
from localcloud.cos.multipart import WantedPart
from localcloud.cos.objects import Sender, StoredObject


def complete(
    cos: Cos,
    bucket: str,
    key: str,
    upload_id: str,
    wanted: Sequence[WantedPart],
    *,
    sender: Sender,
    forbid_overwrite: bool,
) -> StoredObject:
    """Make these parts, in this order, the object; the upload and its other parts are gone then.

    If it fails the upload goes on. Forbidding to overwrite, here or when it was initiated, counts.
    Raises CloudError 404 NoSuchUpload, 400 InvalidPart, InvalidPartOrder, EntityTooSmall; and as `Cos.store`.
    """
    uploads = cos.bucket(bucket).uploads
    upload, parts = uploads.close(key, upload_id, wanted)
    whole = cos.new_upload()
    try:
        draft = replace(upload.draft, forbid_overwrite=forbid_overwrite or upload.draft.forbid_overwrite)
        stored = cos.store(draft, assembled(parts, whole), sender)
    except BaseException:
        uploads.add_again(upload)
        raise
    finally:
        whole.unlink(missing_ok=True)
    uploads.discard(upload_id)
    return stored
