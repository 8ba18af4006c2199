"""Collects everything that is wrong with a file, so that one error can say it all."""

from collections.abc import Sequence
from typing import TypeVar

from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)


class InvalidServerlessFileError(Exception):
    """A serverless.yml that cannot be deployed as it is; `problems` lists every reason.

    Each is one line: the file, the node in it, what is wrong and what to do.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class Problems:
    """What was found so far: errors, which forbid a deployment, and warnings, which do not."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._errors: list[str] = []
        self._warnings: list[str] = []
        self._unreadable: set[str] = set()

    def unreadable(self, places: Sequence[str], what: str) -> None:
        """Note once that all of `places` have no value; further errors there would only be echoes."""
        self._note_error(", ".join(places), what)
        self._unreadable.update(places)

    def error(self, where: str, what: str) -> None:
        """Note that `where` (a path within the file) cannot stay as it is."""
        if where not in self._unreadable:
            self._note_error(where, what)

    def warn(self, where: str, what: str) -> None:
        """Note that `where` deploys, but will not do what it seems to."""
        self._warnings.append(f"{self._file}: {where}: {what}")

    def check(self) -> None:
        """Raise InvalidServerlessFileError if there is any error."""
        if self._errors:
            raise InvalidServerlessFileError(self._errors)

    @property
    def errors(self) -> tuple[str, ...]:
        """Every error, in the order of the file's sections."""
        return tuple(self._errors)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Every warning."""
        return tuple(self._warnings)

    def read(self, model: type[Model], value: object, where: str) -> Model | None:
        """Return `value` as a `model`; where it is none, note each reason and return None."""
        try:
            return model.model_validate(value)
        except ValidationError as invalid:
            for reason in invalid.errors(include_url=False, include_context=False):
                self.error(_path(where, reason["loc"]), reason["msg"].removeprefix("Value error, "))
            return None

    def _note_error(self, where: str, what: str) -> None:
        self._errors.append(f"{self._file}: {where}: {' '.join(what.split())}")


def _path(where: str, location: tuple[int | str, ...]) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return (where + "".join(steps)).removeprefix(".")
