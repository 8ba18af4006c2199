"""A bucket: its full name and its region, and the two hosts that serve it."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Bucket:
    """A COS bucket.

    `name` is the full name with the account's APPID (`media-1250000000`), `region` the long form
    (`ap-guangzhou`).
    """

    name: str
    region: str

    @property
    def cos_host(self) -> str:
        """The host of the COS XML API."""
        return f"{self.name}.cos.{self.region}.myqcloud.com"

    @property
    def ci_host(self) -> str:
        """The host of the CI API; it exists under myqcloud.com only (cos-python-sdk-v5, CosConfig)."""
        return f"{self.name}.ci.{self.region}.myqcloud.com"
