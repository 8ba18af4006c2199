"""Events that SCF gave up on, as it hands them to the dead letter queue of their function (583/51666)."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from localcloud.account import Account
from localcloud.scf.event_queue import QueuedEvent
from localcloud.scf.invocation import FunctionError
from localcloud.scf.project import DeadLetterQueue, FunctionSpec

_BEIJING = timezone(timedelta(hours=8))
_ERROR_CODE = -1  # in the one example of the document, whose function raised; whether others differ is UNVERIFIED


@dataclass(frozen=True)
class DeadLetter:
    """A message for `queue`: the local cloud has no queues, so it keeps it."""

    queue: DeadLetterQueue
    message: dict[str, Any]


def dead_letter(
    queue: DeadLetterQueue,
    queued: QueuedEvent,
    error: FunctionError,
    *,
    function: FunctionSpec,
    account: Account,
    at: datetime,
) -> DeadLetter:
    """Return the message of an event that is given up `at` this time, because of `error`.

    `InvocationType` is RequestResponse in the document's example, although its event came from a timer.
    """
    message = {
        "RequestId": queued.request_id,
        "ErrorCode": _ERROR_CODE,
        "ErrorMessage": error.stack_trace or error.message,
        "Body": {
            "AppId": int(account.appid),
            "Uin": account.uin,
            "SubAccountUin": account.uin,
            "RequestSource": queued.source.name,
            "FunctionName": function.name,
            "Namespace": function.namespace,
            "Qualifier": queued.source.qualifier,
            "InvocationType": "RequestResponse",
            "ClientContext": json.dumps(queued.event, ensure_ascii=False, separators=(",", ":")),
            "LogType": "",
            "TimeStampForInvoker": str(int(queued.came_at.timestamp() * 1000)),
            "RequestId": queued.request_id,
            "PushTime": at.astimezone(_BEIJING).isoformat(timespec="microseconds"),
            "RetryNum": queued.retry_num,
            "Ttl": 0,
        },
    }
    return DeadLetter(queue, message)
