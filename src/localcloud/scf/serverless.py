"""Reads a Tencent serverless.yml: component `multi-scf` (many functions) or `scf` (one).

The rules are those of the vendor's components as they deploy (1154/129052, 1154/39271 and their public sources).
Where the real command line would deploy something that silently does not work, this reader refuses or warns.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from localcloud.scf import components
from localcloud.scf.components import Parts
from localcloud.scf.declarations import (
    ENVIRONMENT_BYTES,
    FunctionDeclaration,
    Section,
    ServerlessFile,
    SourceDeclaration,
)
from localcloud.scf.problems import InvalidServerlessFileError, Problems
from localcloud.scf.project import DeadLetterQueue, FunctionSpec, Project, Source
from localcloud.scf.triggers import TriggerReader
from localcloud.scf.variables import resolve_variables
from localcloud.scf.yaml_document import UnreadableYamlError, read_yaml

_FUNCTION_NAME = re.compile(r"[A-Za-z][\w-]{0,58}[A-Za-z0-9]")


@dataclass(frozen=True)
class ReadFile:
    """A serverless.yml, and what it describes."""

    path: Path
    project: Project


def read_projects(paths: Sequence[Path], environment: Mapping[str, str]) -> tuple[ReadFile, ...]:
    """Return what several serverless.yml describe together; see `parse_project`.

    No two may name one function, or have COS triggers that fire for one object.
    """
    errors: list[str] = []
    files: list[ReadFile] = []
    for path in paths:
        try:
            files.append(ReadFile(path, read_project(path, environment)))
        except InvalidServerlessFileError as refused:
            errors += refused.problems
    for one, other in combinations(files, 2):
        errors += _conflicts(one, other)
    if errors:
        raise InvalidServerlessFileError(errors)
    return tuple(files)


def read_project(path: Path, environment: Mapping[str, str]) -> Project:
    """Return the project that the serverless.yml at `path` describes; see `parse_project`."""
    try:
        text = path.read_bytes()
    except OSError as unreadable:
        raise InvalidServerlessFileError([f"{path}: it cannot be read: {unreadable.strerror}"]) from unreadable
    return parse_project(text, environment, file=str(path))


def parse_project(text: str | bytes, environment: Mapping[str, str], *, file: str = "serverless.yml") -> Project:
    """Return the project that `text` describes, `${env:…}` taken from `environment`.

    Raises InvalidServerlessFileError with every problem found, each a line that begins with `file`.
    """
    problems = Problems(file)
    project = _read(_document(text, problems), environment, problems)
    problems.check()
    assert project is not None  # or there would be a problem
    return project


def _document(text: str | bytes, problems: Problems) -> Section:
    try:
        document = read_yaml(text)
    except UnreadableYamlError as broken:
        problems.error("the file", str(broken))
        document = {}
    else:
        if not isinstance(document, dict):
            problems.error("the file", "it holds no mapping; begin with component, app, stage, name")
    problems.check()
    assert isinstance(document, dict)
    return document


def _read(document: Section, environment: Mapping[str, str], problems: Problems) -> Project | None:
    file = problems.read(ServerlessFile, resolve_variables(document, environment, problems), "")
    if file is None:
        return None
    parts = components.read(file, problems)
    if parts is None:
        return None
    triggers = TriggerReader(parts.region, list(parts.functions), problems).read(parts.triggers)
    functions = _functions(file, parts, problems)
    return Project(
        name=file.name,
        app=file.app or file.name,
        stage=file.stage,
        region=parts.region,
        source=_source(file.inputs.get("src"), problems),
        functions=functions,
        triggers=triggers,
        warnings=problems.warnings,
    )


def _functions(file: ServerlessFile, parts: Parts, problems: Problems) -> tuple[FunctionSpec, ...]:
    found = [
        _function(key, declared.content, declared.where, problems, default_name=parts.default_name(file, key))
        for key, declared in parts.functions.items()
    ]
    functions = tuple(function for function in found if function is not None)
    for name, uses in Counter(function.name for function in functions).items():
        if uses > 1:
            problems.error("inputs.functions", f"{uses} functions are named {name}; names must differ")
    return functions


def _function(key: str, section: Section, where: str, problems: Problems, *, default_name: str) -> FunctionSpec | None:
    declared = problems.read(FunctionDeclaration, section, where)
    if declared is None:
        return None
    name = declared.name or default_name
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
    queue = declared.dead_letter
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
        dead_letter=DeadLetterQueue(queue.type, queue.name, queue.filter_type) if queue else None,
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


def _conflicts(one: ReadFile, other: ReadFile) -> list[str]:
    names = {function.name for function in one.project.functions}
    twice = [function for function in other.project.functions if function.name in names]
    overlapping = [
        (mine, theirs)
        for mine in one.project.cos_triggers
        for theirs in other.project.cos_triggers
        if mine.overlaps(theirs)
    ]
    return [
        *(
            f"{other.path}: function {function.key}: {one.path} names one {function.name}, too; names must differ"
            for function in twice
        ),
        *(
            f"{other.path}: function {theirs.function}: its cos trigger and that of {mine.function} in {one.path} "
            f"would both fire for one object of {mine.bucket}, which COS refuses; part them by prefix or suffix"
            for mine, theirs in overlapping
        ),
    ]
