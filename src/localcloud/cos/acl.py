"""Access control lists: who else, besides its owner, may do what with a bucket or an object (436/30583)."""

from dataclasses import dataclass
from enum import Enum

from localcloud.account import Account

ALL_USERS = "http://cam.qcloud.com/groups/global/AllUsers"
AUTHENTICATED_USERS = "http://cam.qcloud.com/groups/global/AuthenticatedUsers"


class Permission(Enum):
    """What an ACL can permit, in the vendor's words."""

    READ = "READ"
    WRITE = "WRITE"
    READ_ACP = "READ_ACP"
    WRITE_ACP = "WRITE_ACP"
    FULL_CONTROL = "FULL_CONTROL"


@dataclass(frozen=True)
class Grant:
    """One permission for one grantee: the address of a group, or an account `qcs::cam::uin/<uin>:uin/<uin>`."""

    permission: Permission
    grantee: str

    @property
    def is_for_group(self) -> bool:
        """Whether the grantee is a group rather than an account."""
        return self.grantee.startswith("http")


Grants = tuple[Grant, ...]

PRIVATE: Grants = ()
CANNED: dict[str, Grants] = {
    "private": PRIVATE,
    "public-read": (Grant(Permission.READ, ALL_USERS),),
    "public-read-write": (Grant(Permission.READ, ALL_USERS), Grant(Permission.WRITE, ALL_USERS)),
    "authenticated-read": (Grant(Permission.READ, AUTHENTICATED_USERS),),
}


def account(uin: str) -> str:
    """Return how ACLs name an account: in full, and everyone as the group of all users."""
    if uin in ("anyone", "qcs::cam::anyone:anyone"):  # the latter as coscmd has it
        return ALL_USERS
    return uin if uin.startswith(("qcs::", "http")) else f"qcs::cam::uin/{uin}:uin/{uin}"


OWNER_UIN = Account.uin  # of whoever owns all buckets here
OWNER = account(OWNER_UIN)


def permits_everyone(grants: Grants, permission: Permission) -> bool:
    """Whether a request that nobody signed may do this."""
    enough = (permission, Permission.FULL_CONTROL)
    return any(grant.grantee == ALL_USERS and grant.permission in enough for grant in grants)
