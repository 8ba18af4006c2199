"""The secrets of all regions, in memory: they end with the local cloud."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum

from localcloud.api.errors import ApiError
from localcloud.clock import Clock

MOST_VERSIONS = 10  # of one secret (PutSecretValue, 1078/38645)
FIRST_VERSION = "SSM_Current"  # when CreateSecret names none (the vendor's SDK says so)


class Order(IntEnum):
    """By the time of creation (ListSecrets, OrderType)."""

    NEWEST_FIRST = 0
    OLDEST_FIRST = 1


@dataclass(frozen=True)
class Value:
    """What one version holds: text, or bytes in base64; the other is empty."""

    text: str = field(default="", repr=False)
    binary: str = field(default="", repr=False)


@dataclass(frozen=True)
class Secret:
    """A secret of one's own, with its versions by their ids."""

    region: str
    name: str
    description: str
    created_at: datetime
    versions: Mapping[str, Value]
    enabled: bool = True


class Ssm:
    """All secrets. Safe to share between threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._secrets: dict[tuple[str, str], Secret] = {}
        self._lock = threading.Lock()

    def create(
        self, region: str, name: str, value: Value, *, version_id: str = FIRST_VERSION, description: str = ""
    ) -> None:
        """Make a secret with its first version. Raises ApiError ResourceInUse.SecretExists."""
        with self._lock:
            if (region, name) in self._secrets:
                message = f"The region {region} has a secret {name!r} already. Update it, or choose another name."
                raise ApiError("ResourceInUse.SecretExists", message)
            self._secrets[region, name] = Secret(region, name, description, self._clock(), {version_id: value})

    def put(self, region: str, name: str, version_id: str, value: Value) -> None:
        """Add a version.

        Raises ApiError ResourceNotFound.SecretNotExist, ResourceInUse.VersionIdExists, LimitExceeded.
        """
        with self._lock:
            secret = self._existing(region, name)
            if version_id in secret.versions:
                message = f"The secret {name!r} has a version {version_id!r} already. Update it, or choose another id."
                raise ApiError("ResourceInUse.VersionIdExists", message)
            if len(secret.versions) >= MOST_VERSIONS:
                message = f"The secret {name!r} has {MOST_VERSIONS} versions. Update one of them."
                raise ApiError("LimitExceeded", message)
            self._keep(replace(secret, versions={**secret.versions, version_id: value}))

    def update(self, region: str, name: str, version_id: str, value: Value) -> None:
        """Put another value in the place of a version's.

        Raises ApiError ResourceNotFound.SecretNotExist, ResourceNotFound.
        """
        with self._lock:
            secret = self._existing(region, name)
            _version(secret, version_id)
            self._keep(replace(secret, versions={**secret.versions, version_id: value}))

    def enable(self, region: str, name: str, *, enabled: bool = True) -> None:
        """Let its values be read, or not. Raises ApiError ResourceNotFound.SecretNotExist."""
        with self._lock:
            self._keep(replace(self._existing(region, name), enabled=enabled))

    def value(self, region: str, name: str, version_id: str) -> Value:
        """Return what a version holds.

        Raises ApiError ResourceNotFound.SecretNotExist, ResourceNotFound, ResourceUnavailable.ResourceDisabled.
        """
        secret = self.get(region, name)
        if not secret.enabled:
            message = f"The secret {name!r} is disabled. Enable it."
            raise ApiError("ResourceUnavailable.ResourceDisabled", message)
        return _version(secret, version_id)

    def get(self, region: str, name: str) -> Secret:
        """Return a secret as it is now. Raises ApiError ResourceNotFound.SecretNotExist."""
        with self._lock:
            return self._existing(region, name)

    def list(self, region: str, *, name_part: str = "", order: Order = Order.NEWEST_FIRST) -> tuple[Secret, ...]:
        """Return the region's secrets whose names contain `name_part`."""
        with self._lock:
            found = [secret for (where, name), secret in self._secrets.items() if where == region and name_part in name]
        return tuple(found if order is Order.OLDEST_FIRST else reversed(found))

    def _existing(self, region: str, name: str) -> Secret:
        secret = self._secrets.get((region, name))
        if secret is None:
            message = f"The region {region} has no secret {name!r}. Create it, or correct name and region."
            raise ApiError("ResourceNotFound.SecretNotExist", message)
        return secret

    def _keep(self, secret: Secret) -> None:
        self._secrets[secret.region, secret.name] = secret


def _version(secret: Secret, version_id: str) -> Value:
    """Return a version; the code for a missing one is a guess, for the vendor lists none of its own."""
    value = secret.versions.get(version_id)
    if value is None:
        known = ", ".join(secret.versions)
        message = f"The secret {secret.name!r} has no version {version_id!r}, but {known}. Correct the VersionId."
        raise ApiError("ResourceNotFound", message)
    return value
