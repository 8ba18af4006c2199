"""What an action and a resource of a policy stand for. A `*` is any text, slashes and nothing included."""

import functools
import re
from dataclasses import dataclass

from localcloud.account import Account
from localcloud.cam.access import EVERYTHING

_SEGMENTS = "qcs:project_id:service_type:region:account:resource"
_ACTION = re.compile(r"(?:name/)?(?P<action>\*|[a-z]+:[A-Za-z*]+)")


def matches(pattern: str, text: str) -> bool:
    """Tell whether a pattern stands for a text; only `*` means more than itself."""
    return _compiled(pattern).fullmatch(text) is not None


@dataclass(frozen=True)
class ActionPattern:
    """`cos:PutObject`, `cos:Get*`, `cos:*` or `*`; case counts (436/30580)."""

    pattern: str

    @classmethod
    def parse(cls, text: str) -> "ActionPattern":
        """Read an action; the older spelling `name/cos:PutObject` means the same. Raises ValueError."""
        found = _ACTION.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is no action of an API; write <product>:<Action>, like name/cos:GetObject")
        return cls(found["action"])

    def covers(self, action: str) -> bool:
        """Tell whether this stands for an action."""
        return matches(self.pattern, action)

    def __str__(self) -> str:
        return self.pattern


@dataclass(frozen=True)
class ResourcePattern:
    """A resource in six segments, each with `*` where the writer liked; without segments, every resource."""

    service: str
    region: str
    account: str
    path: str
    is_everything: bool = False

    @classmethod
    def parse(cls, text: str) -> "ResourcePattern":
        """Read a resource (598/10606). Raises ValueError."""
        if text == EVERYTHING:
            return cls("", "", "", EVERYTHING, is_everything=True)
        segments = text.split(":", 5)
        if len(segments) != 6 or segments[0] != "qcs" or not segments[5]:
            raise ValueError(f"{text!r} is no resource; write * or {_SEGMENTS}")
        _, project, service, region, account, path = segments
        if project:
            raise ValueError(f"{text!r} names a project, which CAM does not take any more; leave the segment empty")
        return cls(service, region, account, path)

    def covers(self, resource: str, owner: Account) -> bool:
        """Tell whether this stands for a resource; `owner` is the account that the policy belongs to.

        Product and region may be left out for all of them, the account for the owner's own. What is `*` to CAM
        because it cannot be granted piece by piece needs a `*` here, too (598/57092).
        """
        if self.is_everything or resource == EVERYTHING:
            return self.is_everything
        _, _, service, region, account, path = resource.split(":", 5)
        return (
            (not self.service or matches(self.service, service))
            and (not self.region or matches(self.region, region))
            and self._is_of(account, owner)
            and matches(self.path, path)
        )

    def __str__(self) -> str:
        return EVERYTHING if self.is_everything else f"qcs::{self.service}:{self.region}:{self.account}:{self.path}"

    def _is_of(self, account: str, owner: Account) -> bool:
        if not self.account:
            return account in (f"uid/{owner.appid}", f"uin/{owner.uin}")
        return matches(self.account, account)


@functools.lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(piece) for piece in pattern.split("*")), re.DOTALL)
