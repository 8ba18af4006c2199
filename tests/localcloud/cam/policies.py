"""Policies and accesses for tests, and strategies that make them up."""

import json
from typing import Any

from hypothesis import strategies as st

from localcloud.account import Account
from localcloud.cam.access import Access

OWNER = Account("1250000000", "100000000001")
BUCKET = "qcs::cos:ap-guangzhou:uid/1250000000:media-1250000000"


def statement(action: Any, resource: Any, effect: str = "allow", **more: Any) -> dict[str, Any]:
    return {"effect": effect, "action": action, "resource": resource, **more}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"version": "2.0", "statement": list(statements)})


actions = st.sampled_from(["cos:PutObject", "cos:GetObject", "cos:GetBucket", "ci:CreateMediaJobs"])
resources = st.sampled_from([f"{BUCKET}/{key}" for key in ("incoming/a", "index/a", "index/jobs/a", "")])
accesses = st.builds(Access, actions, resources)

some_actions = st.lists(st.one_of(actions, st.sampled_from(["*", "name/cos:*", "cos:Get*"])), min_size=1, max_size=3)
some_resources = st.lists(
    st.one_of(resources, st.sampled_from(["*", f"{BUCKET}/*", f"{BUCKET}/index/*"])), min_size=1, max_size=3
)
statements = st.builds(statement, some_actions, some_resources, st.sampled_from(["allow", "deny"]))
