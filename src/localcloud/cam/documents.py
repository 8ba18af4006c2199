"""Policy documents, version 2.0 (598/10604), read and written. What cannot be evaluated is refused, never ignored."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, InstanceOf, ValidationError

from localcloud.cam.conditions import Condition
from localcloud.cam.patterns import ActionPattern, ResourcePattern
from localcloud.cam.policy import Effect, Policy, Statement


class InvalidPolicyError(ValueError):
    """A document is no policy that can be enforced here; the message lists every reason."""

    def __init__(self, name: str, problems: tuple[str, ...]) -> None:
        super().__init__(f"{name} is no policy that can be enforced here: {'; '.join(problems)}")
        self.problems = problems


def read_policy(path: Path) -> Policy:
    """Return the policy in a file. Raises InvalidPolicyError, OSError."""
    return parse_policy(path.read_bytes(), name=path.name)


def parse_policy(document: str | bytes, *, name: str = "the document") -> Policy:
    """Return the policy that a JSON document writes down. Raises InvalidPolicyError with every problem."""
    try:
        return _PolicyDocument.model_validate_json(document).policy()
    except ValidationError as error:
        raise InvalidPolicyError(name, tuple(_told(problem) for problem in error.errors())) from None


def write_policy(policy: Policy) -> str:
    """Return the JSON document that says what a policy says."""
    return json.dumps({"version": "2.0", "statement": [_written(each) for each in policy.statements]})


def _written(statement: Statement) -> dict[str, object]:
    conditions: dict[str, dict[str, list[str]]] = {}
    for each in statement.conditions:
        conditions.setdefault(each.operator, {})[each.key] = list(each.values)
    return {
        "effect": statement.effect,
        "action": [str(action) for action in statement.actions],
        "resource": [str(resource) for resource in statement.resources],
        **({"condition": conditions} if conditions else {}),
    }


def _listed(value: Any) -> Any:
    """Return a list of what may be written without brackets when it is one. Raises ValueError."""
    if value == []:
        raise ValueError("the list is empty, so nothing is meant; name one at least")
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("it is no text")  # noqa: TRY004 - pydantic gathers ValueErrors
    if "${" in value:  # CAM's policy variables (598/10607) look so too, and are not evaluated here either
        raise ValueError(f"{value!r} holds a placeholder; fill it in")
    return value


def _action(value: Any) -> ActionPattern:
    return ActionPattern.parse(_text(value))


def _resource(value: Any) -> ResourcePattern:
    return ResourcePattern.parse(_text(value))


_Texts = Annotated[tuple[Annotated[str, BeforeValidator(_text)], ...], BeforeValidator(_listed)]
_Action = Annotated[InstanceOf[ActionPattern], BeforeValidator(_action)]
_Resource = Annotated[InstanceOf[ResourcePattern], BeforeValidator(_resource)]


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _ConditionDocument(_Document):
    """`{operator: {key: value or values}}`."""

    operators: dict[str, dict[str, _Texts]]

    def conditions(self) -> tuple[Condition, ...]:
        """Raise ValueError for what cannot be evaluated here."""
        return tuple(
            Condition(operator, key, values)
            for operator, keys in self.operators.items()
            for key, values in keys.items()
        )


def _conditions(value: Any) -> tuple[Condition, ...]:
    return _ConditionDocument(operators=value).conditions()


class _StatementDocument(_Document):
    effect: Effect
    action: Annotated[tuple[_Action, ...], BeforeValidator(_listed)]
    resource: Annotated[tuple[_Resource, ...], BeforeValidator(_listed)]
    condition: Annotated[tuple[InstanceOf[Condition], ...], BeforeValidator(_conditions)] = ()
    principal: object = None  # whom the policy is attached to says more

    def statement(self) -> Statement:
        return Statement(self.effect, self.action, self.resource, self.condition)


class _PolicyDocument(_Document):
    version: Literal["2.0"]
    statement: Annotated[tuple[_StatementDocument, ...], BeforeValidator(_listed)]
    principal: object = None

    def policy(self) -> Policy:
        return Policy(tuple(each.statement() for each in self.statement))


def _told(problem: Any) -> str:
    where = ".".join(str(step) for step in problem["loc"])
    return f"{where or 'document'}: {problem['msg'].removeprefix('Value error, ')}"
