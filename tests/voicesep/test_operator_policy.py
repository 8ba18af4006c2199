"""The policies for people: enough for their commands, and nothing that none of these asks for.

`viewer` is for who looks; who acts has `role`, which allows what the functions do, and `operator` besides.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from localcloud.account import Account
from localcloud.cam.access import Access
from localcloud.cam.documents import parse_policy
from localcloud.cam.policy import Policy
from tests.deploy.cam_measure import Deployment, Pair, allowed, narrowed, pairs_of
from tests.receiver import listening
from tests.support import ROOT
from tests.voicesep.conftest import KEYS
from tests.voicesep.people import ENVIRONMENT, Person, held_to, own_policy
from tests.voicesep.site import BUCKET, REGION, Found, Site, founding
from voicesep.policies import policy_document, written

OTHER_NAME = "scf:InvokeFunction"  # CAM may know the action Invoke by this name
ACTING = ("viewer", "role", "operator")
ON_NO_SINGLE_BUCKET = "ci:DescribeAsrBuckets"  # CAM grants it on everything or not at all
API = ("scf", "cls", "cam")  # of whose requests the recorder keeps the action, not the resource


def document(name: str) -> Any:
    return policy_document(ROOT, name, ENVIRONMENT)


def granted(name: str) -> set[str]:
    return {action for statement in document(name)["statement"] for action in statement["action"]}


@dataclass(frozen=True)
class Measured:
    """What somebody has asked for with a policy, alone or beside others."""

    at: Deployment
    accesses: frozenset[Access]
    actions: set[str]
    beside: Policy

    def denied(self, policy: Policy) -> list[Access]:
        both = Policy((*self.beside.statements, *policy.statements))
        return [access for access in self.accesses if not both.allows(access, self.at.owner)]

    def spare(self, policy: Policy) -> list[str]:
        """The parts of the policy without which nothing would have been denied."""
        told = [
            each for each in policy.statements if not all(action.pattern.startswith(API) for action in each.actions)
        ]
        parts = ((part, less) for part, less in narrowed(Policy(tuple(told))) if not part.startswith(API))
        return [part for part, less in parts if not self.denied(less)]

    def unused(self, policy: Policy) -> list[Pair]:
        """What the policy allows, of all that can be asked of COS and CI, and nobody has asked for."""
        used = pairs_of(self.accesses, self.at)
        whole = {(action, place.replace("list below", "list")) for action, place in used}  # who may list every part
        return sorted(pair for pair in allowed(policy, self.at) - used - whole if pair[0] != ON_NO_SINGLE_BUCKET)


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Found]:
    with pytest.MonkeyPatch.context() as patch:
        for name in KEYS:
            patch.delenv(name, raising=False)
        yield from founding(tmp_path_factory.mktemp("people"))


def measured(person: Person, beside: Policy) -> Measured:
    at = Deployment(REGION, BUCKET, person.site.cloud.account)
    return Measured(at, person.accesses(), person.actions(), beside)


@pytest.fixture(scope="module")
def viewer(founded: Found) -> Measured:
    person = held_to(founded, own_policy("viewer"))
    person.something_of_every_kind()
    person.looks()
    person.listens()
    return measured(person, Policy(()))


@pytest.fixture(scope="module")
def operator(founded: Found) -> Measured:
    """That all this can be done at all is half of the proof."""
    person = held_to(founded, own_policy(*ACTING))
    person.something_of_every_kind()
    person.looks()
    person.repairs()
    person.examines()
    person.publishes()
    return measured(person, own_policy("viewer", "role"))


@pytest.fixture(scope="module")
def teller(founded: Found) -> Iterator[tuple[Measured, Policy]]:
    """Who looks after an app that tells a receiver, and what his policy has more because of it."""
    with listening() as listener:
        told = listener.settings
        person = held_to(founded, own_policy(*ACTING, **told), **told)
        person.tells_again(listener)
        without, addition = own_policy("operator").statements, own_policy("operator", **told).statements
        more = Policy(tuple(each for each in addition if each not in without))
        yield measured(person, Policy((*own_policy("viewer", "role", **told).statements, *without))), more


def test_the_viewer_may_do_what_he_does_and_no_part_of_it_can_be_spared(viewer: Measured) -> None:
    policy = own_policy("viewer")
    assert viewer.denied(policy) == []
    assert viewer.spare(policy) == []
    assert viewer.unused(policy) == []
    assert {action for action in granted("viewer") if action.startswith(API)} == viewer.actions


def test_the_viewer_changes_nothing() -> None:
    verbs = {action.rpartition(":")[2] for action in granted("viewer")}
    assert all(verb.startswith(("Get", "Head", "Describe", "Search")) for verb in verbs)


def test_the_operator_may_do_what_he_does_and_no_part_of_it_can_be_spared(operator: Measured) -> None:
    policy = own_policy("operator")
    assert operator.denied(policy) == []
    assert operator.spare(policy) == []
    assert operator.unused(policy) == []
    api = {action for action in granted("viewer") | granted("operator") if action.startswith(API)}
    assert api == {*operator.actions, OTHER_NAME}


def test_where_a_receiver_is_told_the_operator_may_have_it_told_again_and_no_part_of_that_can_be_spared(
    teller: tuple[Measured, Policy],
) -> None:
    operator, more = teller
    assert operator.denied(Policy(())) != []
    assert operator.denied(more) == []
    assert operator.spare(more) == []
    assert operator.unused(more) == []


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("name/cos:DeleteObject", "index/jobs/*"),
        ("name/cos:PutObject", "incoming/*"),
        ("name/cos:GetObject", "separated/*"),
        ("name/cos:GetBucket", "*"),
    ],
)
def test_an_operator_s_policy_that_allows_more_would_be_noticed(operator: Measured, action: str, resource: str) -> None:
    more = {"effect": "allow", "action": action, "resource": operator.at.object(resource)}
    wider = parse_policy(json.dumps({"version": "2.0", "statement": [*document("operator")["statement"], more]}))
    assert operator.unused(wider)


def test_functions_are_this_app_s_only() -> None:
    policy, owner = own_policy(*ACTING), Account("1250000000", "100000000001")
    function = "qcs::scf:ap-guangzhou:uin/100000000001:namespace/default/function/{}"
    for door in ("submit", "callback", "reconcile"):
        assert policy.allows(Access("scf:Invoke", function.format(f"voice-dev-separation-{door}")), owner)
    assert not policy.allows(Access("scf:Invoke", function.format("another")), owner)


def test_where_the_stems_are_elsewhere_they_may_be_heard_there() -> None:
    settings = {**ENVIRONMENT, "OUTPUT_BUCKET": "out-1259999999", "OUTPUT_REGION": "ap-beijing", "OUTPUT_PREFIX": "s/"}
    told = json.dumps(policy_document(ROOT, "viewer", settings))
    assert '"qcs::cos:ap-beijing:uid/1259999999:out-1259999999/s/*"' in told


def test_every_policy_fits_into_cam_and_is_indented_where_that_fits_too() -> None:
    """A custom policy has at most 6144 characters (1031/64685)."""
    long = {**ENVIRONMENT, "INPUT_BUCKET": f"{'b' * 40}-1250000000", "INDEX_PREFIX": f"{'i' * 20}/"}
    long |= {"WEBHOOK_URL": "https://app.example.com", "WEBHOOK_SECRETS": f"ssm:{'s' * 40}"}
    for name in ACTING:
        printed = written(policy_document(ROOT, name, long, uin="100000000001"))
        assert len(printed) < 6144, name
        assert json.loads(printed) == policy_document(ROOT, name, long, uin="100000000001")
        assert written(document(name)) == json.dumps(document(name), indent=2)


def test_what_is_not_granted_is_refused(new_site: Found) -> None:
    site = held_to(new_site, own_policy(*ACTING)).site
    site.set(INDEX_BUCKET="other-1250000000")
    site.cloud.cos.create_bucket("other-1250000000", REGION)
    rows = json.loads(site.run("doctor", "--format", "json").stdout)
    (bucket,) = [row for row in rows if row["check"] == "bucket" and row["state"] == "fail"]
    assert bucket["found"] == "this key may not look at other-1250000000"
    assert bucket["remedy"] == "allow it name/cos:HeadBucket"


def test_who_may_only_look_cannot_act(new_site: Found) -> None:
    site: Site = held_to(new_site, own_policy("viewer")).site
    told = site.run("publish-page")
    assert told.exit_code == 1
    assert "AccessDenied" in told.stderr


def test_what_the_key_may_not_look_at_cannot_be_judged_which_is_a_warning(new_site: Found) -> None:
    statements = [each for each in document("operator")["statement"] if "cam:GetRole" not in each["action"]]
    less = parse_policy(json.dumps({"version": "2.0", "statement": statements}))
    policy = Policy((*own_policy("viewer", "role").statements, *less.statements))
    rows = json.loads(held_to(new_site, policy).site.run("doctor", "--format", "json").stdout)
    found = {row["check"]: row for row in rows}
    assert found["credentials"]["state"] == found["roles"]["state"] == found["region"]["state"] == "warn"
    assert found["roles"]["found"].startswith("GetUserAppId this key: UnauthorizedOperation")
    assert "voicesep cam-policy operator`" in found["roles"]["remedy"]
    assert found["functions"]["state"] == "ok"
