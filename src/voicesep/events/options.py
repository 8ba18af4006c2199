"""What can be said of an event on the command line, and which values the product takes."""

from typing import Annotated, Any

import click
from pydantic import AfterValidator, AwareDatetime, Field, TypeAdapter, ValidationError

from localcloud.clock import system_clock
from voice_separation.jobs.ticket import JobId
from voice_separation.settings import Bucketname, Regionname
from voicesep.project import LOCAL_BUCKET, LOCAL_REGION

LONGEST_KEY_BYTES = 1024  # 436/13324
MAX_USER_DATA = 1024  # characters; the limit of sibling jobs, for these UNVERIFIED


class Checked(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4 only
    """A value that the product's own rule must accept.

    `name` is what help calls it; `refusal` is told in place of the rule's own words.
    """

    def __init__(self, name: str, rule: Any, refusal: str = "") -> None:
        self.name = name
        self._rule: TypeAdapter[Any] = TypeAdapter(rule)
        self._refusal = refusal

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the value as the rule has it; what it refuses is wrong usage."""
        try:
            return self._rule.validate_python(value)
        except ValidationError as error:
            self.fail(self._refusal or error.errors()[0]["msg"].removeprefix("Value error, "), param, ctx)


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
