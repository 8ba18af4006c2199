"""What requests to CI are to CAM: their actions and resources (1045/72914, 1045/74763)."""

from collections.abc import Mapping

from localcloud.account import Account
from localcloud.cam.access import EVERYTHING, Access
from localcloud.hosts import CiHost, CiRegionHost

# By resource and method; of one thing by its id, or of all and new ones. The page of each job, template, queue
# and workflow operation names its action, but for those of /queue, /mediabucket, DELETE /template, DELETE /workflow and
# /triggerworkflow, which are named by analogy.
ONE_ACTIONS: Mapping[tuple[str, str], str] = {
    ("jobs", "GET"): "ci:DescribeMediaJob",
    ("jobs", "PUT"): "ci:CancelMediaJob",
    ("template", "PUT"): "ci:UpdateMediaTemplate",
    ("template", "DELETE"): "ci:DeleteMediaTemplate",
    ("queue", "PUT"): "ci:UpdateMediaQueue",
    ("asrqueue", "PUT"): "ci:UpdateAsrQueue",
    ("workflow", "PUT"): "ci:UpdateMediaWorkflow",
    ("workflow", "DELETE"): "ci:DeleteMediaWorkflow",
    ("workflowexecution", "GET"): "ci:DescribeMediaWorkflowExecutions",
}
ALL_ACTIONS: Mapping[tuple[str, str], str] = {
    ("jobs", "POST"): "ci:CreateMediaJobs",
    ("jobs", "GET"): "ci:DescribeMediaJobs",
    ("template", "POST"): "ci:CreateMediaTemplate",
    ("template", "GET"): "ci:DescribeMediaTemplates",
    ("queue", "GET"): "ci:DescribeMediaQueues",
    ("asrqueue", "GET"): "ci:DescribeAsrQueues",
    ("asrbucket", "POST"): "ci:CreateAsrBucket",
    ("asrbucket", "GET"): "ci:DescribeAsrBuckets",
    ("asrbucket", "DELETE"): "ci:DeleteAsrBucket",
    ("mediabucket", "POST"): "ci:CreateMediaBucket",
    ("mediabucket", "GET"): "ci:DescribeMediaBuckets",
    ("mediabucket", "DELETE"): "ci:DeleteMediaBucket",
    ("workflow", "POST"): "ci:CreateMediaWorkflow",
    ("workflow", "GET"): "ci:DescribeMediaWorkflows",
    ("workflowexecution", "GET"): "ci:DescribeMediaWorkflowExecutions",
    ("triggerworkflow", "POST"): "ci:TriggerMediaWorkflow",
}
PASS_ROLE = "cam:PassRole"  # noqa: S105 - an action, no password
CI_ROLE = "CI_QCSRole"


def accesses_of(method: str, host: CiHost | CiRegionHost, path: str, owner: Account) -> tuple[Access, ...]:
    """Return what a request does; nothing for an operation that is not offered here.

    Submitting a job also passes CI the role that it reads and writes COS with (1045/72943). Whether a path below the
    bucket restricts a job's input or output is UNVERIFIED, so the resource is the bucket as a whole.
    """
    _, resource, *names = path.split("/")
    action = (ONE_ACTIONS if any(names) else ALL_ACTIONS).get((resource.lower(), method))
    if action is None:
        return ()
    if isinstance(host, CiRegionHost):
        return (Access(action, EVERYTHING),)  # CAM grants it on no single resource
    appid = host.bucket.rpartition("-")[2]
    access = Access(action, f"qcs::ci:{host.region}:uid/{appid}:bucket/{host.bucket}/")
    if action != "ci:CreateMediaJobs":
        return (access,)
    return (access, Access(PASS_ROLE, f"qcs::cam::uin/{owner.uin}:roleName/{CI_ROLE}"))
