"""The wire of Secrets Manager: its actions (1078/38656, 38645, 38642, 38649 and the vendor's SDK)."""

import base64
import binascii
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from localcloud.account import Account
from localcloud.api.errors import ApiError
from localcloud.api.service import Act, Action, Answer, Parameters, Service
from localcloud.ssm.models import FIRST_VERSION, Order, Secret, Ssm, Value

MOST_BYTES = 32 * 1024  # of a value; pages of 2023 say 4096
OWN_SECRET = 0  # SecretType: none of those that belong to a cloud product

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$")]
VersionId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]


class _Named(Parameters):
    secret_name: Name


class _Versioned(_Named):
    version_id: VersionId


class _Valued(_Versioned):
    secret_string: str = Field("", repr=False)
    secret_binary: str = Field("", repr=False)

    def value(self) -> Value:
        """Return the one value that is given. Raises ApiError InvalidParameter, InvalidParameterValue."""
        if bool(self.secret_string) == bool(self.secret_binary):
            raise ApiError("InvalidParameter", "Give either SecretString or SecretBinary.")
        if len(self.secret_string.encode()) > MOST_BYTES or len(_decoded(self.secret_binary)) > MOST_BYTES:
            raise ApiError("InvalidParameterValue", f"A value may have {MOST_BYTES} bytes. Shorten it.")
        return Value(self.secret_string, self.secret_binary)


class _Created(_Valued):
    version_id: VersionId = FIRST_VERSION
    description: str = Field("", max_length=2048)


class _Listed(Parameters):
    offset: int = Field(0, ge=0)
    limit: int = Field(0, ge=0, le=200)
    order_type: Order = Order.NEWEST_FIRST
    search_secret_name: str = ""


class SecretVersion(Answer):
    """Which version of which secret was dealt with."""

    secret_name: str
    version_id: str


class SecretValue(SecretVersion):
    """What a version holds; one of the two is empty."""

    secret_string: str = Field(repr=False)
    secret_binary: str = Field(repr=False)


class SecretName(Answer):
    """Which secret was dealt with."""

    secret_name: str


class SecretMetadata(Answer):
    """What is told of a secret without its values; times in Unix seconds."""

    secret_name: str
    description: str
    status: str
    create_time: int
    delete_time: int = 0
    secret_type: int = OWN_SECRET

    @classmethod
    def of(cls, secret: Secret) -> "SecretMetadata":
        """Tell of a secret."""
        return cls(
            secret_name=secret.name,
            description=secret.description,
            status="Enabled" if secret.enabled else "Disabled",
            create_time=int(secret.created_at.timestamp()),
        )


class SecretList(Answer):
    """A page of the secrets, and how many there are in all."""

    total_count: int
    secret_metadatas: list[SecretMetadata]


def ssm_service(ssm: Ssm, creator: Account) -> Service:
    """Return the service that has these secrets, all made by one account."""
    secrets = _Secrets(ssm, creator)
    resource = secrets.resource
    actions: dict[str, Act] = {
        "CreateSecret": Action(_Created, secrets.create, resource),
        "PutSecretValue": Action(_Valued, secrets.put, resource),
        "UpdateSecret": Action(_Valued, secrets.update, resource),
        "GetSecretValue": Action(_Versioned, secrets.get, resource),
        "DescribeSecret": Action(_Named, secrets.describe, resource),
        "ListSecrets": Action(_Listed, secrets.page),
        "EnableSecret": Action(_Named, secrets.enable, resource),
        "DisableSecret": Action(_Named, secrets.disable, resource),
    }
    return Service("ssm", "2019-09-23", actions)


@dataclass(frozen=True)
class _Secrets:
    """The actions, each as its parameters ask."""

    ssm: Ssm
    creator: Account

    def resource(self, asked: _Named) -> str:
        return f"secret/creatorUin/{self.creator.uin}/{asked.secret_name}"

    def create(self, region: str, asked: _Created) -> Answer:
        self.ssm.create(
            region, asked.secret_name, asked.value(), version_id=asked.version_id, description=asked.description
        )
        return SecretVersion(secret_name=asked.secret_name, version_id=asked.version_id)

    def put(self, region: str, asked: _Valued) -> Answer:
        self.ssm.put(region, asked.secret_name, asked.version_id, asked.value())
        return SecretVersion(secret_name=asked.secret_name, version_id=asked.version_id)

    def update(self, region: str, asked: _Valued) -> Answer:
        self.ssm.update(region, asked.secret_name, asked.version_id, asked.value())
        return SecretVersion(secret_name=asked.secret_name, version_id=asked.version_id)

    def get(self, region: str, asked: _Versioned) -> Answer:
        value = self.ssm.value(region, asked.secret_name, asked.version_id)
        return SecretValue(
            secret_name=asked.secret_name,
            version_id=asked.version_id,
            secret_string=value.text,
            secret_binary=value.binary,
        )

    def describe(self, region: str, asked: _Named) -> Answer:
        return SecretMetadata.of(self.ssm.get(region, asked.secret_name))

    def page(self, region: str, asked: _Listed) -> Answer:
        secrets = self.ssm.list(region, name_part=asked.search_secret_name, order=asked.order_type)
        wanted = secrets[asked.offset : asked.offset + (asked.limit or 20)]
        return SecretList(total_count=len(secrets), secret_metadatas=[SecretMetadata.of(secret) for secret in wanted])

    def enable(self, region: str, asked: _Named) -> Answer:
        self.ssm.enable(region, asked.secret_name, enabled=True)
        return SecretName(secret_name=asked.secret_name)

    def disable(self, region: str, asked: _Named) -> Answer:
        self.ssm.enable(region, asked.secret_name, enabled=False)
        return SecretName(secret_name=asked.secret_name)


def _decoded(binary: str) -> bytes:
    try:
        return base64.b64decode(binary, validate=True)
    except binascii.Error:
        raise ApiError("InvalidParameterValue", "SecretBinary is not base64. Encode it.") from None
