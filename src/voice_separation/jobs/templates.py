"""VoiceSeparate templates of a bucket (436/120977): create, update, list."""

import re
from enum import Enum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from voice_separation.jobs.audio import VoiceSeparate
from voice_separation.jobs.detail import VoiceSeparateNode
from voice_separation.jobs.nodes import Many, Moment, Node, OrAbsent, Text
from voice_separation.jobs.paging import Page
from voice_separation.jobs.request import parameter_nodes, render_request
from voice_separation.jobs.ticket import TAG

_NAME = re.compile(r"[\u4e00-\u9fffA-Za-z0-9_*-]{1,64}")


class Category(str, Enum):
    """Whose template it is."""

    CUSTOM = "Custom"
    OFFICIAL = "Official"


def _name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError("a template's name has 1 to 64 Chinese characters, letters, digits, or _ - *")
    return value


class TemplateRequest(BaseModel):
    """A template to create, or to replace one with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, AfterValidator(_name)]
    parameters: VoiceSeparate

    def render(self) -> bytes:
        """Write the request; other than in a job, the parameters are direct children of `Request`."""
        return render_request({"Tag": TAG, "Name": self.name, **parameter_nodes(self.parameters)})


class Template(Node):
    """A template as CI tells it."""

    template_id: str
    name: Text = None
    tag: Text = None
    bucket_id: Text = None
    category: Text = None
    voice_separate: OrAbsent[VoiceSeparateNode] = None
    create_time: Moment = None
    update_time: Moment = None


class TemplateAnswer(Node):
    """The answer to creating and updating."""

    request_id: Text = None
    template: Template


class TemplatePage(Page):
    """One page of a list."""

    template_list: Many[Template] = ()
