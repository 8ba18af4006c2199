"""Least privilege: what the doors ask of a local cloud is what deploy/cam allows them, no less and no more."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from localcloud.account import Account
from localcloud.cam.access import Access
from localcloud.cam.documents import parse_policy
from localcloud.cam.policy import Policy
from localcloud.scf.serverless import read_project
from localcloud.ssm.models import Value
from tests.deploy.cam_course import AT_ONCE, bucket_of, held_to, own_policies
from tests.deploy.cam_measure import Deployment, Pair, allowed, narrowed, pairs_of, used
from tests.receiver import SECRET, Listener, listening
from tests.support import ROOT
from voice_separation.secret_rings import CURRENT_VERSION
from voicesep.policies import DOORS, FILES, NoPolicyError, policy_document
from voicesep.project import local_environment

ENVIRONMENT = local_environment(AT_ONCE)
ROLES = {each.key: each.role or "" for each in read_project(ROOT / "serverless.yml", ENVIRONMENT).functions}


@dataclass(frozen=True)
class Measured:
    """What each door has asked for on the whole course, where, and what it may."""

    at: Deployment
    accesses: dict[str, frozenset[Access]]
    policies: dict[str, Policy]

    def pairs(self, door: str) -> frozenset[Pair]:
        return pairs_of(self.accesses[door], self.at)

    def denied(self, door: str, policy: Policy) -> list[Access]:
        return [access for access in self.accesses[door] if not policy.allows(access, self.at.owner)]


@pytest.fixture(scope="module", params=[False, True], ids=["telling nobody", "telling a receiver"])
def measured(request: pytest.FixtureRequest) -> Iterator[Measured]:
    """The course, run with each door held to its policy; that it runs at all is half of the proof."""
    with listening() as listener:
        yield run(listener if request.param else None)


def run(listener: Listener | None) -> Measured:
    settings = {**AT_ONCE, **(listener.settings if listener else {})}
    bucket = bucket_of(settings)
    policies = own_policies(settings)
    with held_to(policies, settings) as course:
        course.run()
        if listener:
            course.a_receiver_is_told(listener)
        cloud = course.app.cloud
        names = {door: cloud.scf.function(door).name for door in DOORS}
        requests = cloud.recorder.requests()
        return Measured(
            at=Deployment(bucket.region, bucket.name, cloud.account),
            accesses={door: used(requests, name, cloud.account) for door, name in names.items()},
            policies={door: policies[ROLES[door]] for door in DOORS},
        )


def test_no_policy_allows_less_than_its_door_asks_for(measured: Measured) -> None:
    denied = [str(access) for door in DOORS for access in measured.denied(door, measured.policies[door])]
    assert denied == []


def test_no_policy_allows_more_than_its_door_asks_for(measured: Measured) -> None:
    """Of every action on COS and CI, at every place: in the index, input, output, elsewhere, and in other buckets."""
    spare = {door: sorted(allowed(measured.policies[door], measured.at) - measured.pairs(door)) for door in DOORS}
    assert spare == {door: [] for door in DOORS}


def test_no_part_of_a_policy_can_be_spared(measured: Measured) -> None:
    """Each action, resource and condition value, taken away, would deny a door something that it has asked for."""
    spared = [
        f"{door}: {part}"
        for door in DOORS
        for part, less in narrowed(measured.policies[door])
        if not measured.denied(door, less)
    ]
    assert spared == []


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("name/cos:DeleteObject", "index/jobs/*"),
        ("name/cos:PutObject", "incoming/*"),
        ("name/cos:PutObject", "separated/*"),
        ("name/cos:GetObject", "*"),
        ("name/cos:Get*", "index/claims*"),
        ("name/cos:GetBucket", "*"),
        ("name/cos:PutBucketACL", "*"),
    ],
)
def test_a_policy_that_allows_more_would_be_noticed(measured: Measured, action: str, resource: str) -> None:
    more = {"effect": "allow", "action": action, "resource": measured.at.object(resource)}
    added = parse_policy(json.dumps({"version": "2.0", "statement": [more]}))
    for door in DOORS:
        policy = Policy((*measured.policies[door].statements, *added.statements))
        assert allowed(policy, measured.at) - measured.pairs(door)


def test_reconcile_s_policy_is_enough_for_every_door(measured: Measured) -> None:
    shared = measured.policies["reconcile"]
    assert FILES["role"] == FILES["reconcile"]
    assert [measured.denied(door, shared) for door in DOORS] == [[], [], []]
    joined = Policy(tuple(each for door in DOORS for each in measured.policies[door].statements))
    assert allowed(joined, measured.at) == allowed(shared, measured.at)


def test_no_door_may_touch_the_stems_or_destroy_an_entry(measured: Measured) -> None:
    for door in DOORS:
        places = {place for action, place in allowed(measured.policies[door], measured.at)}
        assert "separated/" not in places
        assert ("cos:DeleteObject", "index/jobs/") not in allowed(measured.policies[door], measured.at)


def test_a_door_that_may_do_less_fails_and_says_what_it_lacks() -> None:
    policies = own_policies(AT_ONCE)
    callback = policies[ROLES["callback"]]
    less = next(less for part, less in narrowed(callback) if part.startswith(f"{bucket_of(AT_ONCE).name}/index/log/"))
    with held_to({**policies, ROLES["callback"]: less}, AT_ONCE) as course:
        cloud = course.app.cloud
        cloud.cos.put(course.app.bucket.name, "incoming/notes.mp3", b"no media")
        assert cloud.wait_until_idle(60)
        (failed,) = [each for each in cloud.scf.invocations if each.result.function_name.endswith("callback")]
        log = "\n".join(failed.result.logs)
    assert failed.result.value["statusCode"] == 503
    assert "AccessDenied" in log
    assert (
        f"may not do cos:PutObject on qcs::cos:ap-guangzhou:uid/1250000000:{course.app.bucket.name}/index/log/" in log
    )


def test_a_receiver_is_told_only_by_doors_that_were_given_what_this_takes() -> None:
    told = {**AT_ONCE, "WEBHOOK_URL": "http://127.0.0.1:1", "WEBHOOK_SECRETS": SECRET}
    assert separated(own_policies(told), told)[0]
    is_stored, log = separated(own_policies(AT_ONCE), told)
    assert not is_stored
    assert "cos:GetObject" in log


def separated(policies: dict[str, Policy], settings: dict[str, str]) -> tuple[bool, str]:
    """Let one upload go all the way to its callback; return whether there is an entry, and what the doors log."""
    with held_to(policies, settings) as course:
        cloud, bucket = course.app.cloud, course.app.bucket
        cloud.ssm.create(bucket.region, "voice-ring", Value(text="0123456789abcdef"), version_id=CURRENT_VERSION)
        cloud.cos.put(bucket.name, "incoming/notes.mp3", b"no media")
        assert cloud.wait_until_idle(60)
        told = "\n".join(line for each in cloud.scf.invocations for line in each.result.logs)
        return bool(cloud.cos.list(bucket.name, prefix="index/jobs/").contents), told


@pytest.mark.parametrize(
    ("setting", "value", "lacks"),
    [
        ("CALLBACK_SECRETS", "ssm:voice-ring", "UnauthorizedOperation"),
        ("VERIFY_CALLBACKS", "false", "cos:GetObject"),
    ],
)
def test_what_a_setting_asks_for_besides_is_added_for_it_alone(setting: str, value: str, lacks: str) -> None:
    with_it = {**AT_ONCE, setting: value}
    assert separated(own_policies(with_it), with_it)[0]
    is_stored, told = separated(own_policies(AT_ONCE), with_it)
    assert not is_stored
    assert lacks in told


def test_who_tells_a_receiver_may_read_the_stored_secrets_of_that_and_submit_may_not() -> None:
    settings = {**AT_ONCE, "CALLBACK_SECRETS": "ssm:voice-ring", "WEBHOOK_SECRETS": "ssm:receiver-ring"}
    policies = own_policies({**settings, "WEBHOOK_URL": "https://app.example.com"})
    secret = "qcs::ssm:ap-guangzhou:uin/100000000001:secret/creatorUin/100000000002/{}"
    owner = Account("1250000000", "100000000001")
    read = {
        (door, name)
        for door in DOORS
        for name in ("voice-ring", "receiver-ring", "another")
        if policies[ROLES[door]].allows(Access("ssm:GetSecretValue", secret.format(name)), owner)
    }
    assert read == {*((door, "voice-ring") for door in DOORS), *((door, "receiver-ring") for door in DOORS[1:])}


def test_a_receiver_is_told_under_stored_secrets_only_by_doors_that_may_read_them() -> None:
    with listening() as listener:
        told = {**AT_ONCE, **listener.settings, "WEBHOOK_SECRETS": "ssm:receiver-ring"}
        in_the_setting = {**AT_ONCE, **listener.settings}
        for policies, times in ((own_policies(in_the_setting), 0), (own_policies(told), 1)):
            with held_to(policies, told) as course:
                cloud, bucket = course.app.cloud, course.app.bucket
                cloud.ssm.create(bucket.region, "receiver-ring", Value(text=SECRET))
                cloud.cos.put(bucket.name, "incoming/notes.mp3", b"no media")
                assert cloud.wait_until_idle(60)
                assert len(listener.posts) == times
                log = "\n".join(line for each in cloud.scf.invocations for line in each.result.logs)
                assert ("GetSecretValue receiver-ring" in log and "UnauthorizedOperation" in log) is (times == 0)


def test_the_stored_secrets_of_others_stay_theirs() -> None:
    policy = own_policies({**AT_ONCE, "CALLBACK_SECRETS": "ssm:voice-ring"})[ROLES["callback"]]
    secret = "qcs::ssm:ap-guangzhou:uin/100000000001:secret/creatorUin/100000000002/{}"
    owner = Account("1250000000", "100000000001")
    assert policy.allows(Access("ssm:GetSecretValue", secret.format("voice-ring")), owner)
    assert not policy.allows(Access("ssm:GetSecretValue", secret.format("another")), owner)
    assert not policy.allows(Access("ssm:UpdateSecret", secret.format("voice-ring")), owner)


SEPARATE = {
    "REGION": "ap-beijing",
    "INPUT_BUCKET": "in-1259999999",
    "INPUT_PREFIX": "录音/待处理/",
    "INDEX_BUCKET": "ix-1259999999",
    "INDEX_PREFIX": "a/b c/",
}


@pytest.mark.parametrize("door", DOORS)
def test_the_settings_decide_on_region_buckets_and_prefixes(door: str) -> None:
    document = json.dumps(policy_document(ROOT, door, local_environment(SEPARATE)), ensure_ascii=False)
    policy, owner = parse_policy(document), Account("1259999999")
    put = "qcs::cos:ap-beijing:uid/1259999999:ix-1259999999/a/b c/{}/x"
    folder = "jobs" if door == "callback" else "claims"
    assert policy.allows(Access("cos:PutObject", put.format(folder)), owner)
    assert not policy.allows(Access("cos:PutObject", put.format(folder).replace("ix-", "in-")), owner)
    head = Access("cos:HeadObject", "qcs::cos:ap-beijing:uid/1259999999:in-1259999999/录音/待处理/a.mp3")
    assert policy.allows(head, owner) is (door != "callback")
    listing = Access("cos:GetBucket", put.format("waiting"), (("cos:prefix", "a%2Fb%20c%2Fwaiting%2F"),))
    assert policy.allows(listing, owner) is (door == "reconcile")


def test_a_prefix_that_a_policy_would_take_for_a_pattern_is_refused() -> None:
    with pytest.raises(NoPolicyError, match="INPUT_PREFIX holds"):
        policy_document(ROOT, "submit", local_environment({"INPUT_PREFIX": "in*/"}))


def test_an_index_in_another_account_is_refused() -> None:
    with pytest.raises(NoPolicyError, match="INDEX_BUCKET is another account's"):
        policy_document(ROOT, "submit", local_environment({"INDEX_BUCKET": "index-1"}))


def test_the_trust_policy_lets_functions_and_nobody_else_take_on_the_roles() -> None:
    (statement,) = policy_document(ROOT, "trust", ENVIRONMENT)["statement"]
    assert statement == {
        "effect": "allow",
        "action": "name/sts:AssumeRole",
        "principal": {"service": ["scf.qcloud.com"]},
    }


def deployer(**environment: str) -> Any:
    return policy_document(ROOT, "deployer", {**ENVIRONMENT, **environment}, uin="100000000001")


def test_the_deployer_may_pass_on_exactly_the_roles_that_serverless_yml_names() -> None:
    policy = parse_policy(json.dumps(deployer()))
    owner = Account("1250000000", "100000000001")
    for role in (*ROLES.values(), "SLS_QcsRole"):
        assert policy.allows(Access("cam:PassRole", f"qcs::cam::uin/100000000001:roleName/{role}"), owner)
    for other in ("CI_QCSRole", "SCF_QcsRole", "TCB_QcsRole"):
        assert not policy.allows(Access("cam:PassRole", f"qcs::cam::uin/100000000001:roleName/{other}"), owner)
    assert len(set(ROLES.values())) == len(DOORS)


def test_the_deployer_may_deploy_this_app_and_no_other() -> None:
    policy = parse_policy(json.dumps(deployer(REGION="ap-beijing")))
    owner = Account("1250000000", "100000000001")
    project = read_project(ROOT / "serverless.yml", ENVIRONMENT)
    own = f"qcs::sls:ap-beijing:uin/100000000001:appname/{project.app}/stagename/{project.stage}"
    assert policy.allows(Access("sls:RunComponent", own), owner)
    assert not policy.allows(Access("sls:RunComponent", own.replace(project.app, "another")), owner)
    assert not policy.allows(Access("sls:RunComponent", own.replace("ap-beijing", "ap-shanghai")), owner)


READS_OF_EVERYTHING = {
    "ListFunctions",
    "SearchLog",
    "GetUserAppId",
    "GetRole",
    "ListAttachedRolePolicies",
    "GetPolicy",
    "DescribeAsrBuckets",
}


def test_no_policy_is_wide_open() -> None:
    for name in sorted(FILES):
        document = policy_document(ROOT, name, ENVIRONMENT)
        for statement in document["statement"]:
            if statement.get("resource") in ("*", ["*"]):  # only what reads, and CAM grants on no single resource
                assert {action.partition(":")[2] for action in statement["action"]} <= READS_OF_EVERYTHING, name
            assert not {"*", "cos:*", "name/cos:*", "ci:*", "cam:*"} & set(statement["action"]), name


def test_an_account_s_number_is_written_where_it_is_given() -> None:
    named = json.dumps(policy_document(ROOT, "submit", ENVIRONMENT, uin="100000000009"))
    assert "qcs::cam::uin/100000000009:roleName/CI_QCSRole" in named
    assert "qcs::cam:::roleName/CI_QCSRole" in json.dumps(policy_document(ROOT, "submit", ENVIRONMENT))
