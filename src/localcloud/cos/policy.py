"""The policy of an upload form: what its fields and its file must be like (POST Object, 436/14690)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from localcloud.cos import errors


@dataclass(frozen=True)
class Condition:
    """One field that must be, or begin with, a text."""

    field: str  # in lower case
    text: str
    is_prefix: bool = False

    def holds(self, value: str) -> bool:
        """Whether the field's value is as it must be."""
        return value.startswith(self.text) if self.is_prefix else value == self.text


@dataclass(frozen=True)
class Policy:
    """What a form must fulfil, until when, and how many bytes its file may have."""

    expiration: datetime
    conditions: Sequence[Condition]
    smallest: int
    largest: int | None

    def check(self, fields: Mapping[str, str], size: int, now: datetime) -> None:
        """Raise CloudError 403 unless the form (field names in lower case) is as the policy wants it."""
        if now >= self.expiration:
            raise errors.policy_not_met(f"The policy ended at {self.expiration}. Sign another.")
        for condition in self.conditions:
            value = fields.get(condition.field, "")
            if not condition.holds(value):
                how = "begin with" if condition.is_prefix else "be"
                message = f"The field {condition.field} is {value!r}; the policy has it {how} {condition.text!r}."
                raise errors.policy_not_met(f"{message} Change the field, or sign another policy.")
        if size < self.smallest or (self.largest is not None and size > self.largest):
            message = (
                f"The file has {size} bytes; the policy wants {self.smallest} to {self.largest}. Send another file."
            )
            raise errors.policy_not_met(message)


def read_policy(text: bytes) -> Policy:
    """Read the JSON text of a policy. Raises CloudError 400 InvalidPolicyDocument."""
    try:
        document = json.loads(text)
        expiration = datetime.fromisoformat(document["expiration"].replace("Z", "+00:00"))
        stated = list(document["conditions"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        message = f"The policy is not JSON with expiration and conditions: {error!r}. Correct it."
        raise errors.invalid_policy_document(message) from error
    conditions: list[Condition] = []
    smallest, largest = 0, None
    for each in stated:
        match each:
            case dict() if len(each) == 1 and all(isinstance(value, str) for value in each.values()):
                conditions += [Condition(field.lower(), value) for field, value in each.items()]
            case ["eq" | "starts-with" as how, str(field), str(value)] if field.startswith("$"):
                conditions.append(Condition(field[1:].lower(), value, is_prefix=how == "starts-with"))
            case ["content-length-range", int(least), int(most)]:
                smallest, largest = least, most
            case _:
                raise errors.invalid_policy_document(f"The condition {each!r} is of no known form. Correct it.")
    if expiration.tzinfo is None:
        expiration = expiration.replace(tzinfo=timezone.utc)
    return Policy(expiration, conditions, smallest, largest)
