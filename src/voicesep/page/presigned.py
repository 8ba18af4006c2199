"""Presigned requests: whoever has the address may read this one object for a while (436/7778, 436/31548)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from voice_separation.bucket import Bucket
from voice_separation.tencent.credentials import Credentials
from voice_separation.tencent.signature import CLOCK_SKEW_SECONDS, sign
from voice_separation.tencent.transport import Request, request_target

VALID = timedelta(hours=1)  # a recording is rarely longer; the page asks for another address when one has ended
TOKEN = "x-cos-security-token"  # noqa: S105 - the name of a parameter


def presigned_target(
    credentials: Credentials,
    bucket: Bucket,
    key: str,
    *,
    now: datetime,
    params: Mapping[str, str],
    valid: timedelta = VALID,
) -> str:
    """Return path and query with which GET reads an object of `https://<bucket.cos_host>` without any header.

    `params` are signed, such as `response-content-disposition` (436/7753).
    """
    begins = int(now.timestamp()) - CLOCK_SKEW_SECONDS
    key_time = f"{begins};{int((now + valid).timestamp())}"
    signed = {**params, **({TOKEN: credentials.token} if credentials.token else {})}
    path = f"/{key}"
    signature = sign(credentials, "GET", path, signed, {"Host": bucket.cos_host}, key_time=key_time)
    parts = (part.partition("=") for part in signature.split("&"))
    return request_target(
        Request(
            operation="GetObject",
            target=f"{bucket.name}/{key}",
            method="GET",
            host=bucket.cos_host,
            path=path,
            params={**signed, **{name: value for name, _, value in parts}},
        )
    )
