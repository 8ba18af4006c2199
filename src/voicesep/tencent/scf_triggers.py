"""How SCF's API 2018-04-16 describes the triggers of a function."""

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic.alias_generators import to_pascal

from voice_separation.errors import VoiceSeparationError
from voicesep.tencent.client import ApiAnswer

_OPEN = (True, 1, "1", "OPEN", "Enable")


class FunctionUrlUntold(VoiceSeparationError):
    """A function has a URL, but SCF does not tell the address in `NetConfig.ExtranetUrl`."""

    advice = (
        "copy it from the page Function URL of the function in the console of SCF, and set CALLBACK_URL in .env;"
        " if only an intranet address is there, netConfig.enableExtranet: true is missing in serverless.yml"
    )

    def __init__(self, function: str) -> None:
        super().__init__(f"{function} has a function URL, but SCF does not tell its address: {self.advice}")


class Described(BaseModel):
    """A part of what a trigger is described by."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_pascal, populate_by_name=True)


class Filter(Described):
    """Which keys a COS trigger looks at."""

    prefix: str = ""
    suffix: str = ""


class NetConfig(Described):
    """From where a function URL can be reached, and its address."""

    enable_extranet: bool = False
    extranet_url: str = ""


class TriggerDescription(Described):
    """`TriggerDesc`, of whatever type of trigger; what another type has is empty.

    That the address of a function URL stands in `NetConfig.ExtranetUrl`, and a timer's expression in `cron`, is seen
    in programs of others and in a sample output, not in the API's documents: UNVERIFIED.
    """

    event: str = Field("", alias="event")
    filter: Filter = Field(Filter(), alias="filter")
    cron: str = Field("", alias="cron")
    auth_type: str = ""
    net_config: NetConfig = NetConfig()


class DeployedTrigger(ApiAnswer):
    """One trigger of a function."""

    trigger_name: str
    type: str
    trigger_desc: str = ""
    enable: bool = False
    custom_argument: str | None = None

    @field_validator("enable", mode="before")
    @classmethod
    def _is_open(cls, value: object) -> bool:
        return value in _OPEN

    @property
    def is_url(self) -> bool:
        """Whether it is the function's URL."""
        return self.type == "http"

    @property
    def described(self) -> TriggerDescription:
        """What it is described by; what cannot be read counts as not said, a bare text as a timer's expression."""
        try:
            return TriggerDescription.model_validate_json(self.trigger_desc)
        except ValidationError:
            return TriggerDescription(cron=self.trigger_desc if self.type == "timer" else "")
