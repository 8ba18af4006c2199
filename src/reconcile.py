"""Door 3: a timer -> what events and callbacks have lost is repaired, and the index is published.

One timer fires every minute, another once a day with the argument `audit` (the event's `Message`). SCF calls
`reconcile.main_handler` asynchronously; it raises when somebody has to correct something, after all work is done.
"""

from typing import Any

from voice_separation.bucket import Bucket
from voice_separation.errors import InvalidSettings, ReconciliationIncomplete, VoiceSeparationError
from voice_separation.instance import Context, Invocation, this_instance, unconfigured_telemetry
from voice_separation.telemetry import Event

MINUTE = 57.0  # seconds: the next run begins when this one has ended
TELLING = 10.0  # of these are kept for the receiver of notices, where there is one


def main_handler(event: object, context: Context) -> dict[str, Any]:
    """Do what is due (583/9708); return what was done.

    Raises InvalidSettings, ReconciliationIncomplete, TencentRefusal.
    """
    telemetry = unconfigured_telemetry()
    try:
        call = this_instance().invocation(context)
        telemetry = call.telemetry
        if call.settings.input_bucket is None:
            raise InvalidSettings({"INPUT_BUCKET": "reconcile needs it: there is no event to tell the bucket"})
        bucket = Bucket(call.settings.input_bucket, call.region)
        message = event.get("Message") if isinstance(event, dict) else None
        return call.audit(bucket).run().report() if message == "audit" else _reconcile(call, bucket)
    except VoiceSeparationError as error:
        telemetry.error(Event.INVOCATION_FAILED, error=type(error).__name__, message=str(error))
        raise


def _reconcile(call: Invocation, bucket: Bucket) -> dict[str, Any]:
    notices = call.within(MINUTE).notices(bucket)
    work = call.within(MINUTE - TELLING if notices else MINUTE)
    try:
        done = work.reconciliation(bucket).run()
    finally:  # what cannot be repaired now does not keep the rest from being published
        index = work.publication(bucket).publish()
        if notices:
            notices.send_due()
    if done.alarming:
        first = done.alarming[0].error
        raise ReconciliationIncomplete(f"{len(done.alarming)} uploads wait for a correction; first: {first}")
    return {**done.report(), "jobs": index.jobs}
