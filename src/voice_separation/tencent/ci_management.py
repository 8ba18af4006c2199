"""What people manage in CI besides jobs: templates, queues and the Smart Audio service. The functions need none of it.

Sources: 436/120977, 436/85009 (templates), 460/46234, 436/98454 (queues), 1045/73364 (Smart Audio).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import TypeVar

from voice_separation.bucket import Bucket
from voice_separation.jobs.nodes import Node
from voice_separation.jobs.paging import Page
from voice_separation.jobs.queues import Queue, QueueKind, QueuePage, SmartAudioBucket, SmartAudioBuckets
from voice_separation.jobs.response import parse_answer
from voice_separation.jobs.templates import Category, Template, TemplateAnswer, TemplatePage, TemplateRequest
from voice_separation.jobs.ticket import TAG
from voice_separation.tencent.transport import Request, Session

PAGE_SIZE = 100
_XML = {"Content-Type": "application/xml"}

T = TypeVar("T")
NodeT = TypeVar("NodeT", bound=Node)
PageT = TypeVar("PageT", bound=Page)


@dataclass(frozen=True)
class CiManagement:
    """CI's management API; `endpoint` is where to connect instead of the public hosts."""

    session: Session
    endpoint: str | None = None

    def create_template(self, bucket: Bucket, template: TemplateRequest) -> Template:
        """Create a template; its name must be new in the bucket. It is sent once: a repetition could make two."""
        request = self._request("CreateMediaTemplate", "POST", bucket.ci_host, "/template", target=template.name)
        request = replace(request, headers=_XML, body=template.render(), repeatable=False)
        return self._ask(request, TemplateAnswer).template

    def update_template(self, bucket: Bucket, template_id: str, template: TemplateRequest) -> Template:
        """Replace what a template says."""
        path = f"/template/{template_id}"
        request = self._request("UpdateMediaTemplate", "PUT", bucket.ci_host, path, target=template_id)
        return self._ask(replace(request, headers=_XML, body=template.render()), TemplateAnswer).template

    def list_templates(
        self, bucket: Bucket, *, category: Category = Category.CUSTOM, ids: tuple[str, ...] = (), name: str = ""
    ) -> Iterator[Template]:
        """Yield the VoiceSeparate templates of a bucket; `name` is a prefix."""
        request = self._request("DescribeMediaTemplates", "GET", bucket.ci_host, "/template", target=bucket.name)
        wanted = {"tag": TAG, "category": category.value, "ids": ",".join(ids), "name": name}
        yield from self._pages(replace(request, params=_present(wanted)), TemplatePage, lambda page: page.template_list)

    def get_template(self, bucket: Bucket, template_id: str) -> Template | None:
        """Return one template, None when the bucket has none of that id."""
        return next(self.list_templates(bucket, ids=(template_id,)), None)

    def delete_template(self, bucket: Bucket, template_id: str) -> None:
        """Delete a template; jobs that use it already go on."""
        path = f"/template/{template_id}"
        self.session.send(self._request("DeleteMediaTemplate", "DELETE", bucket.ci_host, path, target=template_id))

    def list_queues(
        self, bucket: Bucket, kind: QueueKind, *, state: str = "", ids: tuple[str, ...] = ()
    ) -> Iterator[Queue]:
        """Yield the queues of one family; `state` is `Active` or `Paused`, nothing for both."""
        operation = "DescribeMediaQueues" if kind is QueueKind.MEDIA else "DescribeAsrQueues"
        request = self._request(operation, "GET", bucket.ci_host, kind.value, target=bucket.name)
        wanted = {"state": state, "queueIds": ",".join(ids)}
        yield from self._pages(replace(request, params=_present(wanted)), QueuePage, lambda page: page.queue_list)

    def smart_audio_buckets(self, region: str, names: tuple[str, ...] = ()) -> tuple[SmartAudioBucket, ...]:
        """Return which buckets of a region have Smart Audio enabled, of those named or of all (at most 100)."""
        host = f"ci.{region}.myqcloud.com"
        request = self._request("DescribeAsrBuckets", "GET", host, "/asrbucket", target=region)
        wanted = {"regions": region, "bucketNames": ",".join(names), "pageNumber": "1", "pageSize": str(PAGE_SIZE)}
        return self._ask(replace(request, params=_present(wanted)), SmartAudioBuckets).asr_bucket_list

    def _pages(self, request: Request, model: type[PageT], rows: Callable[[PageT], tuple[T, ...]]) -> Iterator[T]:
        """Yield the rows of a list, page by page up to the last that its total tells of."""
        for number in count(1):
            place = {"pageNumber": str(number), "pageSize": str(PAGE_SIZE)}
            page = self._ask(replace(request, params={**request.params, **place}), model)
            found = rows(page)
            yield from found
            if not found or page.total_count is None or number * PAGE_SIZE >= page.total_count:
                return

    def _request(self, operation: str, method: str, host: str, path: str, *, target: str) -> Request:
        return Request(operation, target, method, host, path, service="ci", endpoint=self.endpoint)

    def _ask(self, request: Request, model: type[NodeT]) -> NodeT:
        return self.session.ask(request, partial(parse_answer, model))


def _present(params: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in params.items() if value}
