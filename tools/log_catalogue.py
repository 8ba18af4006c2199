"""Every line that the functions log: its levels, its fields, and what it means."""

from dataclasses import dataclass
from typing import Literal

from voice_separation.telemetry import Event, Level

IndexType = Literal["text", "long", "double"]
"""What CLS's key-value index takes a field for (614/39594)."""


@dataclass(frozen=True)
class LogLine:
    """One kind of line. Fields beside these are those of every line."""

    levels: tuple[Level, ...]
    fields: tuple[str, ...]
    meaning: str


DEBUG, INFO, WARNING, ERROR = (Level.DEBUG,), (Level.INFO,), (Level.WARNING,), (Level.ERROR,)
UPLOAD = ("bucket", "key", "upload_id")
REASON = ("error", "message")
NOTICE = ("job_id", "state", "attempt")

OF_EVERY_LINE = ("ts", "level", "event", "request_id", "function")

LINES: dict[Event, LogLine] = {
    Event.RECORD_RECEIVED: LogLine(
        DEBUG,
        ("records", "event_name", "raw_key", "url_path", "cos_request_id"),
        "one record of an event of COS, as `submit` was given it; see [live checks](live-checks.md)",
    ),
    Event.REQUEST_RECEIVED: LogLine(
        DEBUG,
        ("parts", "context_parts", "header_names", "base64_flag", "body_type", "body_length", "body_sha256"),
        "the event of a request, as `callback` was given it: names and lengths, no content",
    ),
    Event.REQUEST_SENT: LogLine(
        DEBUG,
        ("operation", "status", "duration_ms"),
        "a request to COS, CI or a receiver was answered; status 0: it was not",
    ),
    Event.UPLOAD_SKIPPED: LogLine(
        (*INFO, *WARNING, *ERROR),
        (*UPLOAD, "reason", "message"),
        "no upload to separate: filter, `ENABLED`, metadata, separated already; WARNING: the object is gone; ERROR: "
        "the record cannot be read",
    ),
    Event.UPLOAD_REFUSED: LogLine(
        (*WARNING, *ERROR),
        (*UPLOAD, "code", "reason"),
        "it cannot be separated, however often it is tried; noted in `refused/`. ERROR: CI has called its job "
        "invalid for three days",
    ),
    Event.UPLOAD_WAITING: LogLine(
        (*WARNING, *ERROR),
        (*UPLOAD, "code", "reason", "attempt"),
        "CI could not take it, or the audit has found it; it waits in `waiting/`. ERROR: until somebody corrects "
        "permissions, names or the service's state; or, told once, what makes CI call its job invalid",
    ),
    Event.UPLOAD_FAILED: LogLine(
        ERROR,
        (*UPLOAD, "document", *REASON),
        "nothing could be noted of it, in COS for the most part; SCF tries the event again, the audit finds the rest",
    ),
    Event.CLAIM_HELD: LogLine(
        INFO, (*UPLOAD, "reason"), "another invocation submits it, or it waits; nothing is to be done"
    ),
    Event.JOB_SUBMITTED: LogLine(
        INFO, (*UPLOAD, "job_id", "state", "size_bytes"), "the upload has its job, which is noted in `pending/`"
    ),
    Event.JOB_ADOPTED: LogLine(
        INFO, (*UPLOAD, "job_id", "state", "attempt"), "CI had a job for the upload already; none was submitted"
    ),
    Event.JOB_DUPLICATE: LogLine(
        (*WARNING, *ERROR),
        (*UPLOAD, "job_id", "cancelled", "message"),
        "a second job for one upload, cancelled; ERROR: it could not be, and is billed",
    ),
    Event.JOB_LOST: LogLine(
        ERROR, ("job_id", "key", "upload_id"), "CI no longer knows a noted job; the upload is in `refused/`"
    ),
    Event.JOB_RUNNING: LogLine(INFO, ("job_id", "state", "upload_id"), "a reported or overdue job has not ended"),
    Event.CALLBACK_REFUSED: LogLine(
        (*DEBUG, *WARNING, *ERROR),
        ("status", "error", "cause", "reason"),
        "the answer was 4xx and not all of the message was stored; DEBUG: it was no POST (405); ERROR: what came was "
        "no HTTP event",
    ),
    Event.CALLBACK_FAILED: LogLine(
        (*WARNING, *ERROR),
        REASON,
        "the answer was 503, and `reconcile` finishes the job; ERROR: a setting or permission has to be corrected, or "
        "the app itself (500)",
    ),
    Event.CALLBACKS_UNVERIFIED: LogLine(WARNING, ("reason",), "`VERIFY_CALLBACKS` is `false`: the sender was believed"),
    Event.JOB_REFUSED: LogLine(
        WARNING, ("job_id", "error", "cause", "reason"), "one job of a message was not stored, see `callback.refused`"
    ),
    Event.RING_READ: LogLine(INFO, ("setting", "secrets"), "the secrets of a setting were read from Secrets Manager"),
    Event.RING_STALE: LogLine(
        WARNING, ("setting", "read_at", "message"), "they could not be read again; the old ones are used for an hour"
    ),
    Event.ENTRY_STORED: LogLine(
        INFO,
        ("key", "upload_id", "job_id", "state", "code", "outputs"),
        "a job has ended, `state` says how; its entry is in the index",
    ),
    Event.NOTICE_TAKEN: LogLine(INFO, NOTICE, "the receiver was told of a finished job, and has taken it"),
    Event.NOTICE_DELAYED: LogLine(
        WARNING,
        (*NOTICE, "reason"),
        "the receiver has not taken it; `reconcile` tells it again, see [being told](webhook.md)",
    ),
    Event.NOTICE_UNDELIVERED: LogLine(
        ERROR,
        (*NOTICE, "reason"),
        "the receiver was told in vain for three days, or wants no more (410); it lies in `undelivered/`",
    ),
    Event.DOCUMENT_UNREADABLE: LogLine(
        ERROR, ("document",), "a note of the index is damaged, or gone since it was listed; it was removed"
    ),
    Event.INDEX_PUBLISHED: LogLine(INFO, ("jobs", "segments"), "`index.json` was written"),
    Event.RECONCILED: LogLine(
        INFO,
        ("submitted", "waiting", "finished", "still_open", "oldest_open_s"),
        "a run of `reconcile`, every minute: what it did, and what is left",
    ),
    Event.AUDITED: LogLine(
        INFO, ("unclaimed", "dead", "earlier", "complete"), "the daily audit, and how many it has found"
    ),
    Event.INVOCATION_FAILED: LogLine(
        ERROR, REASON, "`submit` or `reconcile` ended red, after all it could do; SCF tries twice more"
    ),
}

