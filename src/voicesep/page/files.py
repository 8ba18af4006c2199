"""The files of the page: served as they are by `voicesep ui`, put beside `index.json` by `voicesep publish-page`."""

from dataclasses import dataclass
from importlib.resources import files

HOME = "index.html"
CONFIG = "page/config.json"

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_FOLDERS = ("", "page/")


@dataclass(frozen=True)
class PageFile:
    """One file of the page; `path` is relative to the place of `index.json`."""

    path: str
    content: bytes
    content_type: str


def page_files() -> tuple[PageFile, ...]:
    """Return every file of the page but its configuration, `index.html` last: what it refers to is there before."""
    root = files("voicesep.page") / "static"
    found = [
        PageFile(folder + file.name, file.read_bytes(), _TYPES["." + file.name.rpartition(".")[2]])
        for folder in _FOLDERS
        for file in (root / folder if folder else root).iterdir()
        if file.is_file()
    ]
    return tuple(sorted(found, key=lambda file: (file.path == HOME, file.path)))
