"""Regions by the short codes that SCF writes into COS events."""

_SHORT_CODES = {
    "ap-bangkok": "th",
    "ap-beijing": "bj",
    "ap-chengdu": "cd",
    "ap-chongqing": "cq",
    "ap-guangzhou": "gz",
    "ap-hongkong": "hk",
    "ap-mumbai": "in",
    "ap-nanjing": "nj",
    "ap-seoul": "kr",
    "ap-shanghai": "sh",
    "ap-singapore": "sg",
    "ap-tokyo": "jp",
    "eu-frankfurt": "de",
    "na-ashburn": "use",
    "na-siliconvalley": "usw",
    "na-toronto": "ca",
}


def short_code(region: str) -> str:
    """Return `gz` for `ap-guangzhou`; a region without a known code stands for itself.

    Seen in vendor events: bj, cd, gz (583/9707). The others are the codes the vendor uses elsewhere; that
    events carry them is UNVERIFIED.
    """
    return _SHORT_CODES.get(region, region)
