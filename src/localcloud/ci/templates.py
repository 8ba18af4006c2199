"""Templates: parameters under a name, that belong to a bucket (API 436/120977, 1045/72988)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import Field

from localcloud.ci.nodes import Node, Texts, read_node, read_request
from localcloud.ci.pages import PageParameters
from localcloud.ci.voice_separate import TAG, VoiceSeparate, require_tag

TemplateCategory = Literal["Custom", "Official"]
_ANY_TAG = "All"


@dataclass(frozen=True)
class Template:
    """Parameters for jobs to refer to. Without a bucket it is every bucket's, as the vendor's official ones are."""

    template_id: str
    name: str
    voice_separate: VoiceSeparate
    bucket: str = ""
    create_time: datetime | None = None
    update_time: datetime | None = None

    @property
    def category(self) -> TemplateCategory:
        """Whose it is."""
        return "Custom" if self.bucket else "Official"


@dataclass(frozen=True)
class TemplateRequest:
    """What a template is to be."""

    name: str
    voice_separate: VoiceSeparate


class _Named(Node):
    name: str = Field(min_length=1, max_length=64, pattern="^[\u4e00-\u9fffA-Za-z0-9_*-]*$")


class TemplateFilter(PageParameters):
    """Which templates are asked for; `name` is how theirs begin."""

    tag: str = _ANY_TAG
    category: TemplateCategory = "Custom"
    ids: Texts = ()
    name: str = ""

    def admits(self, template: Template) -> bool:
        """Whether it is asked for."""
        return (
            self.tag in (_ANY_TAG, TAG)
            and self.category == template.category
            and (not self.ids or template.template_id in self.ids)
            and template.name.startswith(self.name)
        )


def read_template_request(body: bytes) -> TemplateRequest:
    """Return the request; AudioMode and AudioConfig lie directly below Request, unlike those of a job.

    Raises CloudError 400 MissingContent, InvalidContent or InvalidArgument.
    """
    children = read_request(body)
    require_tag(children)
    return TemplateRequest(read_node(_Named, children).name, read_node(VoiceSeparate, children))
