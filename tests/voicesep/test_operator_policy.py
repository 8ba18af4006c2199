"""The policy `operator`: enough for every command that looks after a deployment, and no action that none asks for."""

import json
from typing import Any

import pytest

from localcloud.cam.documents import parse_policy
from localcloud.cam.policy import Policy
from tests.support import EVENTS, ROOT
from tests.voicesep.site import BUCKET, REGION, Found, Site
from voicesep.policies import policy_document, role_policies

ENVIRONMENT = {"INPUT_BUCKET": BUCKET, "REGION": REGION, "INPUT_PREFIX": "incoming/"}
OTHER_NAME = "scf:InvokeFunction"  # CAM may know the action Invoke by this name


def document(uin: str = "") -> Any:
    return policy_document(ROOT, "operator", ENVIRONMENT, uin=uin)


def held_to(new_site: Found, policy: Policy) -> Site:
    """Found a site where every role is held to its policy, and the key in `.env` to this one."""
    site = new_site(policies={**role_policies(ROOT, ENVIRONMENT), "operator": policy})
    key = site.cloud._issue_role_credentials("operator")
    site.env_file.write_text(f"{site.env_file.read_text()}TENCENT_TOKEN={key.session_token}\n")
    site.set(TENCENT_SECRET_ID=key.secret_id, TENCENT_SECRET_KEY=key.secret_key)
    return site


@pytest.fixture
def site(new_site: Found) -> Site:
    return held_to(new_site, parse_policy(json.dumps(document())))


def test_every_command_may_do_its_work_and_asks_for_every_action(site: Site) -> None:
    site.cloud.recorder.clear()
    timer = str(EVENTS / "timer-reconcile.json")
    for command in (["doctor"], ["callback-url"], ["invoke", "reconcile", "-e", timer], ["logs"]):
        told = site.run(*command)
        assert told.exit_code == 0, told.stdout + told.stderr
    asked = {f"{request.service}:{request.action}" for request in site.cloud.recorder.requests() if request.action}
    granted = {action for statement in document()["statement"] for action in statement["action"]}
    assert {action for action in granted if action.partition(":")[0] in ("scf", "cls", "cam")} == {*asked, OTHER_NAME}


def test_what_is_not_granted_is_refused(site: Site) -> None:
    site.set(INDEX_BUCKET="other-1250000000")
    site.cloud.cos.create_bucket("other-1250000000", REGION)
    rows = json.loads(site.run("doctor", "--format", "json").stdout)
    (bucket,) = [row for row in rows if row["check"] == "bucket" and row["state"] == "fail"]
    assert bucket["found"] == "this key may not look at other-1250000000"
    assert bucket["remedy"] == "allow it name/cos:HeadBucket"


def test_what_the_key_may_not_look_at_cannot_be_judged_which_is_a_warning(new_site: Found) -> None:
    granted = document()
    granted["statement"] = [each for each in granted["statement"] if "cam:GetRole" not in each["action"]]
    rows = json.loads(held_to(new_site, parse_policy(json.dumps(granted))).run("doctor", "--format", "json").stdout)
    found = {row["check"]: row for row in rows}
    assert found["credentials"]["state"] == found["roles"]["state"] == found["region"]["state"] == "warn"
    assert found["roles"]["found"].startswith("GetUserAppId this key: UnauthorizedOperation")
    assert "`voicesep cam-policy operator`" in found["roles"]["remedy"]
    assert found["functions"]["state"] == "ok"
