"""Whose cloud it is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Account:
    """A root account: `appid` is in the names of its buckets, `uin` its number in CAM."""

    appid: str
    uin: str = "100000000001"
