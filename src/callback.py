"""Door 2: CI reports a finished job over HTTP -> the job's entry is written to the index.

The platform never retries an HTTP call, and what it answers for an exception is not documented, so every outcome
is an explicit answer; only what is stored is answered with 200.
"""

from typing import Any

from voice_separation import errors, gateway
from voice_separation.completion import Completed
from voice_separation.instance import Context, Invocation, this_instance, unconfigured_telemetry
from voice_separation.notifications import parse_notification, reported_bucket
from voice_separation.telemetry import Event

UNAUTHORIZED = gateway.answer(401, "unauthorized")  # one body for every cause
NO_CALLBACK = 405  # CI sends POST: browsers, scanners and `voicesep doctor` look here with GET


def main_handler(event: object, context: Context) -> dict[str, Any]:
    """Answer a TaskFinish notification (1045/49531): 200, 202, 400, 401, 404, 405, 413, 415, 422, 500 or 503."""
    telemetry = unconfigured_telemetry()
    try:
        call = this_instance().invocation(context)
        telemetry = call.telemetry
        call.tell(event)
        return _complete(event, call)
    except errors.CallbackRefused as error:
        told = {"error": type(error).__name__, "cause": error.cause, "reason": str(error)}
        log = telemetry.debug if error.status == NO_CALLBACK else telemetry.warning
        log(Event.CALLBACK_REFUSED, status=error.status, **told)
        return UNAUTHORIZED if error.status == UNAUTHORIZED["statusCode"] else gateway.answer(error.status, str(error))
    except errors.MalformedEvent as error:
        telemetry.error(Event.CALLBACK_REFUSED, status=400, error=type(error).__name__, reason=str(error))
        return gateway.answer(400, str(error))
    except errors.VoiceSeparationError as error:
        # What mends itself wakes nobody; what must be corrected, such as the role or a setting, does.
        log = telemetry.warning if isinstance(error, errors.Retryable) else telemetry.error
        log(Event.CALLBACK_FAILED, error=type(error).__name__, message=str(error))
        return gateway.answer(503, "try again later")
    except Exception as error:  # noqa: BLE001 - what the platform answers for an exception is not documented
        telemetry.error(Event.CALLBACK_FAILED, error=type(error).__name__, message="a fault of this app's own")
        return gateway.answer(500, "a fault of this app's own")


def _complete(event: object, call: Invocation) -> dict[str, Any]:
    request = gateway.read_request(event)
    request.check()
    grant = call.ring.verify(request.path, now=call.clock.now())
    if grant.upload_id is None and not call.settings.input_bucket:
        raise errors.InvalidSettings({"INPUT_BUCKET": "the static address needs it, or its user chose the bucket"})
    reported = parse_notification(request.content())
    bucket = reported_bucket(reported, name=call.settings.input_bucket, region=call.region)
    if not call.settings.verify_callbacks:
        call.telemetry.warning(Event.CALLBACKS_UNVERIFIED, reason="VERIFY_CALLBACKS is false: the sender is believed")
    if call.completion(bucket).complete_all(reported, grant) is Completed.STILL_RUNNING:
        return gateway.answer(202, "the job is still running")
    return gateway.answer(200, "stored")
