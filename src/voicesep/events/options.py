"""What can be said of an event on the command line, and which values the product takes."""

from typing import Annotated

import click
from pydantic import AfterValidator, AwareDatetime, Field

from localcloud.clock import system_clock
from voice_separation.jobs.ticket import JobId
from voice_separation.settings import Bucketname, Regionname
from voicesep.checked import Checked
from voicesep.project import LOCAL_BUCKET, LOCAL_REGION

LONGEST_KEY_BYTES = 1024  # 436/13324
MAX_USER_DATA = 1024  # characters; the limit of sibling jobs, for these UNVERIFIED


def _key(value: str) -> str:
    try:
        length = len(value.encode())
    except UnicodeEncodeError:
        length = 0
    if not 0 < length <= LONGEST_KEY_BYTES:
        raise ValueError(f"a key is UTF-8 and has 1 to {LONGEST_KEY_BYTES} bytes")
    return value


OBJECT_KEY = Checked("key", Annotated[str, AfterValidator(_key)])
JOB_ID = Checked("id", JobId, "a job's id has 1 to 64 letters, digits, dashes and underscores")
USER_DATA = Checked("text", Annotated[str, Field(max_length=MAX_USER_DATA)])
TIME = Checked(
    "time", AwareDatetime, "a time is like 2026-11-21T08:46:00+08:00, with its offset, or seconds since 1970"
)

bucket_option = click.option(
    "--bucket",
    "bucket_name",
    type=Checked("name-appid", Bucketname),
    default=LOCAL_BUCKET,
    show_default=True,
    help="The full name of the input bucket.",
)
region_option = click.option(
    "--region", type=Checked("region", Regionname), default=LOCAL_REGION, show_default=True, help="Where the bucket is."
)
time_option = click.option(
    "--time",
    "at",
    type=TIME,
    default=system_clock,
    show_default="now",
    help="When it happens: RFC 3339, or seconds since 1970. The same time gives the same output.",
)
