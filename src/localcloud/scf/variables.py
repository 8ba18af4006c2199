"""Resolves the `${…}` variables of a serverless.yml."""

import re
from collections.abc import Mapping

from localcloud.scf.problems import Problems

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_STAND_IN = "unresolved"  # never deployed; keeps one unset variable from making names invalid as well
_OF_THE_INSTANCE = ("app", "stage", "name")


def resolve_variables(
    document: Mapping[str, object], environment: Mapping[str, str], problems: Problems
) -> dict[str, object]:
    """Return `document` with `${env:NAME}`, `${app}`, `${stage}` and `${name}` replaced everywhere.

    An unset `${env:NAME}` is an error, noted once with every place that uses it: the vendor's tool would
    deploy the text `undefined` instead.
    """
    scope = {f"env:{name}": value for name, value in environment.items()}
    resolver = _Resolver(scope)
    for word in _OF_THE_INSTANCE:
        if word in document:
            scope[word] = str(resolver.resolve(document[word], word))
    resolved = {name: resolver.resolve(value, name) for name, value in document.items()}
    resolver.report(problems)
    return resolved


class _Resolver:
    def __init__(self, scope: Mapping[str, str]) -> None:
        self._scope = scope
        self._unknown: dict[str, list[str]] = {}

    def resolve(self, value: object, where: str) -> object:
        if isinstance(value, str):
            return _VARIABLE.sub(lambda found: self._look_up(found, where), value)
        if isinstance(value, list):
            return [self.resolve(item, f"{where}[{index}]") for index, item in enumerate(value)]
        if isinstance(value, dict):
            return {name: self.resolve(item, f"{where}.{name}") for name, item in value.items()}
        return value

    def report(self, problems: Problems) -> None:
        for variable, places in self._unknown.items():
            problems.unreadable(places, _what_to_do(variable))

    def _look_up(self, found: re.Match[str], where: str) -> str:
        variable = found[1].strip()
        if variable in self._scope:
            return self._scope[variable]
        places = self._unknown.setdefault(variable, [])
        if where not in places:
            places.append(where)
        return _STAND_IN


def _what_to_do(variable: str) -> str:
    kind, _, name = variable.partition(":")
    if kind == "env":
        return f"${{{variable}}} is not set; export {name} or write it into .env"
    if kind == "output":
        return f"${{{variable}}} is an output of another deployment, which is not here; write its value"
    return f"${{{variable}}} is no variable; known are ${{env:NAME}}, ${{app}}, ${{stage}} and ${{name}}"
