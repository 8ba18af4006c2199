"""The local server of the page: its files, the index under its own names, and what needs a key."""

import hashlib
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from urllib3.exceptions import HTTPError

from localcloud.server import Server
from voice_separation.errors import NothingKnown, VoiceSeparationError
from voice_separation.index import keys
from voice_separation.index.canonical import JSON
from voice_separation.index.views import GZIP
from voice_separation.jobs.ticket import JOB_ID
from voicesep.app import App
from voicesep.page.config import PageConfig
from voicesep.page.files import CONFIG, HOME, page_files
from voicesep.page.guard import Guard
from voicesep.page.library import JobFile, Library
from voicesep.page.media import Media

NO_CONTENT, NOT_MODIFIED, NOT_FOUND, BAD_GATEWAY = 204, 304, 404, 502
COS = "https://*.myqcloud.com"

# What a path may hold; nothing else reaches a key of the index.
_PARTS = {
    "day": re.compile(r"\d{4}-\d\d-\d\d", re.ASCII),
    "hour": re.compile(r"\d\d\.ndjson\.gz", re.ASCII),
    "named": re.compile(rf"{JOB_ID}\.json", re.ASCII),
    "job_id": re.compile(JOB_ID, re.ASCII),
    "part": re.compile(r"input|\d{1,3}", re.ASCII),
}


def page_server(app: App, port: int = 0) -> Server:
    """Return the server of an app's page, on loopback; port 0 is a free one."""
    return Server(page_app(app), port)


def keep_addresses_out_of_logs() -> None:
    """Have urllib3 log warnings only, in this whole process: at DEBUG it writes every address, presigned ones too."""
    logging.getLogger("urllib3").setLevel(logging.WARNING)


def page_app(app: App) -> Starlette:
    """Return the ASGI application; it answers GET and HEAD, and writes nothing."""
    page = _Page(Library(app), Media(app))
    config = PageConfig.of(app, "server")
    files = {f"/{file.path}": (file.content, file.content_type) for file in page_files()}
    files[f"/{CONFIG}"] = (config.content(), JSON)
    files["/"] = files[f"/{HOME}"]
    return Starlette(
        routes=[
            *(Route(path, _file(content, kind)) for path, (content, kind) in files.items()),
            Route("/index.json", page.index),
            Route("/segments/{day}/{hour}", _checked(page.segment)),
            Route("/open.json", page.open_uploads),
            Route("/stories/{named}", _checked(page.story)),
            Route("/media/{job_id}/{part}", _checked(page.media)),
            Route("/waveforms/{job_id}/{part}", _checked(page.waveform)),
        ],
        middleware=[Middleware(Guard, media_sources=COS if app.call.settings.cos_endpoint is None else "")],
        exception_handlers={NothingKnown: _unknown, VoiceSeparationError: _refused, HTTPError: _unreachable},
    )


@dataclass(frozen=True)
class _Page:
    """What is answered to the page's questions; each raises the refusals of COS."""

    library: Library
    recordings: Media

    def index(self, request: Request) -> Response:
        content = self.library.content(keys.INDEX)
        return Response(status_code=NO_CONTENT) if content is None else _fresh(request, content, JSON)

    def segment(self, request: Request) -> Response:
        day, hour = request.path_params["day"], request.path_params["hour"]
        content = self.library.content(f"{keys.SEGMENTS}{day}/{hour}")
        return _missing("segment") if content is None else _fresh(request, content, GZIP)

    def open_uploads(self, request: Request) -> Response:
        return _fresh(request, self.library.open_uploads().model_dump_json().encode(), JSON)

    def story(self, request: Request) -> Response:
        named = request.path_params["named"].removesuffix(".json")
        return _fresh(request, self.library.story(named).model_dump_json().encode(), JSON)

    def media(self, request: Request) -> Response:
        file = self._file(request)
        return _missing("recording") if file is None else self.recordings.play(request, file)

    def waveform(self, request: Request) -> Response:
        file = self._file(request)
        return _missing("recording") if file is None else self.recordings.bytes_of(file)

    def _file(self, request: Request) -> JobFile | None:
        return self.library.file(request.path_params["job_id"], request.path_params["part"])


def _checked(answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """Return what answers 404 where a part of the path is not of its shape."""

    def checked(request: Request) -> Response:
        fits = all(_PARTS[name].fullmatch(value) for name, value in request.path_params.items())
        return answer(request) if fits else _missing("address")

    return checked


def _file(content: bytes, content_type: str) -> Callable[[Request], Response]:
    return lambda request: _fresh(request, content, content_type)


def _fresh(request: Request, content: bytes, content_type: str) -> Response:
    """Answer with a document, or that the browser has it already."""
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"etag": etag}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=NOT_MODIFIED, headers=headers)
    return Response(content, headers={**headers, "content-type": content_type})


def _missing(what: str) -> Response:
    return JSONResponse({"message": f"There is no such {what}."}, NOT_FOUND)


def _unknown(_request: Request, error: Exception) -> Response:
    return JSONResponse({"message": str(error)}, NOT_FOUND)


def _refused(_request: Request, error: Exception) -> Response:
    return JSONResponse({"message": str(error)}, BAD_GATEWAY)


def _unreachable(_request: Request, _error: Exception) -> Response:
    # The text of a network error may quote a presigned address.
    return JSONResponse({"message": "COS could not be reached. Try again."}, BAD_GATEWAY)
