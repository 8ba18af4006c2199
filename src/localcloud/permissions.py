"""What a request to any service needs to be allowed."""

from urllib.parse import parse_qsl

from localcloud.account import Account
from localcloud.cam.access import EVERYTHING, Access
from localcloud.ci import actions as ci
from localcloud.cos import actions as cos
from localcloud.hosts import CiHost, CiRegionHost, CosHost, CosServiceHost, read_host


def accesses_of(
    method: str, host: str, path: str, query: str, *, owner: Account, copy_source: str = ""
) -> tuple[Access, ...]:
    """Return what a request does, in CAM's words: its Host header, its decoded path, its query as sent.

    `owner` is the account of the cloud, `copy_source` the header x-cos-copy-source. Nothing for an operation that
    neither COS nor CI has in its table.
    """
    match read_host(host):
        case CosHost() as bucket:
            params = dict(parse_qsl(query, keep_blank_values=True))
            return cos.accesses_of(method, bucket, path.removeprefix("/"), params, copy_source)
        case CosServiceHost() if method == "GET":
            return (Access("cos:GetService", EVERYTHING),)  # 436/30580
        case CiHost() | CiRegionHost() as addressed:
            return ci.accesses_of(method, addressed, path, owner)
        case _:
            return ()
