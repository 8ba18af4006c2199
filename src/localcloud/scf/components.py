"""What the two components boil down to: functions and triggers, each with its node in the file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from localcloud.scf import keys
from localcloud.scf.declarations import (
    EnvironmentVariable,
    MultiScfInputs,
    ScfInputs,
    Section,
    ServerlessFile,
    Variables,
)
from localcloud.scf.problems import Problems
from localcloud.scf.triggers import Declared

_OF_THE_PROJECT = frozenset({"functions", "triggers", "events", "src", "region"})
_SCF_HANDLER = "index.main_handler"  # what the component `scf` takes when none is named


@dataclass(frozen=True)
class DeclaredFunction:
    """A function as it stands in the file, what it shares with others merged in."""

    content: Section
    where: str


@dataclass(frozen=True)
class Parts:
    """A file without the peculiarities of its component."""

    region: str
    functions: Mapping[str, DeclaredFunction]
    triggers: Sequence[Declared]

    def default_name(self, file: ServerlessFile, key: str) -> str:
        """Return the name of the function `key` if its author gives it none."""
        return file.id if file.component == "scf" else f"{file.id}-{key}"


def read(file: ServerlessFile, problems: Problems) -> Parts | None:
    """Return the parts of a file, or None where it has problems that leave nothing to look at."""
    return _multi_scf(file, problems) if file.component == "multi-scf" else _scf(file, problems)


def _multi_scf(file: ServerlessFile, problems: Problems) -> Parts | None:
    inputs = problems.read(MultiScfInputs, file.inputs, "inputs")
    if inputs is None:
        return None
    listed = inputs.functions
    functions = listed if isinstance(listed, dict) else {str(item.get("name")): item for item in listed}
    _refuse_environment(file.inputs, "inputs", problems)
    keys.MULTI_SCF_INPUTS.check(_without_environment(file.inputs), "inputs", problems)
    for key, section in functions.items():
        _refuse_environment(section, _at(key), problems)
        keys.MULTI_SCF_FUNCTION.check(_without_environment(section), _at(key), problems)
    shared = {name: value for name, value in file.inputs.items() if name not in _OF_THE_PROJECT}
    return Parts(
        inputs.region,
        {key: DeclaredFunction({**shared, **section}, _at(key)) for key, section in functions.items()},
        [Declared(trigger, f"inputs.triggers[{index}]") for index, trigger in enumerate(inputs.triggers)],
    )


def _at(key: str) -> str:
    return f"inputs.functions.{key}"


def _refuse_environment(section: Section, where: str, problems: Problems) -> None:
    if "environment" in section:
        problems.error(f"{where}.environment", "multi-scf drops it; write a list `environments` of {key, value}")


def _without_environment(section: Section) -> Section:
    return {name: value for name, value in section.items() if name != "environment"}


def _scf(file: ServerlessFile, problems: Problems) -> Parts | None:
    inputs = problems.read(ScfInputs, file.inputs, "inputs")
    if inputs is None:
        return None
    keys.SCF_INPUTS.check(file.inputs, "inputs", problems)
    own = {name: value for name, value in file.inputs.items() if name not in _OF_THE_PROJECT}
    function = {"handler": _SCF_HANDLER, **own, "environments": _environments(inputs.environment, problems)}
    return Parts(
        inputs.region,
        {file.name: DeclaredFunction(function, "inputs")},
        [
            trigger
            for index, event in enumerate(inputs.events)
            for trigger in _event(event, f"inputs.events[{index}]", file, problems)
        ],
    )


def _environments(environment: Variables, problems: Problems) -> list[Section]:
    """Return the variables as `multi-scf` has them, without the unusable."""
    listed: list[Section] = [{"key": key, "value": value} for key, value in environment.variables.items()]
    at = "inputs.environment.variables"
    return [each for each in listed if problems.read(EnvironmentVariable, each, f"{at}.{each['key']}")]


def _event(event: Mapping[str, Section], where: str, file: ServerlessFile, problems: Problems) -> list[Declared]:
    """Return the trigger of an event; the vendor's component takes the first type of an item and drops the others."""
    if len(event) != 1:
        problems.error(where, f"an event has one type, this has {len(event)}; begin each with a dash of its own")
    declared = []
    for kind, body in event.items():
        parameters = body.get("parameters", {})
        if isinstance(parameters, dict) and kind == "timer":
            parameters = {"name": body.get("name", f"timer-{file.name}-{file.stage}"), **parameters}
        content = {"type": kind, "function": file.name, "parameters": parameters}
        declared.append(Declared(content, f"{where}.{kind}"))
    return declared
