"""What can go wrong, named after the state; every message says what, to which object, and what to do next."""


class VoiceSeparationError(Exception):
    """The root of this product's errors."""


class InvalidSettings(VoiceSeparationError):
    """The environment of the function does not make sense; `problems` maps each bad variable to the reason."""

    def __init__(self, problems: dict[str, str]) -> None:
        self.problems = problems
        lines = "; ".join(f"{name}: {reason}" for name, reason in sorted(problems.items()))
        super().__init__(f"{len(problems)} setting(s) to correct in the function's environment – {lines}")


class MalformedEvent(VoiceSeparationError):
    """The platform, or a person with `invoke`, sent something that is not the event this door is for."""


class InvalidOptions(VoiceSeparationError):
    """The metadata of an object asks for something that there is not."""


class CannotBeSeparated(VoiceSeparationError):
    """An object that needs no question to CI to know that it is refused."""


class ClaimHeld(VoiceSeparationError):
    """Another invocation has claimed this upload and submits it; nothing is to be done here."""


class ClaimUnconfirmed(VoiceSeparationError):
    """Nobody can tell whether a claim of ours has stayed, or whether an earlier one led to a job; the upload waits."""


class UploadFinished(VoiceSeparationError):
    """An upload has its entry already, however old; to separate the same content again, `voicesep retry` it."""


class CallbackRefused(VoiceSeparationError):
    """A callback of which nothing, or not all, is stored; `status` is the answer.

    `cause` is a word for the log, to count by, where an error has several; the sender of a 401 is told none.
    """

    status: int
    cause: str | None = None


class CapabilityRefused(CallbackRefused):
    """The path of a callback is not a capability that this ring signed, or it has expired."""

    status = 401
    cause: str

    def __init__(self, cause: str) -> None:
        self.cause = cause
        super().__init__(f"the callback address is not valid here: {cause}")


class RequestRefused(CallbackRefused):
    """An HTTP request that cannot be a notification; `status` is the answer (405, 413, 415, …)."""

    def __init__(self, status: int, reason: str) -> None:
        self.status = status
        super().__init__(reason)


class NotificationError(CallbackRefused):
    """A message that reports no job of ours."""

    status = 400


class NotificationMalformed(NotificationError):
    """A body that is not well-formed XML or JSON, or has no job in it."""


class NotificationUnsupported(NotificationError):
    """A well-formed message about something else than a finished VoiceSeparate job."""

    status = 422


class JobUnknown(NotificationError):
    """CI does not know the job that a notification names."""

    status = 404


class JobContradicts(CallbackRefused):
    """What CI says of a job does not fit the bucket, the capability or the message under which it was reported."""

    status = 401
    cause: str

    def __init__(self, cause: str, reason: str) -> None:
        self.cause = cause
        super().__init__(reason)


class SubmissionIncomplete(VoiceSeparationError):
    """Some uploads of an event could not be submitted; raised after all were tried, so that SCF retries."""


class ReconciliationIncomplete(VoiceSeparationError):
    """Uploads wait for somebody to correct something; raised after all other work, so that the platform shows red."""


class NothingToRebuild(VoiceSeparationError):
    """There is no entry below the prefix, so a rebuild would only remove what is there."""


class NothingKnown(VoiceSeparationError):
    """Neither the bucket, nor the index, nor CI knows what somebody asks for."""


class NothingToCancel(VoiceSeparationError):
    """What somebody wants cancelled is not under way."""


class NoticeNotTaken(VoiceSeparationError):
    """The receiver of notices has not taken one, this time; the message names neither it nor its address."""


class NoticeUnwanted(NoticeNotTaken):
    """The receiver of notices says that it never wants to be told of it again (410)."""


class TencentRefusal(VoiceSeparationError):
    """COS, CI or Secrets Manager did not do what was asked.

    `operation` and `target` say what was asked of which object; `status`, `code`, `reason` and
    `request_id` are the vendor's (status 0: there was no answer).
    """

    advice = "look up the code in the vendor's error list"

    def __init__(
        self, operation: str, target: str, *, status: int, code: str, reason: str, request_id: str = ""
    ) -> None:
        self.operation, self.target = operation, target
        self.status, self.code, self.reason, self.request_id = status, code, reason, request_id
        answered = f"{status} {code}: {reason}" if status else f"{code}: {reason}"
        traced = f" (request {request_id})" if request_id else ""
        super().__init__(f"{operation} {target} – {answered}{traced}; {self.advice}")


class Retryable(TencentRefusal):
    """Not now: the same request may succeed later."""

    advice = "try again later"


class Unreachable(Retryable):
    """No answer came, so it is not known whether the request was carried out."""

    advice = "whether it was carried out is not known; check the network and the endpoint if it lasts"


class NoTimeLeft(Retryable):
    """The request was not sent: too little of the invocation's time is left for it."""

    advice = "it is tried again; give the function more time if it lasts"


class Unavailable(Retryable):
    """The service answered that it failed (5xx)."""


class Throttled(Retryable):
    """Too many requests (429 SlowDown)."""

    advice = "it is tried again later; submit fewer at once if it lasts"


class QueueSaturated(Retryable):
    """CI's queue holds as many jobs as it may (403)."""

    advice = "it is tried again when jobs have left the queue"


class QueuePaused(Retryable):
    """CI's queue is paused (403)."""

    advice = "set the queue to Active in the CI console"


class InputRefused(TencentRefusal):
    """The object cannot be separated, however often it is tried."""

    advice = "correct the object and upload it again"


class ObjectNotFound(InputRefused):
    """There is no such object."""

    advice = "the object was deleted or never there; upload it again"


class Misconfigured(TencentRefusal):
    """Permissions, names or service state are wrong: nothing will work until somebody corrects them."""

    advice = "check the function's role, the bucket names and that CI and Smart Audio are enabled"


class JobInvalid(TencentRefusal):
    """CI does not take a job as it is asked for, and names neither the object nor a permission as the reason.

    It may be the key or the options of this one upload, or a setting of all jobs.
    """

    advice = "check the upload's key and options, and what the settings ask of every job"


class SecretRefused(Misconfigured):
    """Secrets Manager gives no ring, and will not until somebody corrects name, region, permission or content."""

    advice = "check the setting that names it, its text and region, and that the role allows ssm:GetSecretValue"


class AlreadyExists(TencentRefusal):
    """A put-if-absent found an object under its key (409 FileAlreadyExists)."""

    advice = "read the object that is there"
