"""The uploads that a command is about, as somebody names them."""

import sys
from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from voicesep.checked import Checked

STDIN = "-"
NAMED = Checked("name", Annotated[str, Field(min_length=1)], "the name is empty; give a key, an upload_id or a job_id")


def names_in(arguments: tuple[str, ...]) -> Iterator[str]:
    """Yield the names; `-` stands for those on standard input, one a line."""
    for argument in arguments:
        if argument != STDIN:
            yield argument
            continue
        yield from (name for line in sys.stdin if (name := line.rstrip("\r\n")))
