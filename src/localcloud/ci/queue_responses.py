"""The wire of queues, those of media processing and those of Smart Audio (1045/73366, 436/98454)."""

from starlette.requests import Request
from starlette.responses import Response

from localcloud.ci import times
from localcloud.ci.answers import answer_nodes, not_offered
from localcloud.ci.models import Ci
from localcloud.ci.nodes import Nodes, read_parameters
from localcloud.ci.queues import NotifyConfig, Queue, QueueCategory, QueueFilter, read_queue_update
from localcloud.hosts import CiHost


class QueueWire:
    """Answers what is asked of /queue or /asrqueue, each of which knows the queue of one category."""

    def __init__(self, ci: Ci, category: QueueCategory) -> None:
        self._ci = ci
        self._category = category

    async def handle(self, request: Request, host: CiHost, names: list[str]) -> Response:
        """Answer one request. Raises CloudError for every refusal."""
        if self._category == "Speeching":
            self._ci.smart_audio.require(host.bucket)  # the service comes with its queue (1045/73363)
        match request.method, names:
            case "GET", []:
                return self._list(request, host)
            case "PUT", [queue_id] if queue_id:
                update = read_queue_update(await request.body())
                queue = self._ci.update_queue(host.bucket, self._category, queue_id, update)
                return answer_nodes(request, {"Queue": _nodes(queue)})
            case _:
                raise not_offered(request)

    def _list(self, request: Request, host: CiHost) -> Response:
        wanted = read_parameters(QueueFilter, request.query_params)
        queue = self._ci.queue(host.bucket, self._category)
        page = wanted.page_of([queue] if wanted.admits(queue) else [])
        nodes = {**page.nodes(), "QueueList": [_nodes(queue) for queue in page.items]}
        nodes["NonExistPIDs"] = [queue_id for queue_id in wanted.queue_ids if queue_id != queue.queue_id]
        return answer_nodes(request, nodes)


def _nodes(queue: Queue) -> Nodes:
    return {
        "QueueId": queue.queue_id,
        "Name": queue.name,
        "State": queue.state,
        "NotifyConfig": _notify_config(queue.notify_config),
        "MaxSize": queue.max_size,
        "MaxConcurrent": queue.max_concurrent,
        "UpdateTime": times.written(queue.update_time),
        "CreateTime": times.written(queue.create_time),
        "Category": queue.category,
    }


def _notify_config(config: NotifyConfig) -> Nodes:
    nodes: Nodes = {
        "Url": config.url,
        "Event": config.event,
        "Type": config.type,
        "State": config.state,
        "ResultFormat": config.result_format,
    }
    if config.type == "TDMQ":
        nodes |= {"MqMode": config.mq_mode, "MqRegion": config.mq_region, "MqName": config.mq_name}
    if config.kafka_config:
        nodes["KafkaConfig"] = config.kafka_config.nodes()
    return nodes
