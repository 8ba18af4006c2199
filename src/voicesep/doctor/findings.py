"""What a look at one thing has found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from pydantic import BaseModel, ConfigDict

from voice_separation.errors import TencentRefusal, Unreachable
from voicesep.cloud import Cloud
from voicesep.deployment import Deployment
from voicesep.project import program
from voicesep.tencent.client import ApiKeyRefused, ApiRefused

# What COS (436/7730) and CI (1045/33422) call a key that they refuse, or a time that is not theirs.
KEY_REFUSALS = {
    *("SignatureDoesNotMatch", "InvalidAccessKeyId", "RequestTimeTooSkewed", "ExpiredToken"),
    *("InvalidAuthorization", "SecretidNotExist", "SignatureExpired"),
}
DENIED_BY_COS = "AccessDenied"  # CAM, or a policy of the bucket, does not let a valid key do it (436/7730)


class State(str, Enum):
    """`warn`: it works, but not as well as it could, or it could not be judged."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Finding(BaseModel):
    """One line of the examination: what was looked at, what was found, and what to do about it."""

    model_config = ConfigDict(frozen=True)

    state: State
    check: str
    found: str
    remedy: str = ""


class NotJudged(Exception):
    """What is looked at has to be asked with the key, which does not work."""


@dataclass(frozen=True)
class Examined:
    """The deployment that is looked at, the cloud it is in, and the name that findings are noted under.

    `unsigned` is the cloud for requests that nobody signs; `key_works` is False once `credentials` has failed.
    """

    deployment: Deployment
    unsigned: Cloud
    check: str
    key_works: bool = True

    @property
    def cloud(self) -> Cloud:
        """The cloud, to be asked with the key. Raises NotJudged where the key does not work."""
        if not self.key_works:
            raise NotJudged
        return self.unsigned

    def ok(self, found: str) -> Finding:
        """Note that something is as it should be."""
        return Finding(state=State.OK, check=self.check, found=found)

    def warn(self, found: str, remedy: str) -> Finding:
        """Note something that works, but could be better."""
        return Finding(state=State.WARN, check=self.check, found=found, remedy=remedy)

    def fail(self, found: str, remedy: str) -> Finding:
        """Note something that does not work."""
        return Finding(state=State.FAIL, check=self.check, found=found, remedy=remedy)

    def not_told(self, refused: TencentRefusal) -> Finding:
        """Note that the cloud did not answer what it was asked; a warning where CAM does not let this key ask."""
        found = f"{refused.operation} {refused.target}: {refused.code}, {refused.reason}"
        if refused.code == DENIED_BY_COS or (isinstance(refused, ApiRefused) and refused.is_denied):
            policies = ", ".join(f"`{program()} cam-policy {name}`" for name in ("viewer", "role", "operator"))
            return self.warn(found, f"to have it judged, allow this key what these print: {policies}")
        return self.fail(found, _remedy(refused))


def _remedy(refused: TencentRefusal) -> str:
    """Return what to do about a read that failed; an error's own advice may be meant for writes, or for functions."""
    if isinstance(refused, Unreachable):
        return "check the network, REGION, and the endpoints in .env"
    if refused.code in KEY_REFUSALS:
        return ApiKeyRefused.advice
    return refused.advice


Check = Callable[[Examined], Iterator[Finding]]
"""Looks at one thing. What the cloud refuses may be let through: it is noted with what to do about it."""
