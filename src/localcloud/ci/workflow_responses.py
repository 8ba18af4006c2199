"""The wire of workflows: made, changed, started and asked for."""

from starlette.requests import Request
from starlette.responses import Response

from localcloud.ci.answers import answer_nodes, not_offered
from localcloud.ci.executions import ExecutionFilter
from localcloud.ci.models import Ci
from localcloud.ci.nodes import invalid_argument, read_parameters
from localcloud.ci.workflow_rendering import execution_nodes, listed_execution_nodes, workflow_nodes
from localcloud.ci.workflows import WorkflowFilter, read_workflow_request
from localcloud.hosts import CiHost


class WorkflowWire:
    """Answers what is asked of /workflow (460/76856, 460/76857, 460/76860, 460/76861)."""

    def __init__(self, ci: Ci) -> None:
        self._ci = ci

    async def handle(self, request: Request, host: CiHost, names: list[str]) -> Response:
        """Answer one request. Raises CloudError for every refusal."""
        workflows, bucket = self._ci.workflows, host.bucket
        match request.method, names:
            case "POST", []:
                wanted = self._ci.check_workflow(bucket, read_workflow_request(await request.body()))
                return answer_nodes(request, {"MediaWorkflow": workflow_nodes(workflows.create(bucket, wanted))})
            case "GET", []:
                return self._list(request, host)
            case "PUT", [workflow_id] if workflow_id and "active" in request.query_params:
                workflow = workflows.set_state(bucket, workflow_id, "Active")
            case "PUT", [workflow_id] if workflow_id and "paused" in request.query_params:
                workflow = workflows.set_state(bucket, workflow_id, "Paused")
            case "PUT", [workflow_id] if workflow_id:
                wanted = self._ci.check_workflow(bucket, read_workflow_request(await request.body()))
                workflow = workflows.update(bucket, workflow_id, wanted)
            case "DELETE", [workflow_id] if workflow_id:
                workflows.delete(bucket, workflow_id)
                return answer_nodes(request, {"WorkflowId": workflow_id})
            case _:
                raise not_offered(request)
        return answer_nodes(request, {"MediaWorkflow": workflow_nodes(workflow)})

    def _list(self, request: Request, host: CiHost) -> Response:
        wanted = read_parameters(WorkflowFilter, request.query_params)
        page = self._ci.workflows.page(host.bucket, wanted)
        nodes = {**page.nodes(), "MediaWorkflowList": [workflow_nodes(workflow) for workflow in page.items]}
        nodes["NonExistIDs"] = self._ci.workflows.missing(host.bucket, wanted.ids)
        return answer_nodes(request, nodes)


class TriggerWire:
    """Answers what is asked of /triggerworkflow (460/76864)."""

    def __init__(self, ci: Ci) -> None:
        self._ci = ci

    async def handle(self, request: Request, host: CiHost, names: list[str]) -> Response:
        """Answer one request. Raises CloudError for every refusal."""
        if (request.method, names) != ("POST", []):
            raise not_offered(request)
        workflow_id, key = (request.query_params.get(name, "") for name in ("workflowId", "object"))
        if not (workflow_id and key):
            raise invalid_argument("workflowId or object is missing. Name the workflow and the object to run it with.")
        execution = self._ci.workflow_runs.trigger(host.bucket, host.region, workflow_id, key)
        return answer_nodes(request, {"InstanceId": execution.run_id})


class ExecutionWire:
    """Answers what is asked of /workflowexecution (460/80044, 460/80050)."""

    def __init__(self, ci: Ci) -> None:
        self._ci = ci

    async def handle(self, request: Request, host: CiHost, names: list[str]) -> Response:
        """Answer one request. Raises CloudError for every refusal."""
        match request.method, names:
            case "GET", []:
                page = self._ci.workflow_runs.list(host.bucket, read_parameters(ExecutionFilter, request.query_params))
                listed = [listed_execution_nodes(execution) for execution in page.executions]
                return answer_nodes(request, {"WorkflowExecutionList": listed, "NextToken": page.next_token})
            case "GET", [run_id] if run_id:
                execution = self._ci.workflow_runs.get(host.bucket, run_id)
                return answer_nodes(request, {"WorkflowExecution": execution_nodes(execution)})
            case _:
                raise not_offered(request)
