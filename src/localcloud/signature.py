"""Whose request it is: the check of its signature, its time and its token."""

import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum, auto
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from starlette.requests import Request

from localcloud.authorization import (
    Authorization,
    SignedRequest,
    query_pairs,
    read_authorization,
    split_authorization,
)
from localcloud.credentials import Identity, KeyRing
from localcloud.errors import CloudError

_PERIOD = re.compile("(?P<start>[0-9]{1,12});(?P<end>[0-9]{1,12})")
_TOKEN_NAMES = ("x-cos-security-token", "x-ci-security-token")


class Refusal(Enum):
    """Why a request is not taken for its sender's."""

    UNSIGNED = auto()
    MALFORMED = auto()
    UNKNOWN_KEY = auto()
    NOT_YET_VALID = auto()
    EXPIRED = auto()
    MISMATCH = auto()
    WRONG_TOKEN = auto()
    EXPIRED_TOKEN = auto()


Codes = Mapping[Refusal, tuple[int, str]]

# Codes: 436/7730 and 436/40105. Guessed, as no document says: which of the two time codes goes with which end of
# the period, and the code for a wrong or missing token.
COS_CODES: Codes = {
    Refusal.UNSIGNED: (403, "AccessDenied"),
    Refusal.MALFORMED: (403, "AccessDenied"),
    Refusal.UNKNOWN_KEY: (403, "InvalidAccessKeyId"),
    Refusal.NOT_YET_VALID: (403, "RequestTimeTooSkewed"),
    Refusal.EXPIRED: (403, "Request has expired"),
    Refusal.MISMATCH: (403, "SignatureDoesNotMatch"),
    Refusal.WRONG_TOKEN: (403, "InvalidAccessKeyId"),
    Refusal.EXPIRED_TOKEN: (400, "ExpiredToken"),
}

# Cloud Infinite documents codes of its own, all 401. Which refusal has which is guessed from their names.
CI_CODES: Codes = {
    Refusal.UNSIGNED: (401, "MissingAuthorization"),
    Refusal.MALFORMED: (401, "InvalidAuthorization"),
    Refusal.UNKNOWN_KEY: (401, "SecretidNotExist"),
    Refusal.NOT_YET_VALID: (401, "InvalidAuthorization"),
    Refusal.EXPIRED: (401, "SignatureExpired"),
    Refusal.MISMATCH: (401, "InvalidAuthorization"),
    Refusal.WRONG_TOKEN: (401, "InvalidAuthorization"),
    Refusal.EXPIRED_TOKEN: (401, "SignatureExpired"),
}


class _RefusedError(Exception):
    def __init__(self, why: Refusal, message: str) -> None:
        super().__init__(message)
        self.why = why


def verify(request: Request, keys: KeyRing, now: datetime, *, codes: Codes = COS_CODES) -> Identity:
    """Return whose request this is.

    A signature covers what it lists, no more: an unsigned header or parameter may be anything, and the body is
    covered only through a signed Content-MD5, as with the vendor. Raises CloudError, in the words of `codes`.
    """
    try:
        authorization = _authorization_of(request)
        identity = _identity_of(authorization, keys)
        _check_time(authorization, now)
        _check_signature(authorization, identity, signed_request(request))
        if identity.token is not None:
            _check_token(identity, _tokens_of(request), now)
    except _RefusedError as refused:
        status, code = codes[refused.why]
        raise CloudError(status, code, str(refused)) from None
    return identity


def verify_form(fields: Mapping[str, str], policy: bytes, keys: KeyRing, now: datetime) -> Identity:
    """Return whose form this is: of POST Object (436/14690), which signs the text of its policy and nothing else.

    `fields` have lower-case names. Raises CloudError, in the words of COS.
    """
    try:
        authorization = _authorization_of_form(fields)
        identity = _identity_of(authorization, keys)
        _check_time(authorization, now)
        _check_policy_signature(authorization, identity, policy)
        _check_token(identity, [fields.get(name) for name in _TOKEN_NAMES], now)
    except _RefusedError as refused:
        status, code = COS_CODES[refused.why]
        raise CloudError(status, code, str(refused)) from None
    return identity


def is_signed(request: Request) -> bool:
    """Whether the request claims to be somebody's."""
    return bool(request.headers.get("authorization")) or "q-signature" in request.query_params


def claimed_access_key_id(request: Request) -> str | None:
    """Return the access key id that a request names, true or not; None if it names none."""
    try:
        return _authorization_of(request).access_key_id
    except _RefusedError:
        return None


