"""Whose call it is: the check of its signature, its time and its token."""

import hmac
from collections.abc import Sequence
from datetime import datetime, timezone

from starlette.requests import Request

from localcloud.api.errors import ApiError
from localcloud.api.tc3 import Authorization, SignedRequest, is_tc3, read_authorization
from localcloud.credentials import Identity, KeyRing
from localcloud.hosts import ApiHost

SKEW_SECONDS = 300  # the time stamp may be five minutes off (error codes, 1388/114322)


def verify(
    request: Request, body: bytes, host: ApiHost, keys: KeyRing, now: datetime, *, paths: Sequence[str] = ("/",)
) -> Identity:
    """Return whose call this is. The signature must cover one of `paths`: an API has but one, the root.

    Raises ApiError. Its codes are the common ones of 1388/114322; which one goes with a wrong service or date in
    the credential, and with a token that has ended, is guessed.
    """
    authorization = _authorization_of(request)
    identity = keys.find(authorization.secret_id)
    if identity is None:
        message = f"The SecretId {authorization.secret_id!r} is not known here. Sign with one that is."
        raise ApiError("AuthFailure.SecretIdNotFound", message)
    _check_time(request, authorization, now)
    if authorization.service != host.service:
        message = f"The credential is for {authorization.service!r}, the host is that of {host.service!r}."
        raise ApiError("AuthFailure.SignatureFailure", message)
    signed = [SignedRequest(request.method, request.url.query, request.headers, body, path) for path in paths]
    expected = [authorization.expected_signature(each, identity.secret_key) for each in signed]
    if not any(hmac.compare_digest(each, authorization.signature) for each in expected):
        message = (
            f"The signature by {identity.access_key_id!r} is not that of this call. Check the key and what is signed."
        )
        raise ApiError("AuthFailure.SignatureFailure", message)
    _check_token(request, identity, now)
    return identity


def claimed_access_key_id(request: Request) -> str | None:
    """Return the access key id that a call names, true or not; None if it is no call, or names none."""
    try:
        return read_authorization(request.headers.get("authorization", "")).secret_id
    except ValueError:
        return None


def claimed_host(request: Request) -> ApiHost | None:
    """Return the service that a call is signed for, for clients who were given a plain address; None for no call."""
    header = request.headers.get("authorization", "")
    if not is_tc3(header):
        return None
    try:
        return ApiHost(read_authorization(header).service)
    except ValueError:
        return ApiHost("")


def _authorization_of(request: Request) -> Authorization:
    header = request.headers.get("authorization")
    if header is None:
        raise ApiError("MissingParameter", "The call has no Authorization header. Sign it.")
    try:
        return read_authorization(header)
    except ValueError as error:
        raise ApiError("AuthFailure.InvalidAuthorization", str(error)) from None


def _check_time(request: Request, authorization: Authorization, now: datetime) -> None:
    timestamp = request.headers.get("x-tc-timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 11):
        raise ApiError("MissingParameter", "X-TC-Timestamp is not the time in Unix seconds. Send it.")
    if abs(now.timestamp() - int(timestamp)) > SKEW_SECONDS:
        message = f"The call was signed at {timestamp}, it is {now.timestamp():.0f}. Set your clock, or sign again."
        raise ApiError("AuthFailure.SignatureExpire", message)
    date = datetime.fromtimestamp(int(timestamp), timezone.utc).date().isoformat()
    if authorization.date != date:
        message = f"The credential's date is {authorization.date}, that of X-TC-Timestamp is {date} in UTC."
        raise ApiError("AuthFailure.SignatureFailure", message)


def _check_token(request: Request, identity: Identity, now: datetime) -> None:
    if identity.token is None:
        return
    if not hmac.compare_digest(request.headers.get("x-tc-token", "").encode(), identity.token.encode()):
        message = f"The SecretId {identity.access_key_id!r} is temporary. Send its own token as X-TC-Token."
        raise ApiError("AuthFailure.TokenFailure", message)
    if identity.expiry is not None and now >= identity.expiry:
        message = f"The credentials {identity.access_key_id!r} ended at {identity.expiry}. Fetch new ones."
        raise ApiError("AuthFailure.TokenFailure", message)
