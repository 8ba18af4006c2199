"""The process of one function instance. Run by path: python -u bootstrap.py HANDLER REQUEST_FD ANSWER_FD.

Standard library only, for it runs under whatever interpreter the function is given. Requests and answers are
JSON, one a line, on pipes of their own; stdout and stderr stay the function's logs. The first answer tells how
loading the handler went, each later one belongs to a request. It ends when there are no more requests.
"""

import importlib
import importlib.util
import json
import os
import sys
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any, BinaryIO

Handler = Callable[[Any, dict[str, Any]], Any]


class HandlerNotFoundError(Exception):
    """The code has no such file, or the file no such function."""


def load(handler: str) -> Handler:
    """Import the file of `file.function` and return the function."""
    path, _, name = handler.rpartition(".")
    module = path.replace("/", ".")
    if importlib.util.find_spec(module) is None:
        raise HandlerNotFoundError(f"no {path}.py in the root of the code")
    function: Handler | None = getattr(importlib.import_module(module), name, None)
    if not callable(function):
        raise HandlerNotFoundError(f"{path}.py has no function {name}")
    return function


def stack_trace(error: Exception) -> str:
    """Return the traceback of `error` as SCF shows it, beginning in the function's own code."""
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename == __file__:
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(error), error, frames)).rstrip("\n")


def line(answer: dict[str, Any]) -> bytes:
    """Return `answer` as one line of strict JSON."""
    return json.dumps(answer, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def attempt(work: Callable[[], Any]) -> bytes:
    """Return the answer to what `work` returns or raises; only an exit of the process is let through."""
    try:
        return line({"value": work()})
    except HandlerNotFoundError as missing:
        return line({"handler_not_found": str(missing)})
    except Exception as error:  # noqa: BLE001 - whatever the function raises is its result
        return line({"stack_trace": stack_trace(error).encode(errors="replace").decode()})


def serve(handler: str, requests: BinaryIO, answers: BinaryIO) -> None:
    """Load the handler, then answer requests, one at a time."""
    loaded: list[Handler] = []

    def answer(work: Callable[[], Any]) -> None:
        answers.write(attempt(work))
        answers.flush()

    answer(lambda: loaded.append(load(handler)))
    of_the_last: dict[str, str] = {}
    for text in requests:
        request = json.loads(text)
        for name in of_the_last.keys() - request["environment"].keys():
            os.environ.pop(name, None)
        of_the_last = request["environment"]
        os.environ.update(of_the_last)
        answer(partial(loaded[0], request["event"], request["context"]))


def main() -> None:
    """Take the handler and the two pipes from the command line, and serve."""
    handler, request_fd, answer_fd = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    for fd in (request_fd, answer_fd):
        os.set_inheritable(fd, False)  # noqa: FBT003 - os takes it by position; the function's children must not
    sys.path[0] = os.getcwd()  # noqa: PTH109 - sys.path wants text; was this file's folder, is the code's
    with open(request_fd, "rb") as requests, open(answer_fd, "wb") as answers:
        serve(handler, requests, answers)


if __name__ == "__main__":
    main()
