"""A bucket: its full name and its region, and the two hosts that serve it."""

import re
from dataclasses import dataclass

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}-\d{1,12}", re.ASCII)
REGION = re.compile(r"[a-z]{2,}(-[a-z0-9]+)+", re.ASCII)


@dataclass(frozen=True, order=True)
class Bucket:
    """A COS bucket.

    `name` is the full name with the account's APPID (`media-1250000000`), `region` the long form
    (`ap-guangzhou`). Both become part of the host that signed requests go to, so nothing else is taken for one.
    Raises ValueError.
    """

    name: str
    region: str

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError("a bucket's full name ends with the account's APPID, like media-1250000000")
        if not REGION.fullmatch(self.region):
            raise ValueError("a region is written in its long form, like ap-guangzhou")

    @property
    def cos_host(self) -> str:
        """The host of the COS XML API."""
        return f"{self.name}.cos.{self.region}.myqcloud.com"

    @property
    def ci_host(self) -> str:
        """The host of the CI API; it exists under myqcloud.com only (cos-python-sdk-v5, CosConfig)."""
        return f"{self.name}.ci.{self.region}.myqcloud.com"
