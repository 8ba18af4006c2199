"""CAM's API, asked by tencentcloud-sdk-python-cam."""

import json
from collections.abc import Callable

from tencentcloud.cam.v20190116 import cam_client, models

from localcloud import LocalCloud
from localcloud.cam.documents import parse_policy, write_policy
from tests.localcloud.api.sdk import Sdk
from tests.localcloud.cloud_lab import CloudLab

DOCUMENT = {
    "version": "2.0",
    "statement": [
        {
            "effect": "allow",
            "action": ["cos:GetObject", "ci:*"],
            "resource": ["qcs::cos:ap-guangzhou:uid/1250000000:media-1250000000/in/*"],
        },
        {
            "effect": "deny",
            "action": ["cos:GetBucket"],
            "resource": ["*"],
            "condition": {"string_equal": {"cos:prefix": ["in%2F", "out%2F"]}},
        },
    ],
}
POLICY = parse_policy(json.dumps(DOCUMENT))


def cam(cloud: LocalCloud) -> Sdk:
    return Sdk(cam_client.CamClient, models, cloud)


def test_a_policy_is_written_as_it_was_read() -> None:
    assert json.loads(write_policy(POLICY)) == DOCUMENT


def test_a_key_is_told_whose_it_is(cloud: LocalCloud) -> None:
    told = cam(cloud).ask("GetUserAppId")
    assert (told.Uin, told.OwnerUin, told.AppId) == (cloud.account.uin, cloud.account.uin, 1250000000)


def test_a_role_is_trusted_by_scf_and_has_the_policy_it_is_held_to(new_cloud_lab: Callable[..., CloudLab]) -> None:
    sdk = cam(new_cloud_lab(policies={"other": POLICY, "mine": POLICY}).cloud)
    assert "scf.qcloud.com" in sdk.ask("GetRole", RoleName="mine").RoleInfo.PolicyDocument
    (attached,) = sdk.ask("ListAttachedRolePolicies", RoleName="mine", Page=1, Rp=200).List
    told = sdk.ask("GetPolicy", PolicyId=attached.PolicyId)
    assert (told.PolicyName, json.loads(told.PolicyDocument)) == ("mine", DOCUMENT)
    assert sdk.ask("ListAttachedRolePolicies", RoleName="mine", Page=2, Rp=200).List == []


def test_roles_that_nobody_holds_to_anything_may_do_everything(cloud_lab: CloudLab) -> None:
    cloud_lab.deploy("echo")
    role = cloud_lab.cloud.scf.function("echo").spec.role
    sdk = cam(cloud_lab.cloud)
    (attached,) = sdk.ask("ListAttachedRolePolicies", RoleName=role, Page=1, Rp=10).List
    (statement,) = json.loads(sdk.ask("GetPolicy", PolicyId=attached.PolicyId).PolicyDocument)["statement"]
    assert statement == {"effect": "allow", "action": ["*"], "resource": ["*"]}


def test_what_is_not_there_is_refused(cloud: LocalCloud) -> None:
    assert cam(cloud).code("GetRole", RoleName="none") == "InvalidParameter.RoleNotExist"
    assert cam(cloud).code("GetPolicy", PolicyId=1) == "ResourceNotFound.PolicyIdNotFound"
