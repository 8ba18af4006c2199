"""The policies in deploy/cam, filled in for one deployment: what each role and each person may do, and no more."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import quote

from localcloud.cam.documents import parse_policy
from localcloud.cam.policy import Policy
from localcloud.scf.project import Project
from localcloud.scf.serverless import read_project
from voice_separation import settings
from voice_separation.secret_rings import StoredSecret
from voice_separation.settings import NAMES, NOT_SET, Settings
from voicesep.project import SERVERLESS

FOLDER = "deploy/cam"
DOORS = ("submit", "callback", "reconcile")

# Reconcile does whatever the other doors do, so its policy is the one for a role that all three share.
FILES = {
    **{name: f"{name}.json" for name in (*DOORS, "deployer", "operator", "trust", "viewer")},
    "role": "reconcile.json",
}
STORED_CALLBACK_SECRETS = "stored-callback-secrets.json"  # added where these are in Secrets Manager
STORED_WEBHOOK_SECRETS = "stored-webhook-secrets.json"  # added, for whoever tells the receiver, where these are there
BELIEVED_CALLBACKS = "believed-callbacks.json"  # added where callbacks are not verified: door 2 then reads the entry
NOTICES = {  # added where a receiver is told of finished jobs
    "callback": "notices-callback.json",
    "reconcile": "notices-reconcile.json",
    "role": "notices-reconcile.json",
    "operator": "notices-operator.json",  # `doctor` counts notices that were given up, `resend` takes them back
}

WILDCARDS = "*?"
MOST_CHARACTERS = 6144  # of a custom policy (1031/64685)


class NoPolicyError(ValueError):
    """The settings cannot be made into a policy; the message says which, and why."""


def policy_document(project: Path, name: str, environment: Mapping[str, str], *, uin: str = "") -> Any:
    """Return one of FILES, filled in, ready for the CAM console; `environment` is what `.env` says.

    Without the root account's `uin` the policy names no account, which means that of whoever creates it (598/10606).
    Raises NoPolicyError, InvalidSettings, InvalidServerlessFileError.
    """
    chosen = settings.from_environment(environment)
    templates = [
        json.loads((project / FOLDER / file).read_text(encoding="utf-8"))
        for file in (FILES[name], *_additions(name, chosen))
    ]
    document = {**templates[0], "statement": [each for template in templates for each in template["statement"]]}
    values = _values(chosen, project, environment, uin)
    return _with_every_text(document, lambda text: Template(text).substitute(values))


def written(document: Any) -> str:
    """Return a policy as CAM takes it: indented, for people, unless that made it longer than CAM allows."""
    indented = json.dumps(document, indent=2, ensure_ascii=False)
    return indented if len(indented) <= MOST_CHARACTERS else json.dumps(document, ensure_ascii=False)


def role_policies(project: Path, environment: Mapping[str, str]) -> dict[str, Policy]:
    """Return what each role in serverless.yml may do: all that the doors may which it is given to.

    Raises what policy_document does.
    """
    policies: dict[str, Policy] = {}
    for door, role in _roles(_project(project, environment)).items():
        policy = parse_policy(json.dumps(policy_document(project, door, environment)), name=FILES[door])
        policies[role] = Policy((*policies.get(role, Policy(())).statements, *policy.statements))
    return policies


def _project(folder: Path, environment: Mapping[str, str]) -> Project:
    return read_project(folder / SERVERLESS, {**dict.fromkeys(NAMES, NOT_SET), **environment})


def _roles(project: Project) -> dict[str, str]:
    return {function.key: function.role for function in project.functions if function.role}


def _additions(name: str, chosen: Settings) -> Iterator[str]:
    """Yield the files of what a policy needs besides, because of the settings."""
    if name in (*DOORS, "role") and isinstance(chosen.callback_secrets, StoredSecret):
        yield STORED_CALLBACK_SECRETS
    if name == "callback" and not chosen.verify_callbacks:
        yield BELIEVED_CALLBACKS
    if name in NOTICES and chosen.webhook_url:
        yield NOTICES[name]
        if name != "operator" and isinstance(chosen.webhook_secrets, StoredSecret):
            yield STORED_WEBHOOK_SECRETS


def _values(chosen: Settings, folder: Path, environment: Mapping[str, str], uin: str) -> dict[str, str]:
    """Return what the placeholders stand for; prefixes also as condition keys want them, percent-encoded."""
    if chosen.input_bucket is None:
        raise NoPolicyError("INPUT_BUCKET is not set; a policy has to name the bucket")
    index_bucket = chosen.index_bucket or chosen.input_bucket
    appid = _appid(chosen.input_bucket)
    if _appid(index_bucket) != appid:
        raise NoPolicyError(
            "INDEX_BUCKET is another account's: its owner has to grant the access, with a bucket policy"
        )
    prefixes = {"INPUT_PREFIX": chosen.input_prefix, "INDEX_PREFIX": chosen.index_prefix}
    for name, prefix in {**prefixes, "OUTPUT_PREFIX": chosen.output_prefix}.items():
        if any(character in prefix for character in WILDCARDS):
            raise NoPolicyError(f"{name} holds * or ?, which would stand for other keys in a policy; choose another")
    project = _project(folder, environment)
    output_bucket = chosen.output_bucket or chosen.input_bucket
    return {
        "REGION": project.region,
        "APPID": appid,
        "OWNER": f"uin/{uin}" if uin else "",
        "INPUT_BUCKET": chosen.input_bucket,
        "INDEX_BUCKET": index_bucket,
        "OUTPUT_REGION": chosen.output_region or project.region,
        "OUTPUT_APPID": _appid(output_bucket),
        "OUTPUT_BUCKET": output_bucket,
        "OUTPUT_PREFIX": chosen.output_prefix,
        **prefixes,
        **{f"{name}_ENCODED": quote(prefix, safe="") for name, prefix in prefixes.items()},
        "CALLBACK_SECRETS_NAME": _stored_name(chosen.callback_secrets),
        "WEBHOOK_SECRETS_NAME": _stored_name(chosen.webhook_secrets),
        "APP": project.app,
        "STAGE": project.stage,
        **{f"{door.upper()}_ROLE": role for door, role in _roles(project).items()},
        **{f"{function.key.upper()}_FUNCTION": function.name for function in project.functions},
    }


def _stored_name(ring: object) -> str:
    return ring.name if isinstance(ring, StoredSecret) else ""


def _appid(bucket: str) -> str:
    return bucket.rpartition("-")[2]


def _with_every_text(value: Any, change: Callable[[str], str]) -> Any:
    match value:
        case str():
            return change(value)
        case list():
            changed = [_with_every_text(item, change) for item in value]
            return [item for n, item in enumerate(changed) if item not in changed[:n]]  # where two buckets are one
        case dict():
            return {name: _with_every_text(item, change) for name, item in value.items()}
        case _:
            return value
