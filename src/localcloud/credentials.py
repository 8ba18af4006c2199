"""Who may call: access keys, and temporary ones that come with a token and end."""

import base64
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

RandomBytes = Callable[[int], bytes]


@dataclass(frozen=True)
class Identity:
    """One access key. Temporary credentials have a token, which every request must carry, and an expiry.

    `role` is the name of the role that they are for, None for a key of the root account.
    """

    access_key_id: str
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
    expiry: datetime | None = None
    role: str | None = None


class KeyRing:
    """The access keys that the local cloud knows. Safe to share between threads."""

    def __init__(self, random_bytes: RandomBytes = secrets.token_bytes) -> None:
        self._random_bytes = random_bytes
        self._identities: dict[str, Identity] = {}
        self._lock = threading.Lock()

    def add(
        self,
        access_key_id: str,
        secret_key: str,
        *,
        token: str | None = None,
        expiry: datetime | None = None,
        role: str | None = None,
    ) -> Identity:
        """Make this access key known, in place of one with the same id."""
        identity = Identity(access_key_id, secret_key, token, expiry, role)
        with self._lock:
            self._identities[access_key_id] = identity
        return identity

    def issue(self, expiry: datetime, role: str | None = None) -> Identity:
        """Make up temporary credentials that end at `expiry`, as a role gives them to a function."""
        return self.add(f"AKID{self._text(24)}", self._text(24), token=self._text(60), expiry=expiry, role=role)

    def find(self, access_key_id: str) -> Identity | None:
        """Return the identity with this id, expired or not, None if there is none."""
        with self._lock:
            return self._identities.get(access_key_id)

    def _text(self, size: int) -> str:
        return base64.urlsafe_b64encode(self._random_bytes(size)).decode()
