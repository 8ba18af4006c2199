"""Roles held to their policies, over the wire and with credentials that a function was given."""

from collections.abc import Callable

import pytest

from localcloud.account import Account
from localcloud.cam.access import Access
from localcloud.cam.documents import parse_policy
from localcloud.cam.guard import Guard
from localcloud.credentials import Identity
from localcloud.errors import CloudError
from tests.localcloud.cam.policies import BUCKET, OWNER, document, statement
from tests.localcloud.cloud_lab import CloudLab

ROLE = "SCF_Role"  # of the lab's functions
READING = parse_policy(document(statement(["cos:GetObject", "cos:HeadObject"], f"{BUCKET}/in/*")))
GET = Access("cos:GetObject", f"{BUCKET}/in/a")
LabMaker = Callable[..., CloudLab]


def statuses(lab: CloudLab, *requests: tuple[str, str]) -> list[int]:
    """What a function with the role gets for these requests."""
    lab.cloud.cos.put("media-1250000000", "in/a", b"content")
    lab.deploy()
    result = lab.cloud.scf.invoke("echo", requests)
    assert result.error is None, result.error
    value: list[int] = result.value
    return value


def test_a_role_may_do_what_its_policy_allows_and_nothing_else(new_cloud_lab: LabMaker) -> None:
    lab = new_cloud_lab(policies={ROLE: READING})
    asked = [
        ("GET", "/in/a"),
        ("HEAD", "/in/a"),
        ("GET", "/out/a"),
        ("PUT", "/in/a"),
        ("DELETE", "/in/a"),
        ("GET", "/"),
    ]
    assert statuses(lab, *asked) == [200, 200, 403, 403, 403, 403]
    assert lab.keys == ["in/a"]


def test_whether_there_is_an_object_is_not_told_to_who_may_not_read_it(new_cloud_lab: LabMaker) -> None:
    lab = new_cloud_lab(policies={ROLE: READING})
    assert statuses(lab, ("GET", "/in/none"), ("GET", "/out/none")) == [404, 403]


def test_a_role_without_a_policy_may_do_nothing_once_there_are_policies(new_cloud_lab: LabMaker) -> None:
    assert statuses(new_cloud_lab(policies={"another": READING}), ("GET", "/in/a")) == [403]


def test_without_policies_a_role_may_do_everything(cloud_lab: CloudLab) -> None:
    assert statuses(cloud_lab, ("GET", "/in/a"), ("PUT", "/out/a"), ("DELETE", "/in/a")) == [200, 200, 204]


def test_the_root_account_s_key_is_held_to_no_policy(new_cloud_lab: LabMaker) -> None:
    lab = new_cloud_lab(policies={})
    assert lab.send("PUT", "/out/a", body=b"")[0] == 200


def test_the_refusal_names_the_role_the_action_and_the_resource() -> None:
    guard = Guard(OWNER, {ROLE: READING})
    with pytest.raises(CloudError) as refused:
        guard.check(Identity("id", "key", role=ROLE), (GET, Access("cos:PutObject", f"{BUCKET}/in/a")))
    assert (refused.value.status, refused.value.code) == (403, "AccessDenied")
    told = f"The role 'SCF_Role' may not do cos:PutObject on {BUCKET}/in/a. Allow it in the role's policy."
    assert refused.value.message == told


def test_a_request_that_is_no_known_action_is_denied_to_a_held_role() -> None:
    with pytest.raises(CloudError, match="no action known here"):
        Guard(OWNER, {ROLE: READING}).check(Identity("id", "key", role=ROLE), ())


def test_the_guard_s_account_is_the_owner_of_the_policies() -> None:
    mine = parse_policy(document(statement("cos:GetObject", "qcs::cos:::media-1250000000/*")))
    role = Identity("id", "key", role=ROLE)
    Guard(OWNER, {ROLE: mine}).check(role, (GET,))
    with pytest.raises(CloudError):
        Guard(Account("1250000001"), {ROLE: mine}).check(role, (GET,))
