"""What a request does, in CAM's words: an action on a resource."""

from dataclasses import dataclass

EVERYTHING = "*"


@dataclass(frozen=True)
class Access:
    """One action on one resource; a request may need several.

    `action` is `cos:PutObject`; `resource` has six segments (598/10606), or is `*` for an action that CAM does not
    grant on single resources; `facts` are the condition keys (436/46206) that the request carries, with their values.
    """

    action: str
    resource: str
    facts: tuple[tuple[str, str], ...] = ()

    def fact(self, key: str) -> str | None:
        """Return the value of a condition key, None if the request does not carry it."""
        return dict(self.facts).get(key)

    def __str__(self) -> str:
        facts = "".join(f" with {key}={value}" for key, value in self.facts)
        return f"{self.action} on {self.resource}{facts}"
