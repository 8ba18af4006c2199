"""The refusals of COS, by the state they report (codes: 436/7730)."""

from localcloud.cos.objects import DeleteMarker
from localcloud.errors import CloudError


def no_such_bucket(bucket: str, region: str = "") -> CloudError:
    """Return the answer for a bucket that is not there, or not in this region."""
    where = f" in {region}" if region else ""
    return CloudError(404, "NoSuchBucket", f"There is no bucket {bucket!r}{where}. Create it, or check its region.")


def bucket_already_owned_by_you(bucket: str, region: str) -> CloudError:
    """Return the answer to creating a bucket that is there."""
    message = f"The bucket {bucket!r} is there already, in {region}. Use it as it is."
    return CloudError(409, "BucketAlreadyOwnedByYou", message)


def bucket_not_empty(bucket: str) -> CloudError:
    """Return the answer to deleting a bucket that has something in it (436/7732)."""
    message = f"The bucket {bucket!r} is not empty. Delete its objects and versions, and abort its uploads, first."
    return CloudError(409, "BucketNotEmpty", message)


def invalid_bucket_name(bucket: str) -> CloudError:
    """Return the answer to a name that no bucket can have."""
    message = f"{bucket!r} names no bucket. Use lower-case letters, digits and hyphens, then -<appid>."
    return CloudError(400, "InvalidBucketName", message)


def not_in_versioned_bucket(operation: str, bucket: str) -> CloudError:
    """Return the answer to an operation that is not for buckets with versions; that it is this one is a guess."""
    message = f"{operation} is not for a bucket that keeps versions, as {bucket!r} does. Use another bucket."
    return CloudError(409, "InvalidBucketState", message)


def no_such_key(bucket: str, key: str) -> CloudError:
    """Return the answer for an object that is not there."""
    return CloudError(404, "NoSuchKey", f"The bucket {bucket!r} has no object {key!r}. List it to see what it has.")


def no_such_version(bucket: str, key: str, version_id: str) -> CloudError:
    """Return the answer for a version that is not there."""
    message = f"The object {key!r} of {bucket!r} has no version {version_id!r}. List its versions to see which it has."
    return CloudError(404, "NoSuchVersion", message)


def is_delete_marker(marker: DeleteMarker, *, named: bool) -> CloudError:
    """Return the answer to reading a delete marker (436/36716).

    That a marker named by its version is answered with 405 is a guess: the vendor's page says 404 of any.
    """
    headers = {"x-cos-delete-marker": "true", "x-cos-version-id": marker.version_id}
    message = f"The object {marker.key!r} was deleted; version {marker.version_id!r} marks it. Read an older version."
    if named:
        return CloudError(405, "MethodNotAllowed", message, headers)
    return CloudError(404, "NoSuchKey", message, headers)


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


def malformed_xml(message: str) -> CloudError:
    """Return the answer to a body that is XML but not the document it should be."""
    return CloudError(400, "MalformedXML", message)


def xml_size_limit(limit: int) -> CloudError:
    """Return the answer to a document of more than `limit` bytes."""
    return CloudError(400, "XMLSizeLimit", f"The request body has more than {limit} bytes. Send a shorter document.")


def entity_too_large(key: str, limit: int) -> CloudError:
    """Return the answer to an upload of more than `limit` bytes."""
    return CloudError(400, "EntityTooLarge", f"The content of {key!r} has more than {limit} bytes. Upload it in parts.")


def invalid_tag(message: str) -> CloudError:
    """Return the answer to tags that cannot be set."""
    return CloudError(400, "InvalidTag", message)


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


def invalid_copy_source(source: str, why: str) -> CloudError:
    """Return the answer to a source that cannot be copied."""
    return CloudError(400, "InvalidCopySource", f"x-cos-copy-source {source!r} {why}.")


def object_not_appendable(key: str) -> CloudError:
    """Return the answer to appending to an object that was not made by APPEND Object (436/7741)."""
    message = f"The object {key!r} was not made by APPEND Object. Append to another key, or delete it first."
    return CloudError(409, "ObjectNotAppendable", message)


def append_position(key: str, position: int, size: int) -> CloudError:
    """Return the answer to appending elsewhere than at the end (409: 436/7741; its code: Tencent's own C++ client)."""
    message = f"The object {key!r} has {size} bytes, the position is {position}. Append at {size}."
    return CloudError(409, "AppendPositionErr", message)


def no_such_upload(key: str, upload_id: str) -> CloudError:
    """Return the answer for an upload in parts that is not there, or no more."""
    message = f"There is no upload {upload_id!r} of {key!r}. It was completed or aborted: initiate another."
    return CloudError(404, "NoSuchUpload", message)


def invalid_part(key: str, why: str) -> CloudError:
    """Return the answer to completing an upload with a part it has not (436/7742)."""
    message = f"The upload of {key!r} cannot be completed: {why}. List its parts."
    return CloudError(400, "InvalidPart", message)


def invalid_part_order(key: str) -> CloudError:
    """Return the answer to parts that are not named from the lowest number to the highest (436/7742)."""
    message = f"The parts of {key!r} are not in the order of their numbers. Sort them."
    return CloudError(400, "InvalidPartOrder", message)


def entity_too_small(key: str, number: int, limit: int) -> CloudError:
    """Return the answer to a part, not the last, that is too small (436/7750)."""
    message = f"Part {number} of {key!r} is not the last and has less than {limit} bytes. Send larger parts."
    return CloudError(400, "EntityTooSmall", message)


def no_such_tag_set(of: str) -> CloudError:
    """Return the answer for tags where none are set."""
    return CloudError(404, "NoSuchTagSet", f"{of} has no tags. Put some first.")


def no_such_cors_configuration(bucket: str) -> CloudError:
    """Return the answer for the CORS rules of a bucket that has none."""
    return CloudError(404, "NoSuchCORSConfiguration", f"The bucket {bucket!r} has no CORS rules. Put some first.")


def access_forbidden(origin: str, method: str) -> CloudError:
    """Return the answer to a preflight request that no rule allows (436/8288)."""
    message = f"No CORS rule of the bucket lets {origin!r} send {method}. Put one."
    return CloudError(403, "AccessForbidden", message)


def malformed_post_request(message: str) -> CloudError:
    """Return the answer to a form that is no upload."""
    return CloudError(400, "MalformedPOSTRequest", message)


def invalid_policy_document(message: str) -> CloudError:
    """Return the answer to a form whose policy cannot be read."""
    return CloudError(400, "InvalidPolicyDocument", message)


def policy_not_met(message: str) -> CloudError:
    """Return the answer to a form that its policy does not allow; that the code is this one is a guess."""
    return CloudError(403, "AccessDenied", message)
