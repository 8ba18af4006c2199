"""The refusals of COS, by the state they report (codes: 436/7730)."""

from localcloud.errors import CloudError


def no_such_bucket(bucket: str, region: str = "") -> CloudError:
    """Return the answer for a bucket that is not there, or not in this region."""
    where = f" in {region}" if region else ""
    return CloudError(404, "NoSuchBucket", f"There is no bucket {bucket!r}{where}. Create it, or check its region.")


def bucket_already_owned_by_you(bucket: str, region: str) -> CloudError:
    """Return the answer to creating a bucket that is there."""
    message = f"The bucket {bucket!r} is there already, in {region}. Use it as it is."
    return CloudError(409, "BucketAlreadyOwnedByYou", message)


def invalid_bucket_name(bucket: str) -> CloudError:
    """Return the answer to a name that no bucket can have."""
    message = f"{bucket!r} names no bucket. Use lower-case letters, digits and hyphens, then -<appid>."
    return CloudError(400, "InvalidBucketName", message)


def no_such_key(bucket: str, key: str) -> CloudError:
    """Return the answer for an object that is not there."""
    return CloudError(404, "NoSuchKey", f"The bucket {bucket!r} has no object {key!r}. List it to see what it has.")


def file_already_exists(bucket: str, key: str) -> CloudError:
    """Return the answer to a PUT that forbids overwriting (436/7749)."""
    message = f"{bucket!r} has an object {key!r} and x-cos-forbid-overwrite is true. Read it, or drop the header."
    return CloudError(409, "FileAlreadyExists", message)


def key_too_long(key: str, limit: int) -> CloudError:
    """Return the answer to a key of more than `limit` bytes."""
    return CloudError(400, "KeyTooLong", f"The key {key[:40]!r}... has more than {limit} bytes of UTF-8. Shorten it.")


def bad_digest(key: str) -> CloudError:
    """Return the answer to a content that is not the one Content-MD5 promised."""
    return CloudError(400, "BadDigest", f"Content-MD5 is not that of the content sent for {key!r}. Send it again.")


def invalid_digest(content_md5: str) -> CloudError:
    """Return the answer to a Content-MD5 that is no digest at all."""
    return CloudError(400, "InvalidDigest", f"Content-MD5 {content_md5!r} is not the base64 of 16 bytes. Correct it.")


def invalid_argument(message: str) -> CloudError:
    """Return the answer to a parameter or header that makes no sense."""
    return CloudError(400, "InvalidArgument", message)


def missing_content_length(key: str) -> CloudError:
    """Return the answer to an upload that does not say how long it is."""
    return CloudError(411, "MissingContentLength", f"The PUT of {key!r} has no Content-Length. Send it.")


def invalid_object_state(key: str, storage_class: str) -> CloudError:
    """Return the answer to reading an archived object."""
    message = f"The object {key!r} is {storage_class}. Restore it before reading it."
    return CloudError(403, "InvalidObjectState", message)


def precondition_failed(header: str, key: str) -> CloudError:
    """Return the answer to a condition that does not hold."""
    return CloudError(412, "PreconditionFailed", f"{header} does not hold for {key!r}. Read it anew.")


def invalid_range(header: str, size: int) -> CloudError:
    """Return the answer to a range outside the object."""
    return CloudError(416, "InvalidRange", f"Range {header!r} lies outside an object of {size} bytes. Ask within it.")
