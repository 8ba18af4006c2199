"""A policy: what its statements allow and deny, together."""

from dataclasses import dataclass
from typing import Literal

from localcloud.account import Account
from localcloud.cam.access import Access
from localcloud.cam.conditions import Condition
from localcloud.cam.patterns import ActionPattern, ResourcePattern

Effect = Literal["allow", "deny"]


@dataclass(frozen=True)
class Statement:
    """Allows or denies every one of its actions on every one of its resources, where all its conditions hold."""

    effect: Effect
    actions: tuple[ActionPattern, ...]
    resources: tuple[ResourcePattern, ...]
    conditions: tuple[Condition, ...] = ()

    def covers(self, access: Access, owner: Account) -> bool:
        """Tell whether the statement is about this access."""
        return (
            any(action.covers(access.action) for action in self.actions)
            and any(resource.covers(access.resource, owner) for resource in self.resources)
            and all(condition.holds(access) for condition in self.conditions)
        )


@dataclass(frozen=True)
class Policy:
    """Statements in no order."""

    statements: tuple[Statement, ...]

    def allows(self, access: Access, owner: Account) -> bool:
        """Tell whether an access is allowed: by a statement, and denied by none (598/10605)."""
        effects = {statement.effect for statement in self.statements if statement.covers(access, owner)}
        return effects == {"allow"}
