"""`voicesep generate-event`: the events that start the functions, to look at, to change, and to `invoke` with."""

import hashlib
from datetime import datetime
from typing import get_args

import click

from localcloud.ci.jobs import State
from localcloud.ci.voice_separate import AudioMode
from localcloud.scf.problems import InvalidServerlessFileError
from localcloud.scf.project import Project
from localcloud.scf.serverless import read_project
from localcloud.scf.timer_trigger import timer_event
from voice_separation.bucket import Bucket
from voice_separation.jobs.request import can_be_named
from voice_separation.uploads import Upload, user_data_of
from voicesep.audio_options import mode_option
from voicesep.console import print_json
from voicesep.events.callback import CallbackFormat, Report, notification
from voicesep.events.cos import EVENT_NAMES, NoCosTriggerError, cos_event
from voicesep.events.options import JOB_ID, OBJECT_KEY, USER_DATA, bucket_option, region_option, time_option
from voicesep.local import PREFIX
from voicesep.project import SERVERLESS, find_project, local_environment
from voicesep.samples import TALK_OVER_MUSIC

KEY = PREFIX + TALK_OVER_MUSIC.name
SAMPLE_JOB_ID = "j40644e92f8e311ecb90d0b03267ce0e5"  # of the vendor's sample (1045/49531)


@click.group("generate-event", short_help="Print an event as Tencent Cloud sends it.")
def generate_event() -> None:
    """Print an event in the shape in which Tencent Cloud sends it.

    Nothing is sent and nothing need exist; give it to a function:

    voicesep generate-event cos | voicesep invoke submit -e -
    """


@generate_event.command(short_help="Print what COS sends to `submit`.")
@click.option(
    "--type", "kind", type=click.Choice(list(EVENT_NAMES)), default="put", show_default=True, help="What happened."
)
@bucket_option
@region_option
@click.option(
    "--key",
    "keys",
    type=OBJECT_KEY,
    multiple=True,
    default=[KEY],
    show_default=True,
    help="The object's key, as it is, not encoded. Given several times: several records in one event.",
)
@click.option(
    "--size",
    type=click.IntRange(min=0),
    metavar="BYTES",
    default=TALK_OVER_MUSIC.stat().st_size,
    show_default="the sample's",
    help="The size of each object.",
)
@time_option
def cos(*, kind: str, bucket_name: str, region: str, keys: tuple[str, ...], size: int, at: datetime) -> None:
    """Print the event that COS sends to `submit` when an object was created, or deleted.

    The receiver is the function that the COS trigger in serverless.yml names. That COS sends append events at all is
    not documented.
    """
    bucket = Bucket(bucket_name, region)
    try:
        print_json(cos_event(EVENT_NAMES[kind], bucket, keys, size=size, at=at, project=_project(bucket)))
    except (InvalidServerlessFileError, NoCosTriggerError) as error:
        raise click.UsageError(str(error)) from error


@generate_event.command(short_help="Print what CI posts to `callback`.")
@click.option(
    "--state",
    type=click.Choice([state.value for state in State]),
    default=State.SUCCESS.value,
    show_default=True,
    help="How the job ended; CI notifies of ended jobs only.",
)
@click.option("--code", metavar="CODE", show_default="ResourceNotSupported", help="Why it failed: CI's error code.")
@click.option("--message", metavar="TEXT", help="Why it failed, in words.")
@click.option(
    "--format",
    "callback_format",
    type=click.Choice(get_args(CallbackFormat), case_sensitive=False),
    default="XML",
    show_default=True,
    help="How it is written.",
)
@click.option("--workflow", is_flag=True, help="As if a workflow of CI had started the job instead of this app.")
@bucket_option
@region_option
@click.option("--key", type=OBJECT_KEY, default=KEY, show_default=True, help="What was separated.")
@click.option("--job-id", type=JOB_ID, default=SAMPLE_JOB_ID, show_default=True, help="CI's id of the job.")
@click.option(
    "--user-data",
    type=USER_DATA,
    show_default="what this app leaves with a job of its own, nothing with --workflow",
    help="What the submitter left with the job.",
)
@mode_option("Which stems it has.", AudioMode.AUDIO_AND_BACKGROUND.value)
@time_option
def callback(
    *,
    state: str,
    code: str | None,
    message: str | None,
    callback_format: CallbackFormat,
    workflow: bool,
    bucket_name: str,
    region: str,
    key: str,
    job_id: str,
    user_data: str | None,
    mode: str,
    at: datetime,
) -> None:
    """Print the TaskFinish notification that CI posts to `callback`: the bare body, without its HTTP envelope.

    The job is one that this app would have submitted, with default settings, for the sample recording.
    """
    failed = state == State.FAILED.value
    upload = _sample_as(Bucket(bucket_name, region), key)
    if not can_be_named(key):
        raise click.UsageError("the key has a control character, which no request to CI can carry")
    if user_data is None:
        user_data = "" if workflow else user_data_of(upload)
    report = Report(
        upload=upload,
        job_id=job_id,
        state=State(state),
        code=code or ("ResourceNotSupported" if failed else "Success"),
        message=message if message is not None else ("The object is no audio or video." if failed else ""),
        mode=AudioMode(mode),
        user_data=user_data,
        at=at,
    )
    click.echo(notification(report, callback_format, workflow=workflow))


@generate_event.command(short_help="Print what a timer sends to `reconcile`.")
@click.option("--name", default="reconcile", show_default=True, help="The name of the trigger.")
@click.option(
    "--message", default="", metavar="TEXT", help="The trigger's custom argument; `audit` asks for the daily audit."
)
@time_option
def timer(name: str, message: str, at: datetime) -> None:
    """Print the event that a timer sends to `reconcile`."""
    print_json(timer_event(name, message, at))


def _project(bucket: Bucket) -> Project:
    environment = local_environment({"INPUT_BUCKET": bucket.name, "REGION": bucket.region})
    return read_project(find_project() / SERVERLESS, environment)


def _sample_as(bucket: Bucket, key: str) -> Upload:
    """Return the upload that the sample recording makes under a key; COS's ETag is the MD5."""
    content = TALK_OVER_MUSIC.read_bytes()
    return Upload(bucket, key, hashlib.md5(content, usedforsecurity=False).hexdigest(), len(content))
