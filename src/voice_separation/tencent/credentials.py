"""The keys of the function's role, as SCF puts them into the environment (583/30228).

Read at every invocation: they are temporary, and a warm instance outlives them.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from voice_separation.errors import InvalidSettings


@dataclass(frozen=True)
class Credentials:
    """A key pair; `token` is there when the keys are temporary."""

    secret_id: str
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)


def from_environment(environment: Mapping[str, str] | None = None) -> Credentials:
    """Read TENCENTCLOUD_SECRETID, _SECRETKEY and _SESSIONTOKEN.

    Raises InvalidSettings when there are none, which means that the function has no execution role.
    """
    environment = os.environ if environment is None else environment
    secret_id = environment.get("TENCENTCLOUD_SECRETID", "")
    secret_key = environment.get("TENCENTCLOUD_SECRETKEY", "")
    if not secret_id or not secret_key:
        reason = "the platform sets it when the function has an execution role; set `role` in serverless.yml"
        raise InvalidSettings({"TENCENTCLOUD_SECRETID": reason})
    return Credentials(secret_id, secret_key, environment.get("TENCENTCLOUD_SESSIONTOKEN") or None)
