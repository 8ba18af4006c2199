"""What stands in the log topic of SCF: a record for each line, with the fields of 583/9694."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from localcloud.scf.execution_environment import FUNCTION_VERSION
from localcloud.scf.invocation import InvocationRecord

RUNNING = "202"  # the status of lines that a function prints while it runs


@dataclass(frozen=True)
class LogRecord:
    """One record: when, and its fields, whose values are text."""

    at: datetime
    fields: Mapping[str, str] = field(repr=False)

    @property
    def milliseconds(self) -> int:
        """When, in Unix milliseconds."""
        return int(self.at.timestamp() * 1000)


def records_of(invocations: Iterable[InvocationRecord], namespaces: Mapping[str, str]) -> Iterator[LogRecord]:
    """Yield the records of all invocations, oldest first; `namespaces` by the name of their functions.

    A line that is a JSON object becomes fields of its own, by its first level. Every line has the time of the
    invocation's end, for nothing else is known of it here.
    """
    for invocation in invocations:
        result = invocation.result
        common = {
            "SCF_FunctionName": result.function_name,
            "SCF_Namespace": namespaces.get(result.function_name, "default"),
            "SCF_Qualifier": FUNCTION_VERSION,
            "SCF_RequestId": result.request_id,
            "SCF_RetryNum": str(invocation.retry_num),
        }
        for line in result.logs:
            yield LogRecord(invocation.at, {**common, **_said(line), "SCF_Type": "Custom", "SCF_StatusCode": RUNNING})
        report = {
            "SCF_Type": "Platform",
            "SCF_Level": "ERROR" if result.error else "INFO",
            "SCF_StatusCode": str(result.status_code),
            "SCF_Duration": str(round(result.duration * 1000)),
            "SCF_Message": result.error.message if result.error else f"Report RequestId:{result.request_id}",
        }
        yield LogRecord(invocation.at, {**common, **report})


def _said(line: str) -> dict[str, str]:
    try:
        told = json.loads(line)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        return {"SCF_Message": line}
    return {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for name, value in told.items()
    }
