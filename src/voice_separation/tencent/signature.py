"""The request signature of COS and CI, q-sign-algorithm=sha1 (cloud.tencent.com/document/product/436/7778)."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

from voice_separation.tencent.credentials import Credentials

SAFE = "-_.~"
VALID_SECONDS = 900
CLOCK_SKEW_SECONDS = 60


def authorization(
    credentials: Credentials,
    *,
    method: str,
    path: str,
    params: Mapping[str, str],
    headers: Mapping[str, str],
    now: datetime,
) -> str:
    """Return the Authorization header for a request.

    `path` is the decoded path; every given parameter and header is signed, so give only those that are sent.
    """
    start = int(now.timestamp()) - CLOCK_SKEW_SECONDS
    return sign(credentials, method, path, params, headers, key_time=f"{start};{start + VALID_SECONDS}")


def sign(
    credentials: Credentials,
    method: str,
    path: str,
    params: Mapping[str, str],
    headers: Mapping[str, str],
    *,
    key_time: str,
) -> str:
    """Return the Authorization header for a validity `start;end` in Unix seconds."""
    param_names, param_text = _canonical(params)
    header_names, header_text = _canonical(headers)
    http_string = f"{method.lower()}\n{path}\n{param_text}\n{header_text}\n"
    digest = hashlib.sha1(http_string.encode(), usedforsecurity=False).hexdigest()
    sign_key = _hmac_sha1(credentials.secret_key, key_time)
    signature = _hmac_sha1(sign_key, f"sha1\n{key_time}\n{digest}\n")
    return (
        f"q-sign-algorithm=sha1&q-ak={credentials.secret_id}&q-sign-time={key_time}&q-key-time={key_time}"
        f"&q-header-list={header_names}&q-url-param-list={param_names}&q-signature={signature}"
    )


def _canonical(pairs: Mapping[str, str]) -> tuple[str, str]:
    """Return the names joined by `;` and the pairs joined by `&`, both encoded, lower-cased names sorted."""
    encoded = sorted((quote(name, SAFE).lower(), quote(value, SAFE)) for name, value in pairs.items())
    return ";".join(name for name, _ in encoded), "&".join(f"{name}={value}" for name, value in encoded)


def _hmac_sha1(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha1).hexdigest()