def signed_request(request: Request) -> SignedRequest:
    """Return what a signature of `request` may cover."""
    return SignedRequest(
        method=request.method,
        path=unquote_to_bytes(request.scope["raw_path"]),
        query=query_pairs(request.scope["query_string"]),
        headers=request.scope["headers"],
    )


def _authorization_of(request: Request) -> Authorization:
    try:
        if header := request.headers.get("authorization"):
            return _authorization_in(header)
        if "q-signature" in request.query_params:
            return read_authorization(request.query_params)
    except ValueError as error:
        raise _RefusedError(Refusal.MALFORMED, str(error)) from None
    message = "The request is not signed. Send an Authorization header or the q-sign parameters."
    raise _RefusedError(Refusal.UNSIGNED, message)


@lru_cache(maxsize=256)  # of each request it is read twice: to know whose it claims to be, and to verify the claim
def _authorization_in(header: str) -> Authorization:
    return read_authorization(split_authorization(header))


def _authorization_of_form(fields: Mapping[str, str]) -> Authorization:
    covers_nothing = {"q-header-list": "", "q-url-param-list": "", "q-sign-time": fields.get("q-key-time", "")}
    if "q-signature" not in fields:
        raise _RefusedError(Refusal.UNSIGNED, "The form is not signed. Send policy, q-ak, q-key-time and q-signature.")
    try:
        return read_authorization({**covers_nothing, **fields})
    except ValueError as error:
        raise _RefusedError(Refusal.MALFORMED, str(error)) from None


def _identity_of(authorization: Authorization, keys: KeyRing) -> Identity:
    identity = keys.find(authorization.access_key_id)
    if identity is None:
        message = f"Access key id {authorization.access_key_id!r} is not known here. Sign with one that is."
        raise _RefusedError(Refusal.UNKNOWN_KEY, message)
    return identity


def _check_time(authorization: Authorization, now: datetime) -> None:
    for time in (authorization.sign_time, authorization.key_time):
        period = _PERIOD.fullmatch(time)
        if period is None:
            message = f"The signature's time {time!r} is not start;end in Unix seconds. Correct it."
            raise _RefusedError(Refusal.MALFORMED, message)
        if now.timestamp() < int(period["start"]):
            message = f"The signature begins at {period['start']}, it is {now.timestamp():.0f}. Set your clock."
            raise _RefusedError(Refusal.NOT_YET_VALID, message)
        if now.timestamp() > int(period["end"]):
            message = f"The signature ended at {period['end']}, it is {now.timestamp():.0f}. Sign again."
            raise _RefusedError(Refusal.EXPIRED, message)


def _check_signature(authorization: Authorization, identity: Identity, request: SignedRequest) -> None:
    # The vendor's Python SDK signs the bare host name while it sends Host with the port.
    for candidate in (request, request.without_host_port()):
        expected = authorization.expected_signature(candidate, identity.secret_key)
        if hmac.compare_digest(expected.encode(), authorization.signature.encode()):
            return
    message = (
        f"The signature by {identity.access_key_id!r} is not that of this {request.method} request. Check the"
        " secret key, the decoded path, and the listed headers and parameters as they were sent."
    )
    raise _RefusedError(Refusal.MISMATCH, message)


def _check_policy_signature(authorization: Authorization, identity: Identity, policy: bytes) -> None:
    expected = authorization.policy_signature(policy, identity.secret_key)
    if not hmac.compare_digest(expected.encode(), authorization.signature.encode()):
        message = f"The form's signature by {identity.access_key_id!r} is not that of its policy. Check the secret key."
        raise _RefusedError(Refusal.MISMATCH, message)


def _tokens_of(request: Request) -> Sequence[str | None]:
    return [request.headers.get(name) or request.query_params.get(name) for name in _TOKEN_NAMES]


def _check_token(identity: Identity, sent: Sequence[str | None], now: datetime) -> None:
    if identity.token is None:
        return
    token = next(filter(None, sent), "")
    if not hmac.compare_digest(token.encode(), identity.token.encode()):
        message = (
            f"Access key id {identity.access_key_id!r} is temporary, and its own token did not come with it."
            f" Send the token as {_TOKEN_NAMES[0]}."
        )
        raise _RefusedError(Refusal.WRONG_TOKEN, message)
    if identity.expiry is not None and now >= identity.expiry:
        message = f"The credentials {identity.access_key_id!r} ended at {identity.expiry}. Fetch new ones."
        raise _RefusedError(Refusal.EXPIRED_TOKEN, message)
