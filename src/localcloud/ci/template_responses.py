"""The wire of templates (API 436/120977, 1045/72988). That they need Smart Audio opened: 436/84510."""

from starlette.requests import Request
from starlette.responses import Response

from localcloud.ci import times
from localcloud.ci.answers import answer_nodes, not_offered
from localcloud.ci.models import Ci
from localcloud.ci.nodes import Nodes, read_parameters
from localcloud.ci.templates import Template, TemplateFilter, read_template_request
from localcloud.ci.voice_separate import TAG
from localcloud.hosts import CiHost


class TemplateWire:
    """Answers what is asked of /template."""

    def __init__(self, ci: Ci) -> None:
        self._ci = ci

    async def handle(self, request: Request, host: CiHost, names: list[str]) -> Response:
        """Answer one request. Raises CloudError for every refusal."""
        self._ci.smart_audio.require(host.bucket)
        match request.method, names:
            case "POST", []:
                template = self._ci.templates.create(host.bucket, read_template_request(await request.body()))
                return answer_nodes(request, {"Template": _nodes(template)})
            case "GET", []:
                return self._list(request, host)
            case "PUT", [template_id] if template_id:
                wanted = read_template_request(await request.body())
                template = self._ci.templates.update(host.bucket, template_id, wanted)
                return answer_nodes(request, {"Template": _nodes(template)})
            case "DELETE", [template_id] if template_id:
                self._ci.templates.delete(host.bucket, template_id)
                return answer_nodes(request, {"TemplateId": template_id})
            case _:
                raise not_offered(request)

    def _list(self, request: Request, host: CiHost) -> Response:
        wanted = read_parameters(TemplateFilter, request.query_params)
        page = self._ci.templates.page(host.bucket, wanted)
        nodes = {**page.nodes(), "TemplateList": [_nodes(template) for template in page.items]}
        if missing := self._ci.templates.missing(host.bucket, wanted.ids):
            nodes["NonExistTIDs"] = {"TemplateId": missing}
        return answer_nodes(request, nodes)


def _nodes(template: Template) -> Nodes:
    """Return the nodes in the order of the vendor's sample (1045/49916)."""
    return {
        "Tag": TAG,
        "TemplateId": template.template_id,
        "Name": template.name,
        "BucketId": template.bucket,
        "Category": template.category,
        "VoiceSeparate": template.voice_separate.nodes(),
        "CreateTime": times.written(template.create_time) if template.create_time else "",
        "UpdateTime": times.written(template.update_time) if template.update_time else "",
    }
