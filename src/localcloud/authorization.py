"""The q-sign-algorithm=sha1 computation (COS document 436/7778): what a signature covers and what it must be."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha1
from urllib.parse import quote, unquote_to_bytes

from localcloud.hosts import without_port

Pairs = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True)
class SignedRequest:
    """The parts of a request that a signature may cover, as received: decoded path and query, raw headers."""

    method: str
    path: bytes
    query: Pairs
    headers: Pairs  # names in lower case

    def without_host_port(self) -> "SignedRequest":
        """Return the same request with the bare host name as its Host."""
        return replace(self, headers=[(name, _bare(name, value)) for name, value in self.headers])


@dataclass(frozen=True)
class Authorization:
    """The fields of a signature. The times are `start;end` in Unix seconds, the lists lower-case names."""

    access_key_id: str
    sign_time: str
    key_time: str
    header_list: frozenset[str]
    param_list: frozenset[str]
    signature: str

    def expected_signature(self, request: SignedRequest, secret_key: str) -> str:
        """Return the signature that `request` has if it was signed with `secret_key` as told here."""
        params = _covered(request.query, self.param_list)
        headers = _covered(request.headers, self.header_list)
        http_string = b"\n".join([request.method.lower().encode(), request.path, params, headers, b""])
        digest = sha1(http_string, usedforsecurity=False).hexdigest()
        sign_key = _hmac_sha1(secret_key, self.key_time)
        return _hmac_sha1(sign_key, f"sha1\n{self.sign_time}\n{digest}\n")

    def policy_signature(self, policy: bytes, secret_key: str) -> str:
        """Return the signature of a form with this policy (436/14690)."""
        sign_key = _hmac_sha1(secret_key, self.key_time)
        return _hmac_sha1(sign_key, sha1(policy, usedforsecurity=False).hexdigest())


def split_authorization(header: str) -> dict[str, str]:
    """Return the fields of an Authorization header; their values are not percent-encoded there."""
    return dict(part.partition("=")[::2] for part in header.strip().split("&"))


def read_authorization(fields: Mapping[str, str]) -> Authorization:
    """Return the authorization of a header's fields or of a query's decoded parameters.

    Raises ValueError, saying what is wrong with them.
    """
    if fields.get("q-sign-algorithm") != "sha1":
        raise ValueError("The authorization is of no known kind. Sign with q-sign-algorithm=sha1.")
    try:
        return Authorization(
            access_key_id=fields["q-ak"],
            sign_time=fields["q-sign-time"],
            key_time=fields["q-key-time"],
            header_list=_names(fields["q-header-list"]),
            param_list=_names(fields["q-url-param-list"]),
            signature=fields["q-signature"],
        )
    except KeyError as missing:
        raise ValueError(f"The authorization lacks {missing}. Send all seven of its fields.") from None


def query_pairs(query: bytes) -> list[tuple[bytes, bytes]]:
    """Return the decoded parameters of a query as sent; a plus is a space, a name alone has an empty value."""
    pairs = (piece.replace(b"+", b" ").partition(b"=") for piece in query.split(b"&") if piece)
    return [(unquote_to_bytes(name), unquote_to_bytes(value)) for name, _, value in pairs]


def _names(listed: str) -> frozenset[str]:
    return frozenset(name.lower() for name in listed.split(";") if name)


def _covered(pairs: Pairs, names: frozenset[str]) -> bytes:
    # Every pair of a listed name is taken: a second one slipped in breaks the signature.
    encoded = ((quote(name, safe="").lower(), value) for name, value in pairs)
    covered = sorted((name, quote(value, safe="")) for name, value in encoded if name in names)
    return "&".join(f"{name}={value}" for name, value in covered).encode()


def _bare(name: bytes, value: bytes) -> bytes:
    return without_port(value.decode("latin-1")).encode("latin-1") if name == b"host" else value


def _hmac_sha1(key: str, message: str) -> str:
    return hmac.new(key.encode(), message.encode(), sha1).hexdigest()
