"""What is deployed already and forbids a deployment."""

from collections.abc import Iterable

from localcloud.scf.project import Project
from localcloud.scf.registry import Deployment


class DeploymentConflictError(Exception):
    """Something that is deployed stands in the way of a deployment."""


def check_conflicts(project: Project, deployed: Iterable[Deployment]) -> None:
    """Raise DeploymentConflictError if `project` cannot stand beside what is deployed and not replaced by it."""
    for deployment in deployed:
        _check_names(project, deployment)
        if deployment.function.name not in {function.name for function in project.functions}:
            _check_cos_triggers(project, deployment)


def _check_names(project: Project, deployment: Deployment) -> None:
    there = deployment.function.spec
    for function in project.functions:
        same_place = (function.namespace, project.region) == (there.namespace, deployment.region)
        if function.name == there.name and not same_place:
            raise DeploymentConflictError(
                f"{there.name} is deployed to {there.namespace} in {deployment.region} already, and the local cloud "
                "tells functions by their names; give one another name."
            )


def _check_cos_triggers(project: Project, deployment: Deployment) -> None:
    for old in deployment.cos_triggers:
        for new in project.cos_triggers:
            if new.overlaps(old):
                raise DeploymentConflictError(
                    f"The cos trigger of {new.function} and that of {deployment.function.name}, which is deployed, "
                    f"would both fire for one object of {new.bucket}, which COS refuses; part them by prefix or suffix."
                )
