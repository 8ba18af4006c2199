"""The wire of CAM, version 2019-01-16: whose keys these are, and what a role may do (598/33165, the vendor's SDK)."""

import json
from collections.abc import Callable, Mapping

from pydantic import Field

from localcloud.account import Account
from localcloud.api.errors import ApiError
from localcloud.api.service import Action, Answer, Parameters, Service
from localcloud.cam.documents import write_policy
from localcloud.cam.patterns import ActionPattern, ResourcePattern
from localcloud.cam.policy import Policy, Statement

TRUST = {
    "version": "2.0",
    "statement": [{"effect": "allow", "action": "name/sts:AssumeRole", "principal": {"service": ["scf.qcloud.com"]}}],
}
EVERYTHING = Policy((Statement("allow", (ActionPattern("*"),), (ResourcePattern.parse("*"),)),))
_FIRST_ID = 1001


class _Nothing(Parameters):
    pass


class _OfRole(Parameters):
    role_name: str


class _Attached(_OfRole):
    page: int = Field(ge=1)
    rp: int = Field(ge=1, le=200)


class _OfPolicy(Parameters):
    policy_id: int


class UserAppId(Answer):
    """Whose keys these are."""

    uin: str
    owner_uin: str
    app_id: int


class RoleInfo(Answer):
    """A role; `policy_document` says who may take it on."""

    role_id: str
    role_name: str
    policy_document: str


class Role(Answer):
    """What GetRole answers."""

    role_info: RoleInfo


class AttachedPolicy(Answer):
    """One policy of a role."""

    policy_id: int
    policy_name: str
    policy_type: str = "User"


class AttachedPolicies(Answer):
    """A page of a role's policies, and how many there are in all."""

    list: list[AttachedPolicy]
    total_num: int


class PolicyDetail(Answer):
    """What GetPolicy answers."""

    policy_name: str
    policy_document: str
    type: int = 1


def cam_service(
    owner: Account, policies: Mapping[str, Policy] | None, roles_in_use: Callable[[], frozenset[str]]
) -> Service:
    """Return the service that knows these roles: the functions', who may do everything where `policies` is None."""

    def known() -> dict[str, Policy]:
        return dict(policies) if policies is not None else dict.fromkeys(sorted(roles_in_use()), EVERYTHING)

    def existing(role: str) -> str:
        if role not in known():
            names = ", ".join(known()) or "none"
            raise ApiError("InvalidParameter.RoleNotExist", f"There is no role {role!r}; known: {names}.")
        return role

    def get_user_app_id(_region: str, _asked: _Nothing) -> Answer:
        return UserAppId(uin=owner.uin, owner_uin=owner.uin, app_id=int(owner.appid))

    def get_role(_region: str, asked: _OfRole) -> Answer:
        name = existing(asked.role_name)
        role_id = str(_FIRST_ID + list(known()).index(name))
        return Role(role_info=RoleInfo(role_id=role_id, role_name=name, policy_document=json.dumps(TRUST)))

    def list_attached(_region: str, asked: _Attached) -> Answer:
        name = existing(asked.role_name)
        attached = [AttachedPolicy(policy_id=_FIRST_ID + list(known()).index(name), policy_name=name)]
        return AttachedPolicies(list=attached if asked.page == 1 else [], total_num=len(attached))

    def get_policy(_region: str, asked: _OfPolicy) -> Answer:
        ids = dict(enumerate(known().items(), start=_FIRST_ID))
        if asked.policy_id not in ids:
            message = f"There is no policy {asked.policy_id}. List those that are attached to a role."
            raise ApiError("ResourceNotFound.PolicyIdNotFound", message)
        name, policy = ids[asked.policy_id]
        return PolicyDetail(policy_name=name, policy_document=write_policy(policy))

    return Service(
        "cam",
        "2019-01-16",
        {
            "GetUserAppId": Action(_Nothing, get_user_app_id),
            "GetRole": Action(_OfRole, get_role),
            "ListAttachedRolePolicies": Action(_Attached, list_attached),
            "GetPolicy": Action(_OfPolicy, get_policy),
        },
    )
