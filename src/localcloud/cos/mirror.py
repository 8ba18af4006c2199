"""The latest contents of a bucket once more, under the names of their keys, to look at with any program.

They are hard links to the contents: to be read, not written. What cannot be a file name stands percent-encoded, and a
key that no file can have beside the others (`a` beside `a/b`) or at all (too long) is left out.
"""

import contextlib
import os
import re
from pathlib import Path
from urllib.parse import quote

# Control characters, what Windows and shells mind, and the percent sign that marks them.
_UNFIT = re.compile('[\x00-\x1f\x7f%\\\\:*?"<>|]')
_FOLDERS = ("", ".", "..")


class Mirror:
    """The folder of a bucket's files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def show(self, key: str, content: Path) -> None:
        """Have the content stand under the key's name, in the place of a former one."""
        path = self._path(key)
        with contextlib.suppress(OSError):  # no name for it: it is left out
            try:
                os.link(content, path)  # first, for mostly nothing else is to be done
            except FileNotFoundError:
                path.parent.mkdir(parents=True, exist_ok=True)
                os.link(content, path)
            except FileExistsError:
                path.unlink()
                os.link(content, path)

    def hide(self, key: str) -> None:
        """Remove the key's name, and the folders that are empty then."""
        path = self._path(key)
        with contextlib.suppress(OSError):  # it was left out, or its folder has others
            path.unlink()
            for folder in path.parents:
                if folder == self._folder:
                    break
                folder.rmdir()

    def _path(self, key: str) -> Path:
        return self._folder.joinpath(*map(_file_name, key.split("/")))


def _file_name(segment: str) -> str:
    if segment in _FOLDERS:
        return segment.replace(".", "%2E") or "%2F"
    return _UNFIT.sub(lambda found: quote(found[0], safe=""), segment)
