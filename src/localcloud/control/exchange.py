"""Questions and answers of the control API: JSON in and out, typed at the edge."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from anyio import to_thread
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from localcloud.errors import CloudError

PREFIX = "/_localcloud"
MOST_BYTES = 64 * 1024  # of a question
LISTED = 100  # where a question names no limit
MOST_LISTED = 1000


ThingT = TypeVar("ThingT")
Probability = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Seconds = Annotated[float, Field(ge=0, le=3600)]


class Document(BaseModel):
    """What is asked or answered, of exactly these fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Nothing(Document):
    """A question without fields, or the answer that there is nothing to tell."""


class Latest(Document):
    """How many of the latest to list."""

    limit: int = Field(LISTED, ge=1, le=MOST_LISTED)

    def of(self, things: Sequence[ThingT]) -> Sequence[ThingT]:
        """Return the last of these things, the last first."""
        return things[: -self.limit - 1 : -1]


AskedT = TypeVar("AskedT", bound=Document)


@dataclass(frozen=True)
class Operation(ABC, Generic[AskedT]):
    """One method at one path, which begins after PREFIX; `takes` is what it is asked."""

    method: str
    path: str
    takes: type[AskedT]

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of what it takes."""
        return tuple(self.takes.model_fields)

    @property
    @abstractmethod
    def summary(self) -> str:
        """What it does, in a sentence."""

    @abstractmethod
    async def answer(self, request: Request) -> Response:
        """Do it. Raises CloudError."""


Operations = tuple[Operation[Any], ...]


@dataclass(frozen=True)
class Call(Operation[AskedT]):
    """An operation from document to document: `act` may block and raises CloudError.

    What it takes is JSON in the body of a POST, and the query of anything else.
    """

    act: Callable[[AskedT], Document]

    @property
    def summary(self) -> str:
        """The first line of what `act` says of itself."""
        return _first_line(self.act)

    async def answer(self, request: Request) -> Response:
        """Read, act, render."""
        asked = await read_body(request, self.takes) if self.method == "POST" else read_query(request, self.takes)
        return render(await to_thread.run_sync(self.act, asked))


@dataclass(frozen=True)
class Transfer(Operation[AskedT]):
    """An operation that reads or writes the bytes of an object; what it takes is the query."""

    act: Callable[[Request, AskedT], Awaitable[Response]]

    @property
    def summary(self) -> str:
        """The first line of what `act` says of itself."""
        return _first_line(self.act)

    async def answer(self, request: Request) -> Response:
        """Read the query, and hand the request on."""
        return await self.act(request, read_query(request, self.takes))


def render(answer: Document, status: int = 200) -> Response:
    """Return a document as an answer that nobody keeps."""
    return Response(
        answer.model_dump_json(), status, {"cache-control": "no-store"}, media_type="application/json; charset=utf-8"
    )


def read_query(request: Request, model: type[AskedT]) -> AskedT:
    """Return the query as a document. Raises CloudError 400 InvalidArgument with every reason."""
    try:
        return model.model_validate_strings(dict(request.query_params))
    except ValidationError as invalid:
        raise _not_understood(request, invalid) from None


async def read_body(request: Request, model: type[AskedT]) -> AskedT:
    """Return the body, JSON or empty, as a document.

    Raises CloudError 400 InvalidArgument with every reason, 413 EntityTooLarge.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise CloudError(413, "EntityTooLarge", f"The body has over {MOST_BYTES} bytes. Send less.")
    try:
        return model.model_validate_json(bytes(body) or b"{}")
    except ValidationError as invalid:
        raise _not_understood(request, invalid) from None


def _not_understood(request: Request, invalid: ValidationError) -> CloudError:
    reasons = "; ".join(
        f"{'.'.join(map(str, problem['loc'])) or 'the whole'}: {problem['msg']}"
        for problem in invalid.errors(include_url=False, include_context=False, include_input=False)
    )
    return CloudError(
        400, "InvalidArgument", f"{request.method} {request.scope['path']} does not take this: {reasons}."
    )


def _first_line(act: Callable[..., object]) -> str:
    return (act.__doc__ or "").partition("\n")[0]
