"""Roles: whether each is there, SCF may take it on, and it may do what its function does (deploy/cam)."""

import json
from collections.abc import Iterator
from typing import Any

from localcloud.account import Account
from localcloud.cam.access import Access
from localcloud.cam.documents import InvalidPolicyError, parse_policy
from localcloud.cam.policy import Policy
from voicesep.doctor.findings import Examined, Finding
from voicesep.policies import NoPolicyError, policy_document
from voicesep.project import program

SCF = "scf.qcloud.com"


def roles(examined: Examined) -> Iterator[Finding]:
    """Look at the role of every function."""
    deployment = examined.deployment
    identity = examined.cloud.cam.identity()
    owner = Account(str(identity.app_id), identity.owner_uin or identity.uin)
    for spec in deployment.project.functions:
        if not spec.role:
            remedy = "set `role` in serverless.yml and deploy"
            yield examined.fail(f"{spec.key} has no role, so it gets no credentials", remedy)
            continue
        trust = examined.cloud.cam.trust(spec.role)
        if trust is None:
            yield examined.fail(f"there is no role {spec.role}", f"create it in CAM: {_policy(spec.key)}")
        elif not _trusts_scf(trust):
            remedy = f"give it the trust policy that `{program()} cam-policy trust` prints"
            yield examined.fail(f"SCF may not take on {spec.role}", remedy)
        else:
            yield from _permissions(examined, spec.key, spec.role, owner)


def _permissions(examined: Examined, door: str, role: str, owner: Account) -> Iterator[Finding]:
    deployment, cam = examined.deployment, examined.cloud.cam
    statements: list[Any] = []
    unread = []
    for attached in cam.attached_policies(role):
        try:
            statements += parse_policy(cam.policy_document(attached), name=attached.policy_name).statements
        except InvalidPolicyError:
            unread.append(attached.policy_name)
    try:
        needed = policy_document(deployment.folder, door, deployment.sound_environment, uin=owner.uin)
    except (NoPolicyError, ValueError) as error:
        yield examined.warn(f"what {door} needs cannot be said: {error}", "correct the settings")
        return
    missing = [access for access in accesses_of(needed) if not Policy(tuple(statements)).allows(access, owner)]
    remedy = f"attach to the role {_policy(door)}"
    if not missing:
        yield examined.ok(f"{role} may do all that {door} does")
    elif unread:
        told = f"{role} has policies that cannot be judged here ({', '.join(unread)}); what is left does not suffice"
        yield examined.warn(told, f"if {door} is denied something, {remedy}")
    else:
        more = f", and {len(missing) - 1} more" if len(missing) > 1 else ""
        yield examined.fail(f"{role} may not {missing[0]}{more}", remedy)


def accesses_of(document: Any) -> Iterator[Access]:
    """Yield what a policy of deploy/cam is there to allow; a `*` in a resource stands for itself, so for the worst."""
    for statement in json.loads(json.dumps(document))["statement"]:
        facts: list[tuple[tuple[str, str], ...]] = [
            ((key, value),)
            for keys in statement.get("condition", {}).values()
            for key, values in keys.items()
            for value in values
        ]
        for action in statement["action"]:
            for resource in statement["resource"]:
                for fact in facts or [()]:
                    yield Access(action.removeprefix("name/"), resource, fact)


def _trusts_scf(trust: Any) -> bool:
    """Whether SCF is among the services of a trust document, wherever it names them."""
    match trust:
        case {"service": str() as service}:
            return service == SCF
        case {"service": list() as services}:
            return SCF in services
        case dict():
            return any(_trusts_scf(value) for value in trust.values())
        case list():
            return any(_trusts_scf(value) for value in trust)
        case _:
            return False


def _policy(door: str) -> str:
    return f"the policy that `{program()} cam-policy {door}` prints"
