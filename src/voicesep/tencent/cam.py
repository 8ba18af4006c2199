"""CAM, API 2019-01-16: whose key this is, and what a role is allowed."""

import json
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from voicesep.tencent.client import AnswerT, ApiAnswer, ApiRefused, Connection

MOST_POLICIES = 200  # of a role, in one page


class Identity(ApiAnswer):
    """Whose key it is: the number of the user and of the root account, and the APPID of that account."""

    uin: str = ""
    owner_uin: str = ""
    app_id: int


class _RoleInfo(ApiAnswer):
    policy_document: str = ""


class _Role(ApiAnswer):
    role_info: _RoleInfo


class AttachedPolicy(ApiAnswer):
    """A policy that is attached to a role."""

    policy_id: int
    policy_name: str = ""


class _AttachedPolicies(ApiAnswer):
    policies: tuple[AttachedPolicy, ...] = Field((), alias="List")


class _Policy(ApiAnswer):
    policy_document: str


@dataclass(frozen=True)
class CamApi:
    """CAM of one account. Everything raises ApiRefused, Unreachable, Unavailable."""

    connection: Connection

    def identity(self) -> Identity:
        """Return whose key it is."""
        return self._ask("GetUserAppId", Identity)

    def trust(self, role: str) -> Any:
        """Return the document that says who may take a role on, None if there is no such role."""
        try:
            document = self._ask("GetRole", _Role, target=role, RoleName=role).role_info.policy_document
        except ApiRefused as refused:
            if refused.is_missing:
                return None
            raise
        return json.loads(document or "{}")

    def attached_policies(self, role: str) -> tuple[AttachedPolicy, ...]:
        """Return what is attached to a role, up to 200."""
        parameters = {"RoleName": role, "Page": 1, "Rp": MOST_POLICIES}
        return self._ask("ListAttachedRolePolicies", _AttachedPolicies, target=role, **parameters).policies

    def policy_document(self, policy: AttachedPolicy) -> str:
        """Return what a policy says, as JSON."""
        target = policy.policy_name
        return self._ask("GetPolicy", _Policy, target=target, PolicyId=policy.policy_id).policy_document

    def _ask(self, action: str, answer: type[AnswerT], *, target: str = "this key", **parameters: object) -> AnswerT:
        return self.connection.ask("cam", "2019-01-16", action, parameters, answer, target=target)
