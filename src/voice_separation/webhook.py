"""Messages signed as Standard Webhooks says (the specification of github.com/standard-webhooks/standard-webhooks).

A receiver verifies with any library of that name, or with an HMAC of its own. Nothing here reads a clock or sends.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from voice_separation.secret_rings import split_ring

PREFIX = "whsec_"
LEAST_BYTES, MOST_BYTES = 24, 64  # of a secret, as the specification bounds it
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_ADDRESS = re.compile(r"[!-~]+")  # what an HTTP request line can carry; the rest is percent-encoded by whoever sets it


def parse_webhook_secrets(text: str) -> tuple[bytes, ...]:
    """Read a ring of secrets, `whsec_` and base64 each. Raises ValueError, which quotes nothing."""
    return tuple(_secret(each) for each in split_ring(text) or ("",))


def _secret(text: str) -> bytes:
    encoded = text.removeprefix(PREFIX).rstrip("=")
    try:
        secret = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if not text.startswith(PREFIX) or not LEAST_BYTES <= len(secret) <= MOST_BYTES:
        raise ValueError(
            f"each secret is {PREFIX} and the base64 of {LEAST_BYTES} to {MOST_BYTES} random bytes; "
            f'`echo "{PREFIX}$(openssl rand -base64 32)"` makes one'
        )
    return secret


def parse_webhook_url(text: str) -> str:
    """Check the address of a receiver. Raises ValueError, which quotes nothing."""
    try:
        place = urlsplit(text)
        is_place = bool(_ADDRESS.fullmatch(text) and place.hostname) and place.port != 0
    except ValueError:
        is_place = False
    if not is_place or place.scheme not in ("https", "http"):
        raise ValueError("an address begins with https:// and a host, and has no spaces")
    if place.scheme == "http" and place.hostname not in LOOPBACK:
        raise ValueError("entries go over https only; http is for a receiver on this machine")
    if "@" in place.netloc or place.fragment:
        raise ValueError("an address has no user and no fragment; a token may stand in its path or query")
    return text


def signed_headers(ring: tuple[bytes, ...], message_id: str, at: datetime, body: bytes) -> Mapping[str, str]:
    """Return the three headers of a message that is sent at that time, signed with every secret of the ring.

    `message_id` is the same whenever the same message is sent again, and has no full stop in it.
    """
    timestamp = str(int(at.timestamp()))
    content = f"{message_id}.{timestamp}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(secret, content) for secret in ring),
    }


def _signature(secret: bytes, content: bytes) -> str:
    digest = hmac.new(secret, content, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"
