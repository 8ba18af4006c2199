"""`voicesep invoke`: call one function with an event from a file, in a local cloud of its own."""

import json
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from localcloud import Options
from localcloud.scf.invocation import InvocationResult
from voice_separation.bucket import Bucket
from voice_separation.capability import KeyRing
from voice_separation.cos_events import read_event
from voice_separation.errors import MalformedEvent, VoiceSeparationError
from voice_separation.notifications import parse_notification, reported_bucket
from voice_separation.uploads import ObjectCreated
from voicesep.cloud import open_deployment
from voicesep.code import code_options
from voicesep.console import print_json, talk
from voicesep.invoke_deployed import invoke_deployed
from voicesep.local import LocalApp
from voicesep.named import STDIN
from voicesep.project import LOCAL_BUCKET, LOCAL_REGION, find_project
from voicesep.samples import TALK_OVER_MUSIC
from voicesep.where import Where, app_options

FUNCTIONS = ("submit", "callback", "reconcile")


@click.command(short_help="Call a function with an event.")
@click.argument("function", type=click.Choice(FUNCTIONS), metavar="FUNCTION")
@click.option("-e", "--event", "source", required=True, metavar="FILE|-", help="The event; - reads standard input.")
@click.option("--dry-run", is_flag=True, help="With --live: say what would be called, and call nothing.")
@app_options
@code_options
def invoke(*, function: str, source: str, dry_run: bool, where: Where, options: Options) -> None:
    """Call FUNCTION (submit, callback, reconcile) with an event and print its result as JSON.

    submit takes a COS event (events/cos-put.json); objects that it names and the local cloud lacks are filled with
    the sample recording. callback takes an HTTP event, or the bare notification of Cloud Infinite, XML or JSON
    (events/callback-job.xml), for which a valid address and the job it tells of are made up. reconcile takes a timer
    event (events/timer-reconcile.json) and finds an empty index.

    With --live it is the deployed function that is called, with the event as it is; only a bare notification becomes
    an HTTP event, signed with CALLBACK_SECRETS. What it submits is billed.
    """
    content = _read(source)
    console = talk()
    if where.live:
        with open_deployment(where) as (deployment, cloud):
            invoke_deployed(deployment, cloud, function, content, dry_run=dry_run, console=console)
        return
    if dry_run:
        raise click.UsageError("--dry-run goes with --live; the local cloud is gone afterwards anyway")
    if function == "submit":
        result = _invoke_submit(_json(content, source), console, options)
    elif function == "reconcile":
        result = _invoke_reconcile(_json(content, source), options)
    else:
        result = _invoke_callback(content, console, options)
    for line in result.logs:
        click.echo(line, err=True)
    if result.error:
        print_json(result.error.document(result.request_id))
        sys.exit(1)
    print_json(result.value)
    if isinstance(result.value, dict) and int(result.value.get("statusCode", 200)) >= 400:
        sys.exit(1)


def _invoke_submit(event: Any, console: Console, options: Options) -> InvocationResult:
    records = _objects(event)
    bucket = records[0].bucket if records else Bucket(LOCAL_BUCKET, LOCAL_REGION)
    with LocalApp(find_project(), _environment_for(bucket), _hear_nothing, options) as app:
        for record in records:
            if record.bucket == app.bucket:
                app.upload(TALK_OVER_MUSIC, record.key)  # before deploying, so that nothing is triggered by it
                console.print(f"made {record.bucket.name}/{record.key} from the sample recording", markup=False)
        app.deploy()
        return app.cloud.scf.invoke("submit", event)


def _invoke_reconcile(event: Any, options: Options) -> InvocationResult:
    with LocalApp(find_project(), {}, _hear_nothing, options) as app:
        app.deploy()
        return app.cloud.scf.invoke("reconcile", event)


def _invoke_callback(content: bytes, console: Console, options: Options) -> InvocationResult:
    if (event := _http_event(content)) is not None:
        with LocalApp(find_project(), {}, _hear_nothing, options) as app:
            app.deploy()
            return app.cloud.scf.invoke("callback", event)
    bucket = _bucket_of(content) or Bucket(LOCAL_BUCKET, LOCAL_REGION)
    with LocalApp(find_project(), _environment_for(bucket), _hear_nothing, options) as app:
        app.deploy()
        if _bucket_of(content):
            app.cloud.ci.restore(content)
            console.print("made the job that the notification tells of known to the local Cloud Infinite")
        secrets = tuple(app.environment["CALLBACK_SECRETS"].split(","))
        path = KeyRing(secrets).static_path()
        body = content.decode("utf-8", "replace")
        return app.cloud.scf.invoke("callback", {"httpMethod": "POST", "path": path, "headers": {}, "body": body})


def _environment_for(bucket: Bucket) -> dict[str, str]:
    return {"INPUT_BUCKET": bucket.name, "REGION": bucket.region}


def _objects(event: Any) -> list[ObjectCreated]:
    try:
        records = read_event(event, default_region=LOCAL_REGION)
    except MalformedEvent:  # the function is to say so itself
        return []
    return [record for record in records if isinstance(record, ObjectCreated)]


def _bucket_of(content: bytes) -> Bucket | None:
    try:
        return reported_bucket(parse_notification(content), name=None, region="")
    except VoiceSeparationError:  # the function is to say so itself
        return None


def _http_event(content: bytes) -> Any:
    try:
        event = json.loads(content)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "httpMethod" in event else None


def _read(source: str) -> bytes:
    if source == STDIN:
        return sys.stdin.buffer.read()
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise click.UsageError(f"{source} cannot be read: {error.strerror}") from error


def _json(content: bytes, source: str) -> Any:
    try:
        return json.loads(content)
    except ValueError as error:
        named = "standard input" if source == STDIN else source
        raise click.UsageError(f"{named} is not JSON: {error}") from error


def _hear_nothing(_function: str, _request_id: str, _line: str) -> None:
    return
