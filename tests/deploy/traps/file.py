"""Traps that only the file itself shows: the toolkit is told nothing of them, or only that something is the default."""

import re
from collections.abc import Collection, Iterator, Mapping, Set
from typing import Any

from tests.deploy.traps.deployment import Deployment, Trap

# The platform checks these before it deploys (serverless-components/tencent-types, multi-scf@0.0.1.yml).
CHECKED_RUNTIMES = {"Python2.7", "Python3.6", "Python3.7"}
CHECKED_REGIONS = re.compile(
    "ap-(beijing|chengdu|chongqing|guangzhou|hongkong|mumbai|seoul|shanghai|shanghai-fsi|shenzhen-fsi|singapore|tokyo)"
    "|eu-frankfurt|na-siliconvalley|na-toronto"
)
# What the names of the functions are made of, and what deploy/cam/deployer.json lets its owner deploy.
INSTANCE = {"app": "separation", "stage": "dev", "component": "multi-scf", "name": "voice"}
# tests/deploy/test_package.py proves that this uploads the package, and nothing else.
PACKAGED = {"src": "./", "hook": "make package", "dist": "./build/package", "exclude": [".env"]}
# Every key of the file. None may be missing, and none be there that nobody has thought of: a network, a queue, a layer.
INPUTS = {"region", "namespace", "type", "memorySize", "src", "tags", "environments", "functions", "triggers"}
FUNCTION = {"description", "runtime", "handler", "role", "timeout", "memorySize", "tags", "environments"}
TRIGGER = {"type", "function", "parameters"}
PARAMETERS = {
    "cos": {"qualifier", "bucket", "events", "filter.prefix", "filter.suffix", "enable"},
    "http": {"name", "qualifier", "authType", "netConfig.enableExtranet", "netConfig.enableIntranet", "enable"},
    "timer": {"name", "qualifier", "cronExpression", "argument", "enable"},
}
DOORS = {"submit", "callback", "reconcile"}


def the_platform_refuses_the_inputs(deployment: Deployment) -> Iterator[str]:
    runtime = deployment.inputs.get("runtime")
    if runtime and runtime not in CHECKED_RUNTIMES:
        yield f"inputs.runtime {runtime} is refused before anything is deployed; give it per function"
    region = deployment.environment.get("REGION", "")
    if not CHECKED_REGIONS.fullmatch(region):
        yield f"region {region} is not one that the platform deploys to"


def it_is_another_instance(deployment: Deployment) -> Iterator[str]:
    for key, value in INSTANCE.items():
        if deployment.document.get(key) != value:
            yield f"{key} is not {value}: the functions get other names, which the deployer's policy does not allow"


def a_key_is_missing_or_one_too_many(deployment: Deployment) -> Iterator[str]:
    inputs = deployment.inputs
    yield from _keys("the file", deployment.document, INSTANCE.keys() | {"inputs"})
    yield from _keys("inputs", inputs, INPUTS)
    yield from _keys("inputs.functions", inputs["functions"], DOORS)
    for key, function in inputs["functions"].items():
        yield from _keys(f"inputs.functions.{key}", function, FUNCTION)
    for index, trigger in enumerate(inputs["triggers"]):
        where = f"inputs.triggers[{index}]"
        yield from _keys(where, trigger, TRIGGER)
        yield from _keys(f"{where}.parameters", _paths(trigger["parameters"]), PARAMETERS[trigger["type"]])


def something_is_not_taken_from_env(deployment: Deployment) -> Iterator[str]:
    if (region := deployment.inputs.get("region")) != "${env:REGION}":
        yield f"inputs.region is {region}, not ${{env:REGION}}"
    for trigger in deployment.inputs["triggers"]:
        prefix = trigger["parameters"].get("filter", {}).get("prefix")
        if trigger["type"] == "cos" and prefix != "${env:INPUT_PREFIX}":
            yield f"the prefix of the cos trigger is {prefix}, not ${{env:INPUT_PREFIX}}"


def the_tags_are_no_list(deployment: Deployment) -> Iterator[str]:
    for section in _sections(deployment):
        if not isinstance(section.get("tags", []), list):
            yield "tags is no list of {key, value}, as which the component's manual describes it"


def a_variable_is_not_its_namesake(deployment: Deployment) -> Iterator[str]:
    for section in _sections(deployment):
        given = section.get("environments", [])
        for variable in given:
            name, value = variable["key"], variable.get("value")
            if value != f"${{env:{name}}}":
                yield f"{name} is given {value}, not ${{env:{name}}}"
        names = [variable["key"] for variable in given]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield f"{name} is given twice, and only the last counts"


def what_is_uploaded_is_not_the_package(deployment: Deployment) -> Iterator[str]:
    source = deployment.inputs["src"]
    for key in sorted(PACKAGED.keys() | source.keys()):
        given, wanted = source.get(key), PACKAGED.get(key)
        if given != wanted:
            yield f"src.{key} is {given}, not {wanted}: the package is to be uploaded, and no .env"


def _sections(deployment: Deployment) -> list[Mapping[str, Any]]:
    """Return the parts of the file that a function is made of: what all have in common, and its own."""
    return [deployment.inputs, *deployment.inputs["functions"].values()]


def _keys(where: str, given: Collection[str], wanted: Set[str]) -> Iterator[str]:
    for key in sorted(set(given) - wanted):
        yield f"{where} has a key {key}, of which nobody has said what it is for"
    for key in sorted(wanted - set(given)):
        yield f"{where} has no {key}"


def _paths(section: Mapping[str, Any], above: str = "") -> list[str]:
    """Return the keys of a section, and of those within it, `filter.prefix`."""
    return [
        path
        for key, value in section.items()
        for path in (_paths(value, f"{above}{key}.") if isinstance(value, dict) else [f"{above}{key}"])
    ]


TRAPS: tuple[Trap, ...] = (
    the_platform_refuses_the_inputs,
    it_is_another_instance,
    a_key_is_missing_or_one_too_many,
    something_is_not_taken_from_env,
    the_tags_are_no_list,
    a_variable_is_not_its_namesake,
    what_is_uploaded_is_not_the_package,
)
