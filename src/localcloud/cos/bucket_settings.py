"""What is configured of a bucket, kept in its bucket.json."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum

from pydantic import BaseModel, ConfigDict, Field

from localcloud.cos.acl import PRIVATE, Grants


class Versioning(Enum):
    """Whether a bucket keeps former versions. Once enabled it can only be suspended (436/19883)."""

    NEVER = ""
    ENABLED = "Enabled"
    SUSPENDED = "Suspended"


class CorsRule(BaseModel):
    """Which pages of other origins may send which requests (PUT Bucket cors, 436/8279)."""

    model_config = ConfigDict(frozen=True)

    id: str = ""
    allowed_origins: tuple[str, ...]
    allowed_methods: tuple[str, ...]
    allowed_headers: tuple[str, ...] = ()
    expose_headers: tuple[str, ...] = ()
    max_age_seconds: int | None = None


class BucketSettings(BaseModel):
    """All that is configured of a bucket."""

    model_config = ConfigDict(frozen=True)

    region: str
    created_at: datetime
    versioning: Versioning = Versioning.NEVER
    tags: Mapping[str, str] = Field(default_factory=dict)
    cors: tuple[CorsRule, ...] = ()
    grants: Grants = PRIVATE
