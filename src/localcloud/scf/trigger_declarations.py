"""The shapes of triggers in a serverless.yml as its author writes them (1154/129052, 1154/39271)."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from localcloud.scf.cron import Cron
from localcloud.scf.declarations import Declaration, OptionalText, Text, empty_for_nothing
from localcloud.scf.project import AuthType

CREATED = "cos:ObjectCreated:"
OBJECT_EVENTS = (
    "cos:ObjectCreated:*",
    "cos:ObjectCreated:Put",
    "cos:ObjectCreated:Post",
    "cos:ObjectCreated:Copy",
    "cos:ObjectCreated:CompleteMultipartUpload",
    "cos:ObjectCreated:Origin",
    "cos:ObjectCreated:Replication",
    "cos:ObjectRemove:*",
    "cos:ObjectRemove:Delete",
    "cos:ObjectRemove:DeleteMarkerCreated",
    "cos:ObjectRestore:Post",
    "cos:ObjectRestore:Completed",
)
"""What a bucket can notify of (583/9707)."""


def _known_event(event: str) -> str:
    if event not in OBJECT_EVENTS:
        raise ValueError(f"{event} is no event of COS; known are {', '.join(OBJECT_EVENTS)}")
    return event


def _begins_with_a_dot(suffix: str) -> str:
    if suffix and not suffix.startswith("."):
        raise ValueError(f"a suffix must begin with a dot; write .{suffix}")
    return suffix


def _cron(expression: object) -> Cron:
    return Cron.parse(str(expression))


class Filter(Declaration):
    """Which keys a COS trigger looks at (583/9707); a key must have both ends."""

    prefix: OptionalText = ""
    suffix: Annotated[OptionalText, AfterValidator(_begins_with_a_dot)] = ""


class CosParameters(Declaration):
    """Parameters of a `cos` trigger; without `enable: true` the vendor's tool creates it closed."""

    bucket: str
    events: Annotated[str, AfterValidator(_known_event)]
    filter: Filter = Filter()
    enable: bool = False
    qualifier: str = "$DEFAULT"


class NetConfig(Declaration):
    """From where a function URL can be reached; nothing said is nowhere."""

    enable_extranet: bool = Field(False, alias="enableExtranet")  # noqa: FBT003 - pydantic's default
    enable_intranet: bool = Field(False, alias="enableIntranet")  # noqa: FBT003 - pydantic's default


class HttpParameters(Declaration):
    """Parameters of an `http` trigger, a function URL (583/100227)."""

    name: str = "url-trigger"
    auth_type: AuthType = Field("NONE", alias="authType")
    net_config: NetConfig = Field(NetConfig(), alias="netConfig")
    enable: bool = True


class TimerParameters(Declaration):
    """Parameters of a `timer` trigger (583/9708)."""

    name: str = "timer"
    cron_expression: Annotated[Cron, BeforeValidator(_cron)] = Field(alias="cronExpression")
    argument: Annotated[Text, BeforeValidator(empty_for_nothing)] = ""
    enable: bool = False


class TriggerDeclaration(Declaration):
    """One trigger; its parameters depend on its type."""

    type: str
    function: str
    parameters: dict[str, object] = Field(default_factory=dict)
