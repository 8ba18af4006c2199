"""Reads a Tencent serverless.yml: component `multi-scf` (many functions) or `scf` (one).

The rules are those of the vendor's component as it deploys (1154/129052 and its public source). Where the
real command line would deploy something that silently does not work, this reader refuses or warns.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from localcloud.scf.declarations import (
    ENVIRONMENT_BYTES,
    FunctionDeclaration,
    MultiScfInputs,
    ScfInputs,
    Section,
    ServerlessFile,
    SourceDeclaration,
)
from localcloud.scf.problems import InvalidServerlessFileError, Problems
from localcloud.scf.project import FunctionSpec, Project, Source
from localcloud.scf.triggers import TriggerReader
from localcloud.scf.variables import resolve_variables
from localcloud.scf.yaml_document import UnreadableYamlError, read_yaml

_FUNCTION_NAME = re.compile(r"[A-Za-z][\w-]{0,58}[A-Za-z0-9]")
_OF_THE_PROJECT = frozenset({"functions", "triggers", "events", "src", "region"})
_IGNORED_HERE = ("layers", "image", "cfs")


@dataclass(frozen=True)
class _Parts:
    """What both components boil down to."""

    region: str
    functions: Mapping[str, Section]
    triggers: Sequence[object]
    triggers_at: str


def read_project(path: Path, environment: Mapping[str, str]) -> Project:
    """Return the project that the serverless.yml at `path` describes; see `parse_project`."""
    return parse_project(path.read_bytes(), environment, file=path.name)


def parse_project(text: str | bytes, environment: Mapping[str, str], *, file: str = "serverless.yml") -> Project:
    """Return the project that `text` describes, `${env:…}` taken from `environment`.

    Raises InvalidServerlessFileError with every problem found.
    """
    problems = Problems()
    project = _read(_document(text, file), environment, problems)
    if project is None or problems.errors:
        raise InvalidServerlessFileError(file, problems.errors)
    return project


def _document(text: str | bytes, file: str) -> Section:
    try:
        document = read_yaml(text)
    except UnreadableYamlError as broken:
        raise InvalidServerlessFileError(file, (str(broken),)) from broken
    if not isinstance(document, dict):
        raise InvalidServerlessFileError(file, ("it holds no mapping; begin with component, app, stage, name",))
    return document


def _read(document: Section, environment: Mapping[str, str], problems: Problems) -> Project | None:
    file = problems.read(ServerlessFile, resolve_variables(document, environment, problems), "file")
    if file is None:
        return None
    parts = _multi_scf(file, problems) if file.component == "multi-scf" else _scf(file, problems)
    if parts is None:
        return None
    triggers = TriggerReader(parts.region, parts.functions, problems).read(parts.triggers, parts.triggers_at)
    functions = _functions(file, parts, problems)
    return Project(
        name=file.name,
        app=file.app,
        stage=file.stage,
        region=parts.region,
        source=_source(file.inputs.get("src"), problems),
        functions=functions,
        triggers=triggers,
        warnings=problems.warnings,
    )


def _multi_scf(file: ServerlessFile, problems: Problems) -> _Parts | None:
    inputs = problems.read(MultiScfInputs, file.inputs, "inputs")
    if inputs is None:
        return None
    declared = inputs.functions
    functions = declared if isinstance(declared, dict) else {str(item.get("name")): item for item in declared}
    for where, section in (
        ("inputs", file.inputs),
        *((f"inputs.functions.{k}", f) for k, f in functions.items()),
    ):
        if "environment" in section:
            problems.error(f"{where}.environment", "multi-scf drops it; write a list `environments` of {key, value}")
    shared = {name: value for name, value in file.inputs.items() if name not in _OF_THE_PROJECT}
    merged = {key: {**shared, **function} for key, function in functions.items()}
    return _Parts(inputs.region, merged, inputs.triggers, "inputs.triggers")


def _scf(file: ServerlessFile, problems: Problems) -> _Parts | None:
    inputs = problems.read(ScfInputs, file.inputs, "inputs")
    if inputs is None:
        return None
    function = {name: value for name, value in file.inputs.items() if name not in _OF_THE_PROJECT}
    function.setdefault("name", f"{file.name}-{file.stage}-{file.app}")
    function["environments"] = [{"key": key, "value": value} for key, value in inputs.environment.variables.items()]
    triggers = [
        {"type": kind, "function": file.name, "parameters": {**_named(body), **_parameters(body)}}
        for event in inputs.events
        for kind, body in event.items()
    ]
    return _Parts(inputs.region, {file.name: function}, triggers, "inputs.events")


def _named(body: Section) -> Section:
    return {"name": body["name"]} if "name" in body else {}


def _parameters(body: Section) -> Section:
    parameters = body.get("parameters")
    return parameters if isinstance(parameters, dict) else {}


def _functions(file: ServerlessFile, parts: _Parts, problems: Problems) -> tuple[FunctionSpec, ...]:
    found = [_function(file, key, section, problems) for key, section in parts.functions.items()]
    functions = tuple(function for function in found if function is not None)
    for name, uses in Counter(function.name for function in functions).items():
        if uses > 1:
            problems.error("inputs.functions", f"{uses} functions are named {name}; names must differ")
    return functions


def _function(file: ServerlessFile, key: str, section: Section, problems: Problems) -> FunctionSpec | None:
    where = f"inputs.functions.{key}" if file.component == "multi-scf" else "inputs"
    declared = problems.read(FunctionDeclaration, section, where)
    if declared is None:
        return None
    for ignored in _IGNORED_HERE:
        if ignored in section:
            problems.warn(f"{where}.{ignored}", "localcloud does not use it; the code must bring all it needs")
    name = declared.name or f"{file.name}-{file.stage}-{file.app}-{key}"
    if not _FUNCTION_NAME.fullmatch(name):
        problems.error(
            where,
            f"{name} is no function name; use 2 to 60 letters, digits, - and _, beginning with a letter",
        )
    environment = {variable.key: variable.value for variable in declared.environments}
    size = sum(len(f"{key}{value}".encode()) for key, value in environment.items())
    if size > ENVIRONMENT_BYTES:
        problems.error(
            f"{where}.environments",
            f"{size} bytes exceed the {ENVIRONMENT_BYTES} that SCF allows; shorten them",
        )
    return FunctionSpec(
        key=key,
        name=name,
        handler=declared.handler,
        runtime=declared.runtime,
        memory_mb=declared.memory_size,
        timeout_s=declared.timeout,
        init_timeout_s=declared.init_timeout,
        environment=environment,
        role=declared.role,
        namespace=declared.namespace,
        folder=declared.src,
    )


def _source(declared: object, problems: Problems) -> Source:
    if declared is None:
        return Source()
    if isinstance(declared, str):
        return Source(src=declared)
    source = problems.read(SourceDeclaration, declared, "inputs.src")
    if source is None:
        return Source()
    return Source(source.src, source.hook, source.dist, source.include, source.exclude)
