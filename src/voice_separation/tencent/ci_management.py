"""What people manage in CI besides jobs: templates, queues and the Smart Audio service. The functions need none of it.

Sources: 436/120977, 436/85009 (templates), 460/46234, 436/98454 (queues), 1045/73363, 1045/73364 (Smart Audio).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from voice_separation.bucket import Bucket
from voice_separation.errors import Unavailable
from voice_separation.jobs.nodes import Node
from voice_separation.jobs.queues import (
    Queue,
    QueueKind,
    QueuePage,
    SmartAudioBucket,
    SmartAudioBuckets,
    SmartAudioOpened,
)
from voice_separation.jobs.response import MalformedAnswer, parse_answer
from voice_separation.jobs.templates import Category, Template, TemplateAnswer, TemplatePage, TemplateRequest
from voice_separation.jobs.ticket import TAG
from voice_separation.tencent.transport import Request, Session

PAGE_SIZE = 100
_XML = {"Content-Type": "application/xml"}

NodeT = TypeVar("NodeT", bound=Node)


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
        yield from self._templates(replace(request, params={key: value for key, value in wanted.items() if value}))

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
        yield from self._queues(replace(request, params={key: value for key, value in wanted.items() if value}))

    def open_smart_audio(self, bucket: Bucket) -> SmartAudioBucket:
        """Enable Smart Audio, which VoiceSeparate belongs to, for a bucket; it also makes the bucket's queue."""
        request = self._request("CreateAsrBucket", "POST", bucket.ci_host, "/asrbucket", target=bucket.name)
        return self._ask(request, SmartAudioOpened).asr_bucket

    def smart_audio_buckets(self, region: str, names: tuple[str, ...] = ()) -> tuple[SmartAudioBucket, ...]:
        """Return which buckets of a region have Smart Audio enabled, of those named or of all (at most 100)."""
        host = f"ci.{region}.myqcloud.com"
        request = self._request("DescribeAsrBuckets", "GET", host, "/asrbucket", target=region)
        wanted = {"regions": region, "bucketNames": ",".join(names), "pageNumber": "1", "pageSize": str(PAGE_SIZE)}
        params = {key: value for key, value in wanted.items() if value}
        return self._ask(replace(request, params=params), SmartAudioBuckets).asr_bucket_list

    def _templates(self, request: Request) -> Iterator[Template]:
        for number in _numbers():
            page = self._ask(_page(request, number), TemplatePage)
            yield from page.template_list
            if _was_last(page.total_count, number, len(page.template_list)):
                return

    def _queues(self, request: Request) -> Iterator[Queue]:
        for number in _numbers():
            page = self._ask(_page(request, number), QueuePage)
            yield from page.queue_list
            if _was_last(page.total_count, number, len(page.queue_list)):
                return

    def _request(self, operation: str, method: str, host: str, path: str, *, target: str) -> Request:
        return Request(operation, target, method, host, path, service="ci", endpoint=self.endpoint)

    def _ask(self, request: Request, model: type[NodeT]) -> NodeT:
        answer = self.session.send(request)
        try:
            return parse_answer(model, answer.body)
        except MalformedAnswer as error:
            raise Unavailable(
                request.operation, request.target, status=answer.status, code="MalformedAnswer", reason=str(error)
            ) from error


def _numbers() -> Iterator[int]:
    number = 0
    while True:
        number += 1
        yield number


def _page(request: Request, number: int) -> Request:
    return replace(request, params={**request.params, "pageNumber": str(number), "pageSize": str(PAGE_SIZE)})


def _was_last(total: float | None, number: int, rows: int) -> bool:
    return rows == 0 or total is None or number * PAGE_SIZE >= total
