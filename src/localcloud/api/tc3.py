"""The TC3-HMAC-SHA256 computation (documents 1078/38637, 583/31703): what a signature covers and what it must be."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

ALGORITHM = "TC3-HMAC-SHA256"
_END = "tc3_request"
_PATH = "/"  # of every call: the action stands in a header
_AUTHORIZATION = re.compile(
    rf"{ALGORITHM} +Credential=(?P<secret_id>[^/,\s]+)/(?P<date>\d{{4}}-\d\d-\d\d)/(?P<service>[a-z0-9]+)/{_END}"
    r" *, *SignedHeaders=(?P<signed_headers>[A-Za-z0-9-]+(?:;[A-Za-z0-9-]+)*)"
    r" *, *Signature=(?P<signature>[0-9a-f]{64})",
    re.ASCII,
)
_MUST_BE_SIGNED = frozenset({"content-type", "host"})


@dataclass(frozen=True)
class SignedRequest:
    """The parts of a call that a signature may cover, as received; header names in lower case."""

    method: str
    query: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    path: str = _PATH  # as sent


@dataclass(frozen=True)
class Authorization:
    """What an Authorization header says: whose key, on which UTC day, for which service, over which headers."""

    secret_id: str
    date: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str

    def expected_signature(self, request: SignedRequest, secret_key: str) -> str:
        """Return the signature that `request` has if it was signed with `secret_key` as told here."""
        headers = "".join(f"{name}:{_plain(request.headers.get(name, ''))}\n" for name in self.signed_headers)
        names = ";".join(self.signed_headers)
        canonical = "\n".join([request.method, request.path, request.query, headers, names, _sha256(request.body)])
        scope = f"{self.date}/{self.service}/{_END}"
        timestamp = request.headers.get("x-tc-timestamp", "")
        to_sign = "\n".join([ALGORITHM, timestamp, scope, _sha256(canonical.encode())])
        key = f"TC3{secret_key}".encode()
        for part in (self.date, self.service, _END):
            key = _hmac_sha256(key, part)
        return _hmac_sha256(key, to_sign).hex()


def is_tc3(header: str) -> bool:
    """Tell whether an Authorization header is meant for the API 3.0, well-formed or not."""
    return header.startswith(ALGORITHM)


def read_authorization(header: str) -> Authorization:
    """Read an Authorization header. Raises ValueError, saying what is wrong with it."""
    found = _AUTHORIZATION.fullmatch(header.strip())
    if found is None:
        raise ValueError(f"The Authorization header is not `{ALGORITHM} Credential=…, SignedHeaders=…, Signature=…`.")
    signed_headers = tuple(found["signed_headers"].lower().split(";"))
    if missing := _MUST_BE_SIGNED - set(signed_headers):
        raise ValueError(f"The signature does not cover {' and '.join(sorted(missing))}. Sign them too.")
    return Authorization(found["secret_id"], found["date"], found["service"], signed_headers, found["signature"])


def _plain(value: str) -> str:
    return value.strip().lower()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _hmac_sha256(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
