"""The signed path in a callback address: CI signs nothing, so the address itself must prove where it came from.

`/v1/<upload_id>/<expiry>/<signature>` lets exactly one upload be reported until the expiry;
`/v1/static/<signature>` serves jobs that this app did not start (CI workflow, queue-level callback), whose
address may have 100 characters in all (1045/49553). Signature: HMAC-SHA256, its first 128 bits, base64url.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from voice_separation.errors import CapabilityRefused
from voice_separation.uploads import UPLOAD_ID

VERSION = "v1"
FORGED = "forged"
_SIGNATURE_BYTES = 16
_PATH = re.compile(
    rf"/{VERSION}/(?:(?P<upload_id>{UPLOAD_ID})/(?P<expiry>[0-9]{{1,11}})|static)/(?P<signature>[A-Za-z0-9_-]{{22}})",
    re.ASCII,
)
_LONGEST_PATH = 2048


@dataclass(frozen=True)
class Grant:
    """What a valid capability allows: to report the job of one upload, or of any when `upload_id` is None."""

    upload_id: str | None


class Ring(Protocol):
    """What signs and verifies capabilities, wherever its secrets come from."""

    def path(self, upload_id: str, *, now: datetime, ttl: timedelta) -> str:
        """Return the path that lets this upload be reported until `now + ttl`."""

    def verify(self, path: str, *, now: datetime) -> Grant:
        """Return what the end of a path allows. Raises CapabilityRefused."""


@dataclass(frozen=True)
class KeyRing:
    """The callback secrets: the first signs, all verify, so a secret is replaced without downtime."""

    secrets: tuple[str, ...] = field(repr=False)

    def path(self, upload_id: str, *, now: datetime, ttl: timedelta) -> str:
        """Return the path that lets this upload be reported until `now + ttl`; 70 characters until the year 2286."""
        expiry = int((now + ttl).timestamp())
        return f"/{VERSION}/{upload_id}/{expiry}/{self._sign(self.secrets[0], upload_id, str(expiry))}"

    def static_path(self) -> str:
        """Return the path for jobs of others; it never expires, only rotation of the ring ends it."""
        return f"/{VERSION}/static/{self._sign(self.secrets[0], 'static', '')}"

    def verify(self, path: str, *, now: datetime) -> Grant:
        """Return what the end of a path allows; whatever stands before it is the base address.

        Raises CapabilityRefused. Signatures are compared in constant time with every secret of the ring.
        """
        found = _PATH.search(path, max(0, path.rfind(f"/{VERSION}/"))) if len(path) <= _LONGEST_PATH else None
        if not found or found.end() != len(path):
            raise CapabilityRefused("malformed")
        upload_id, expiry = found["upload_id"], found["expiry"]
        subject, until = (upload_id, expiry) if upload_id else ("static", "")
        matches = [
            hmac.compare_digest(found["signature"], self._sign(secret, subject, until)) for secret in self.secrets
        ]
        if not any(matches):
            raise CapabilityRefused(FORGED)
        if upload_id and now.timestamp() > int(expiry):
            raise CapabilityRefused("expired")
        return Grant(upload_id)

    @staticmethod
    def _sign(secret: str, subject: str, expiry: str) -> str:
        message = f"{VERSION}\n{subject}\n{expiry}".encode()
        digest = hmac.new(secret.encode(), message, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:_SIGNATURE_BYTES]).rstrip(b"=").decode()
