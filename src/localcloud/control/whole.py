"""The cloud as a whole: its address, its time, what was asked of it, and a new beginning."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pydantic import Field

from localcloud.clock import MovableClock
from localcloud.control.exchange import Call, Document, Latest, Nothing, Operations
from localcloud.credentials import Identity
from localcloud.errors import CloudError
from localcloud.recorder import RecordedRequest, Recorder


class Cloud(Document):
    """Where it is, and a key that may do everything, good for nothing anywhere else."""

    is_not: str
    endpoint: str
    appid: str
    secret_id: str
    secret_key: str
    now: datetime
    is_frozen: bool


class Patience(Document):
    """How many seconds to wait at most."""

    timeout: float = Field(10.0, ge=0, le=600)


class Idleness(Document):
    """Whether no job runs, no function, and no event is on its way."""

    is_idle: bool


class Time(Document):
    """What time it is in this cloud, and whether it stands still."""

    now: datetime
    is_frozen: bool


class Forward(Document):
    """How far to put the clock forward."""

    seconds: float = Field(ge=0, le=10 * 366 * 86400)


class Recorded(Latest):
    """Which of the latest requests: of a service, by a function."""

    service: str | None = None
    function: str | None = None


class RequestSummary(Document):
    """A request and what became of it; no `status` if it was not carried out."""

    at: datetime
    service: str
    method: str
    host: str
    path: str
    query: str
    status: int | None
    function: str | None
    invocation: str | None
    fault: str | None
    action: str | None

    @classmethod
    def of(cls, request: RecordedRequest) -> "RequestSummary":
        """Return the summary of a request."""
        return cls(**{name: getattr(request, name) for name in cls.model_fields})


class RequestList(Document):
    """Requests, the latest first."""

    requests: tuple[RequestSummary, ...]


@dataclass(frozen=True)
class About:
    """What the cloud says of itself, and what it can do as a whole."""

    is_not: str
    endpoint: Callable[[], str]
    appid: str
    credentials: Identity
    reset: Callable[[], None]
    wait_until_idle: Callable[[float], bool]


class CloudOperations:
    """The operations on the cloud as a whole."""

    def __init__(self, about: About, clock: MovableClock, recorder: Recorder) -> None:
        self._about = about
        self._clock = clock
        self._recorder = recorder
        self.operations: Operations = (
            Call("GET", "/cloud", Nothing, self._tell_cloud),
            Call("GET", "/idle", Patience, self._wait_until_idle),
            Call("POST", "/reset", Nothing, self._reset),
            Call("GET", "/clock", Nothing, self._tell_time),
            Call("POST", "/clock/freeze", Nothing, self._freeze),
            Call("POST", "/clock/advance", Forward, self._advance),
            Call("POST", "/clock/release", Nothing, self._release),
            Call("GET", "/requests", Recorded, self._list_requests),
            Call("DELETE", "/requests", Nothing, self._forget_requests),
        )

    def _tell_cloud(self, _asked: Nothing) -> Cloud:
        """Tell where the cloud is and which key to use."""
        about = self._about
        return Cloud(
            is_not=about.is_not,
            endpoint=about.endpoint(),
            appid=about.appid,
            secret_id=about.credentials.access_key_id,
            secret_key=about.credentials.secret_key,
            now=self._clock(),
            is_frozen=self._clock.is_frozen,
        )

    def _wait_until_idle(self, asked: Patience) -> Idleness:
        """Wait until nothing runs and no event is on its way, `timeout` seconds at most."""
        return Idleness(is_idle=self._about.wait_until_idle(asked.timeout))

    def _reset(self, _asked: Nothing) -> Nothing:
        """Forget everything, and begin anew with the buckets and functions of the start."""
        self._about.reset()
        return Nothing()

    def _tell_time(self, _asked: Nothing) -> Time:
        """Tell the time."""
        return Time(now=self._clock(), is_frozen=self._clock.is_frozen)

    def _freeze(self, asked: Nothing) -> Time:
        """Have time stand still."""
        self._clock.freeze()
        return self._tell_time(asked)

    def _advance(self, asked: Forward) -> Time:
        """Put the clock forward; timers that come due meanwhile fire once."""
        try:
            self._clock.advance(asked.seconds)
        except OverflowError as error:
            message = f"{asked.seconds} seconds from {self._clock()} lie beyond the year 9999. Reset the cloud first."
            raise CloudError(400, "InvalidArgument", message) from error
        return self._tell_time(Nothing())

    def _release(self, asked: Nothing) -> Time:
        """Have time go on from where it stands."""
        self._clock.release()
        return self._tell_time(asked)

    def _list_requests(self, asked: Recorded) -> RequestList:
        """List the latest requests, those to this API left out."""
        found = [
            request for request in self._recorder.requests(asked.service) if asked.function in (None, request.function)
        ]
        return RequestList(requests=tuple(map(RequestSummary.of, asked.of(found))))

    def _forget_requests(self, _asked: Nothing) -> Nothing:
        """Forget the recorded requests."""
        self._recorder.clear()
        return Nothing()
