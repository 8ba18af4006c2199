"""Functions of SCF: their triggers, their runs, and timers that fire when told to."""

from datetime import datetime

from localcloud.control.exchange import Call, Document, Latest, Nothing, Operations
from localcloud.errors import CloudError
from localcloud.scf.invocation import InvocationRecord
from localcloud.scf.models import Scf
from localcloud.scf.registry import Deployment, FunctionNotDeployedError, NoTimerError


class Timer(Document):
    """A timer trigger."""

    name: str
    argument: str
    enabled: bool


class BucketTrigger(Document):
    """A COS trigger."""

    bucket: str
    event: str
    prefix: str
    suffix: str
    enabled: bool


class FunctionSummary(Document):
    """A deployed function; `url` is empty for one without a function URL."""

    key: str
    name: str
    region: str
    url: str
    bucket_triggers: tuple[BucketTrigger, ...]
    timers: tuple[Timer, ...]


class FunctionList(Document):
    """The deployed functions, the oldest first."""

    functions: tuple[FunctionSummary, ...]


class TimerNamed(Document):
    """Which timer; `function`, a key or name, tells timers of the same name apart."""

    name: str
    function: str | None = None


class Accepted(Document):
    """The request id of an invocation that is on its way."""

    request_id: str


class InvocationSummary(Document):
    """One run of a function; `error` is empty when it succeeded."""

    function: str
    request_id: str
    at: datetime  # its end
    invocation_type: str
    retry_num: int
    outcome: str
    status_code: int
    error: str
    duration: float  # seconds
    cold_start: bool
    logs: tuple[str, ...]

    @classmethod
    def of(cls, record: InvocationRecord) -> "InvocationSummary":
        """Return the summary of a run."""
        result = record.result
        return cls(
            function=result.function_name,
            request_id=result.request_id,
            at=record.at,
            invocation_type=record.invocation_type,
            retry_num=record.retry_num,
            outcome=record.outcome,
            status_code=result.status_code,
            error="\n".join(filter(None, (result.error.message, result.error.stack_trace))) if result.error else "",
            duration=result.duration,
            cold_start=result.cold_start,
            logs=result.logs,
        )


class InvocationList(Document):
    """Runs of functions, the latest first."""

    invocations: tuple[InvocationSummary, ...]


class FunctionOperations:
    """The operations on functions."""

    def __init__(self, scf: Scf) -> None:
        self._scf = scf
        self.operations: Operations = (
            Call("GET", "/functions", Nothing, self._list),
            Call("GET", "/invocations", Latest, self._list_invocations),
            Call("POST", "/timers/fire", TimerNamed, self._fire_timer),
        )

    def _list(self, _asked: Nothing) -> FunctionList:
        """List the deployed functions with their addresses and triggers."""
        return FunctionList(functions=tuple(map(self._function, self._scf.deployments)))

    def _list_invocations(self, asked: Latest) -> InvocationList:
        """List the latest runs of functions, with their logs."""
        return InvocationList(invocations=tuple(map(InvocationSummary.of, asked.of(self._scf.invocations))))

    def _fire_timer(self, asked: TimerNamed) -> Accepted:
        """Fire a timer now, enabled or not."""
        try:
            return Accepted(request_id=self._scf.fire_timer(asked.name, function=asked.function))
        except (FunctionNotDeployedError, NoTimerError) as missing:
            raise CloudError(404, type(missing).__name__.removesuffix("Error"), str(missing)) from missing

    def _function(self, deployment: Deployment) -> FunctionSummary:
        function = deployment.function
        return FunctionSummary(
            key=function.spec.key,
            name=function.name,
            region=deployment.region,
            url=self._scf.function_url(function.name) if deployment.http_trigger else "",
            bucket_triggers=tuple(
                BucketTrigger(
                    bucket=each.bucket, event=each.event, prefix=each.prefix, suffix=each.suffix, enabled=each.enabled
                )
                for each in deployment.cos_triggers
            ),
            timers=tuple(
                Timer(name=each.name, argument=each.argument, enabled=each.enabled) for each in deployment.timers
            ),
        )
