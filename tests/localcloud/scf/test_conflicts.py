"""What is deployed already may forbid a deployment."""

from dataclasses import replace

import pytest

from localcloud.scf.conflicts import DeploymentConflictError
from localcloud.scf.project import CosTrigger, FunctionSpec, Project
from tests.localcloud.scf.lab import REGION, Lab, function_spec, project


def on_upload(function: FunctionSpec, prefix: str) -> Project:
    trigger = CosTrigger(function.key, "media-1250000000", REGION, "cos:ObjectCreated:*", prefix, "", enabled=True)
    return project(function, triggers=(trigger,))


def test_two_functions_may_not_wait_for_one_object(lab: Lab) -> None:
    lab.scf.deploy(on_upload(function_spec("one"), "in/"), lab.code)

    with pytest.raises(DeploymentConflictError) as refused:
        lab.scf.deploy(on_upload(function_spec("two"), "in/deep/"), lab.code)

    assert str(refused.value) == (
        "The cos trigger of two and that of mps-dev-media-one, which is deployed, would both fire for one object of "
        "media-1250000000, which COS refuses; part them by prefix or suffix."
    )
    assert [function.spec.key for function in lab.scf.functions] == ["one"]


def test_a_function_is_no_conflict_with_its_own_former_self(lab: Lab) -> None:
    for prefix in ("in/", "in/deep/"):
        lab.scf.deploy(on_upload(function_spec("one"), prefix), lab.code)

    (deployment,) = lab.scf.deployments
    assert deployment.cos_triggers[0].prefix == "in/deep/"


def test_triggers_apart_are_no_conflict(lab: Lab) -> None:
    lab.scf.deploy(on_upload(function_spec("one"), "a/"), lab.code)
    lab.scf.deploy(on_upload(function_spec("two"), "b/"), lab.code)

    assert len(lab.scf.functions) == 2


@pytest.mark.parametrize("elsewhere", ["namespace", "region"])
def test_a_name_is_taken_in_every_namespace_and_region(lab: Lab, elsewhere: str) -> None:
    lab.scf.deploy(project(function_spec("one")), lab.code)
    other = project(function_spec("one", namespace="staging" if elsewhere == "namespace" else "default"))

    with pytest.raises(DeploymentConflictError, match="mps-dev-media-one is deployed to default in ap-guangzhou"):
        lab.scf.deploy(replace(other, region="ap-beijing") if elsewhere == "region" else other, lab.code)
