"""Door 1: an object was created in COS -> a VoiceSeparate job is submitted.

SCF calls `submit.main_handler` asynchronously and retries it only when it raises, so it raises whenever an upload
was not dealt with, after all uploads of the event were tried.
"""

from typing import Any

from voice_separation.cos_events import read_event
from voice_separation.errors import VoiceSeparationError
from voice_separation.instance import Context, this_instance, unconfigured_telemetry
from voice_separation.submission import Submission
from voice_separation.telemetry import Event


def main_handler(event: object, context: Context) -> dict[str, Any]:
    """Submit every upload of a COS event (583/9707); return what became of each record.

    Raises MalformedEvent, InvalidSettings, SubmissionIncomplete.
    """
    telemetry = unconfigured_telemetry()
    try:
        call = this_instance().invocation(context)
        telemetry = call.telemetry
        call.tell(event)
        records = read_event(event, default_region=call.region)
        submission = Submission(call.settings, call.cos, call.submitter, telemetry)
        outcomes = submission.submit_all(records)
    except VoiceSeparationError as error:
        telemetry.error(Event.INVOCATION_FAILED, error=type(error).__name__, message=str(error))
        raise
    return {"records": [outcome.report() for outcome in outcomes]}
