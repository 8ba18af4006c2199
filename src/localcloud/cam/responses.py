"""The wire of CAM, version 2019-01-16: whose keys these are, and what a role may do (598/33165, the vendor's SDK)."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

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
    roles = _Roles(owner, policies, roles_in_use)
    return Service(
        "cam",
        "2019-01-16",
        {
            "GetUserAppId": Action(_Nothing, roles.get_user_app_id),
            "GetRole": Action(_OfRole, roles.get_role),
            "ListAttachedRolePolicies": Action(_Attached, roles.list_attached),
            "GetPolicy": Action(_OfPolicy, roles.get_policy),
        },
    )


@dataclass(frozen=True)
class _Roles:
    """The actions, each as its parameters ask."""

    owner: Account
    policies: Mapping[str, Policy] | None
    in_use: Callable[[], frozenset[str]]

    def get_user_app_id(self, _region: str, _asked: _Nothing) -> Answer:
        return UserAppId(uin=self.owner.uin, owner_uin=self.owner.uin, app_id=int(self.owner.appid))

    def get_role(self, _region: str, asked: _OfRole) -> Answer:
        name = asked.role_name
        role_info = RoleInfo(role_id=str(self._id(name)), role_name=name, policy_document=json.dumps(TRUST))
        return Role(role_info=role_info)

    def list_attached(self, _region: str, asked: _Attached) -> Answer:
        attached = [AttachedPolicy(policy_id=self._id(asked.role_name), policy_name=asked.role_name)]
        return AttachedPolicies(list=attached if asked.page == 1 else [], total_num=len(attached))

    def get_policy(self, _region: str, asked: _OfPolicy) -> Answer:
        ids = dict(enumerate(self._known().items(), start=_FIRST_ID))
        if asked.policy_id not in ids:
            message = f"There is no policy {asked.policy_id}. List those that are attached to a role."
            raise ApiError("ResourceNotFound.PolicyIdNotFound", message)
        name, policy = ids[asked.policy_id]
        return PolicyDetail(policy_name=name, policy_document=write_policy(policy))

    def _known(self) -> dict[str, Policy]:
        """Every role, each with its one policy."""
        return dict(self.policies) if self.policies is not None else dict.fromkeys(sorted(self.in_use()), EVERYTHING)

    def _id(self, role: str) -> int:
        """Return the id of a role, which is also its policy's. Raises ApiError."""
        known = list(self._known())
        if role not in known:
            names = ", ".join(known) or "none"
            raise ApiError("InvalidParameter.RoleNotExist", f"There is no role {role!r}; known: {names}.")
        return _FIRST_ID + known.index(role)
