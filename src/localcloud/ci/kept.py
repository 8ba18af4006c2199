"""What CI remembers from one start to the next: one file of JSON for each kind of thing."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import TypeAdapter

KeptT = TypeVar("KeptT")


class KeptFile(Generic[KeptT]):
    """All things of one kind in `<directory>/<name>.json`; without a directory nothing is kept.

    The file is replaced in one step and readable by its owner only: an address in it may hold a secret.
    Not safe to share between threads without a lock.
    """

    def __init__(self, directory: Path | None, name: str, kind: type[KeptT]) -> None:
        self._file = directory / f"{name}.json" if directory else None
        self._adapter: TypeAdapter[tuple[KeptT, ...]] = TypeAdapter(tuple[kind, ...])  # type: ignore[valid-type] # mypy knows no type of a variable

    def load(self) -> tuple[KeptT, ...]:
        """Return what was saved last."""
        if self._file is None or not self._file.exists():
            return ()
        return self._adapter.validate_json(self._file.read_bytes())

    def save(self, things: Iterable[KeptT]) -> None:
        """Keep these things and no others."""
        if self._file is None:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=self._file.parent)
        with os.fdopen(handle, "wb") as file:
            # What was not said stays unsaid, so that after a new start, too, a thing is answered as it was given.
            file.write(self._adapter.dump_json(tuple(things), exclude_unset=True))
        Path(draft).replace(self._file)
