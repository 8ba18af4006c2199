"""`voicesep invoke --live`: call a function where it is deployed."""

import json
import sys
from typing import Any

import click
from rich.console import Console

from voice_separation.capability import KeyRing
from voicesep.cloud import Cloud
from voicesep.console import print_json
from voicesep.deployment import Deployment
from voicesep.tencent.scf import CallResult


def invoke_deployed(
    deployment: Deployment, cloud: Cloud, function: str, content: bytes, *, dry_run: bool, console: Console
) -> None:
    """Call the function of this key with an event, print its result as data and its log as talk.

    Ends the command with 1 when the function failed, or answers an HTTP status of 400 or more. Raises click.UsageError
    when the content is no event.
    """
    name = deployment.function(function).name
    event = json.dumps(_event(deployment, function, content), ensure_ascii=False)
    if dry_run:
        console.print(
            f"would call {name} in {deployment.project.region} with {len(event.encode())} bytes", markup=False
        )
        return
    result = cloud.scf.invoke(name, event)
    for line in result.log.splitlines():
        click.echo(line, err=True)
    print_json(result.value)
    console.print(f"{name} took {result.duration:.0f} ms, request {result.function_request_id}", markup=False)
    if _is_failure(result):
        sys.exit(1)


def _event(deployment: Deployment, function: str, content: bytes) -> Any:
    """Return the event: the content itself or, for a bare notification, the HTTP request that would bring it."""
    try:
        event = json.loads(content)
    except ValueError:
        event = None
    if function != "callback":
        if event is None:
            raise click.UsageError("the event is not JSON")
        return event
    if isinstance(event, dict) and "httpMethod" in event:
        return event
    secrets = deployment.settings.callback_secrets
    if not isinstance(secrets, tuple) or not secrets:
        raise click.UsageError(
            "the address of a bare notification is signed with CALLBACK_SECRETS, which .env does not hold itself;"
            " give a whole HTTP event instead, like events/function-url.json"
        )
    body = content.decode("utf-8", "replace")
    return {"httpMethod": "POST", "path": KeyRing(secrets).static_path(), "headers": {}, "body": body}


def _is_failure(result: CallResult) -> bool:
    value = result.value
    status = value.get("statusCode", 200) if isinstance(value, dict) else 200
    return result.failed or (isinstance(status, int) and status >= 400)
