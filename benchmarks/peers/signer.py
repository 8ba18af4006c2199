"""The signature of COS and CI, as short as it can be written; for the peers that have no SDK."""

import hashlib
import hmac
import os
import time
from urllib.parse import quote


def authorization(method: str, path: str, params: dict[str, str], headers: dict[str, str]) -> str:
    """Return the signature of COS and CI, version sha1 (436/7778)."""
    start = int(time.time()) - 60
    period = f"{start};{start + 900}"
    key = _hmac(os.environ["TENCENTCLOUD_SECRETKEY"], period)
    named, listed = _canonical(params), _canonical(headers)
    text = f"{method.lower()}\n{path}\n{named[1]}\n{listed[1]}\n"
    digest = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
    signature = _hmac(key, f"sha1\n{period}\n{digest}\n")
    fields = (
        f"q-sign-algorithm=sha1&q-ak={os.environ['TENCENTCLOUD_SECRETID']}&q-sign-time={period}&q-key-time={period}"
    )
    return f"{fields}&q-header-list={listed[0]}&q-url-param-list={named[0]}&q-signature={signature}"


def _canonical(pairs: dict[str, str]) -> tuple[str, str]:
    encoded = sorted((quote(name, "-_.~").lower(), quote(value, "-_.~")) for name, value in pairs.items())
    return ";".join(name for name, _ in encoded), "&".join(f"{name}={value}" for name, value in encoded)


def _hmac(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha1).hexdigest()
