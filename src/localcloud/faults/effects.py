"""What can befall a request."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import ClassVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from localcloud.callers import Caller
from localcloud.errors import CloudError, ConnectionDropped

CarryOut = Callable[[], Awaitable[Response]]
"""Does what the request asks for. Raises CloudError."""


@dataclass(frozen=True)
class Sent:
    """A request that something befalls."""

    request: Request
    caller: Caller | None  # the invocation that sent it
    carry_out: CarryOut

    def kill_sender(self) -> None:
        """Kill the instance that sent it, if one did."""
        if self.caller is not None:
            self.caller.kill()


class Effect(ABC):
    """One kind of misfortune."""

    only_functions: ClassVar[bool] = False
    """Whether it can strike only what a running function sends."""

    @abstractmethod
    async def strike(self, sent: Sent, /) -> Response:
        """Answer the request, more or less. Raises CloudError for a refusal, ConnectionDropped for no answer."""


@dataclass(frozen=True)
class Refuse(Effect):
    """The request is not carried out; the answer is this vendor error, such as 503 ServiceUnavailable."""

    status: int
    code: str

    async def strike(self, sent: Sent, /) -> Response:
        """Refuse."""
        asked = f"{sent.request.method} {sent.request.scope['path']!r}"
        message = f"The local cloud was told to refuse {asked}. Try again later."
        raise CloudError(self.status, self.code, message)


@dataclass(frozen=True)
class Delay(Effect):
    """The request is carried out and answered, but only after some real seconds."""

    seconds: float

    async def strike(self, sent: Sent, /) -> Response:
        """Wait, then answer."""
        await asyncio.sleep(self.seconds)
        return await sent.carry_out()


@dataclass(frozen=True)
class Drop(Effect):
    """The request is not carried out, and the connection closes without an answer."""

    async def strike(self, _sent: Sent, /) -> Response:
        """Drop the connection."""
        raise ConnectionDropped(None)


@dataclass(frozen=True)
class LoseAnswer(Effect):
    """The request is carried out, and the connection closes without an answer: the sender cannot know."""

    async def strike(self, sent: Sent, /) -> Response:
        """Carry out, then drop the connection."""
        raise ConnectionDropped(await _unheard(sent))


@dataclass(frozen=True)
class KillBefore(Effect):
    """The function's instance is killed; its request was on the way and is not carried out."""

    only_functions = True

    async def strike(self, sent: Sent, /) -> Response:
        """Kill, and do nothing."""
        raise ConnectionDropped(None, sent.kill_sender)


@dataclass(frozen=True)
class KillAfter(Effect):
    """The function's instance is killed when its request has been carried out, before it can hear of it."""

    only_functions = True

    async def strike(self, sent: Sent, /) -> Response:
        """Carry out, then kill."""
        raise ConnectionDropped(await _unheard(sent), sent.kill_sender)


async def _unheard(sent: Sent) -> int:
    """Carry the request out, answer into the void, and return the answer's status."""
    try:
        response = await sent.carry_out()
    except CloudError as refusal:
        return refusal.status
    await response(sent.request.scope, sent.request.receive, _to_nobody)  # whole, so that it closes what it holds open
    return response.status_code


async def _to_nobody(_message: Message) -> None:
    """Send nothing."""