FIELDS: dict[str, tuple[IndexType, str]] = {
    "ts": ("text", "when, RFC 3339, UTC; in every line"),
    "level": ("text", "`DEBUG`, `INFO`, `WARNING`, `ERROR`; in every line"),
    "event": ("text", "the first column above; in every line"),
    "request_id": ("text", "SCF's request; in every line, unless the settings are wrong"),
    "function": ("text", "the function's full name; in every line, unless the settings are wrong"),
    "bucket": ("text", "of the upload"),
    "key": ("text", "of the upload"),
    "upload_id": ("text", "names one content of one object, see [index](index-format.md)"),
    "job_id": ("text", "CI's"),
    "state": ("text", "of the job, CI's word"),
    "code": ("text", "the vendor's; in `upload.waiting` also `Unclaimed`, `DeadClaim`"),
    "reason": ("text", "why, in words"),
    "message": ("text", "why, in words, with what to do next"),
    "error": ("text", "the kind of error, one of `errors.py`"),
    "cause": ("text", "which of several causes, see [security](security.md#capability)"),
    "document": ("text", "a key of the index"),
    "operation": ("text", "what was asked for"),
    "setting": ("text", "`CALLBACK_SECRETS`, `WEBHOOK_SECRETS`"),
    "read_at": ("text", "when the secrets were last read"),
    "event_name": ("text", "COS's"),
    "raw_key": ("text", "`cosObject.key`, not decoded"),
    "url_path": ("text", "the path of `cosObject.url`, not decoded"),
    "cos_request_id": ("text", "of the request that wrote the object"),
    "parts": ("text", "the event's names"),
    "context_parts": ("text", "the names in its `requestContext`"),
    "header_names": ("text", "as they are spelt in it"),
    "base64_flag": ("text", "its `isBase64Encoded`; `absent`"),
    "body_type": ("text", "the body's, Python's word"),
    "body_sha256": ("text", "16 digits of its SHA-256"),
    "cancelled": ("text", "`true`, `false`"),
    "complete": ("text", "`true`; `false`: the audit's time did not suffice, or `ENABLED` is `false`"),
    "status": ("long", "HTTP: of the answer given, or received"),
    "duration_ms": ("double", "of one request"),
    "attempt": ("long", "the number of the claim, or of the try to tell the receiver; 1 first"),
    "size_bytes": ("long", "of the object"),
    "records": ("long", "how many the event has"),
    "body_length": ("long", "in characters"),
    "outputs": ("long", "how many stems"),
    "secrets": ("long", "how many"),
    "jobs": ("long", "entries that the index counts"),
    "segments": ("long", "hours that the index lists"),
    "submitted": ("long", "uploads out of the waiting room"),
    "waiting": ("long", "uploads that are left in it"),
    "finished": ("long", "jobs whose callback never came, now stored"),
    "still_open": ("long", "overdue jobs that have not ended, of those that were asked for"),
    "oldest_open_s": ("long", "how long the oldest job is noted in `pending/`; seconds, exact to the hour"),
    "unclaimed": ("long", "uploads whose event never came"),
    "dead": ("long", "uploads whose claim led to no job"),
    "earlier": ("long", "uploads from before the app began, left to `voicesep backfill`"),
}
