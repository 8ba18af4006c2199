"""What a door has asked for, beside what its policy allows: both as pairs of an action and a place.

A place is the kind of thing that a resource is, such as `index/jobs/`. For each place there are resources to probe a
policy with, so that it can be told which pairs it allows, recorded or not.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote

from localcloud.account import Account
from localcloud.cam.access import Access
from localcloud.cam.conditions import PREFIX, Condition
from localcloud.cam.policy import Policy, Statement
from localcloud.ci import actions as ci
from localcloud.cos import actions as cos
from localcloud.permissions import accesses_of
from localcloud.recorder import RecordedRequest
from voice_separation.index import keys

FOLDERS = (
    *(keys.CLAIMS, keys.PENDING, keys.WAITING, keys.REFUSED),
    *(keys.JOBS, keys.LOG, keys.SEGMENTS, keys.UPLOADS, keys.NOTICES, keys.UNDELIVERED),
)
INPUT, OUTPUT, INDEX = "incoming/", "separated/", "index/"
OBJECT_ACTIONS = tuple(f"cos:{name}" for name in cos.OBJECT_ACTIONS.values())
BUCKET_ACTIONS = tuple(f"cos:{name}" for name in cos.BUCKET_ACTIONS.values() if name != "GetBucket")
CI_ACTIONS = tuple({*ci.ONE_ACTIONS.values(), *ci.ALL_ACTIONS.values()})
PAGE, HOME = "index/page/", "index/index.html"
BUCKET = "the bucket"
ELSEWHERE = "elsewhere"

Pair = tuple[str, str]
"""An action, and a place."""


@dataclass(frozen=True)
class Deployment:
    """Where the app is: region, bucket, and whose they are."""

    region: str
    bucket: str
    owner: Account

    def object(self, key: str) -> str:
        """The resource of an object, or of the bucket when there is no key."""
        return f"qcs::cos:{self.region}:uid/{self.owner.appid}:{self.bucket}/{key}"

    @property
    def ci_bucket(self) -> str:
        """The resource of the bucket in CI."""
        return f"qcs::ci:{self.region}:uid/{self.owner.appid}:bucket/{self.bucket}/"

    def role(self, name: str) -> str:
        """The resource of a role."""
        return f"qcs::cam::uin/{self.owner.uin}:roleName/{name}"


def place_of(access: Access, at: Deployment) -> str:
    """Name the kind of thing that an access is on."""
    if access.resource == at.role(ci.CI_ROLE):
        return ci.CI_ROLE
    if access.resource == at.ci_bucket:
        return "the bucket in CI"
    if access.action == "cos:GetBucket" and access.resource.startswith(at.object("")):
        return _listed(unquote(access.fact(PREFIX) or ""))
    if not access.resource.startswith(at.object("")):
        return ELSEWHERE
    key = access.resource.removeprefix(at.object(""))
    places = (*(INDEX + folder for folder in FOLDERS), INPUT, OUTPUT, PAGE)
    if key in (INDEX + keys.INDEX, HOME):
        return key
    if not key:
        return BUCKET
    return next((place for place in places if key.startswith(place)), ELSEWHERE)


def _listed(prefix: str) -> str:
    """Name a listing: of one of the places as a whole, of part of one, or of anything else."""
    wholes = (*(INDEX + folder for folder in FOLDERS), INPUT, OUTPUT, PAGE)
    if prefix in wholes:
        return f"list {prefix}"
    return next((f"list below {whole}" for whole in wholes if prefix.startswith(whole)), "list elsewhere")


def used(requests: tuple[RecordedRequest, ...], function: str, owner: Account) -> frozenset[Access]:
    """Return what a function has asked for, each access once."""
    own = [request for request in requests if request.function == function]
    return frozenset(
        access
        for request in own
        for access in accesses_of(request.method, request.host, request.path, request.query, owner=owner)
    )


def pairs_of(accesses: frozenset[Access], at: Deployment) -> frozenset[Pair]:
    """Return accesses as pairs."""
    return frozenset((access.action, place_of(access, at)) for access in accesses)


def allowed(policy: Policy, at: Deployment) -> frozenset[Pair]:
    """Return every pair that a policy allows, of all that can be asked of COS and CI."""
    return pairs_of(frozenset(probe for probe in _probes(at) if policy.allows(probe, at.owner)), at)


def _probes(at: Deployment) -> Iterator[Access]:
    """Yield accesses of every action to every place, and to places that merely look like them."""
    folders = [INDEX + folder for folder in FOLDERS] + [INPUT, OUTPUT, PAGE]
    beside = [f"{folder.rstrip('/')}-beside/probe" for folder in folders]
    objects = [f"{folder}probe" for folder in folders] + [*folders, *beside, INDEX + keys.INDEX, HOME, INDEX + "x", "x"]
    neighbours = (
        replace(at, bucket=f"other-{at.owner.appid}"),
        replace(at, region="ap-beijing"),
        replace(at, owner=Account("1250000001", "100000000002")),
    )
    for action in OBJECT_ACTIONS:
        yield from (Access(action, at.object(key)) for key in objects)
        yield from (Access(action, other.object(key)) for other in neighbours for key in objects)
    for action in BUCKET_ACTIONS:
        yield from (Access(action, place.object("")) for place in (at, *neighbours))
    for prefix in ("", "i", INDEX, INDEX + "x", *folders, *(f"{folder}2026" for folder in folders), *beside):
        facts = ((PREFIX, quote(prefix, safe="")),)
        yield from (Access("cos:GetBucket", place.object(prefix), facts) for place in (at, *neighbours))
    yield Access("cos:GetBucket", at.object(""))
    for action in CI_ACTIONS:
        yield from (Access(action, place.ci_bucket) for place in (at, *neighbours))
        yield Access(action, "*")
    for name in (ci.CI_ROLE, "SLS_QcsRole", "SCF_QcsRole"):
        yield from (Access(ci.PASS_ROLE, place.role(name)) for place in (at, neighbours[-1]))


def narrowed(policy: Policy) -> Iterator[tuple[str, Policy]]:
    """Yield the policy without one of its actions, resources or condition values, and what was taken away."""
    for number, statement in enumerate(policy.statements):
        for taken, less in _less(statement):
            rest = (less,) if less else ()
            statements = (*policy.statements[:number], *rest, *policy.statements[number + 1 :])
            yield f"{taken} of statement {number + 1}", Policy(statements)


def _less(statement: Statement) -> Iterator[tuple[str, Statement | None]]:
    for action in statement.actions:
        others = tuple(each for each in statement.actions if each != action)
        yield action.pattern, replace(statement, actions=others) if others else None
    for resource in statement.resources:
        left = tuple(each for each in statement.resources if each != resource)
        yield resource.path, replace(statement, resources=left) if left else None
    for condition in statement.conditions:
        for value in condition.values:
            kept = tuple(each for each in condition.values if each != value)
            fewer = tuple(each for each in statement.conditions if each != condition)
            less = replace(statement, conditions=(*fewer, Condition(condition.operator, condition.key, kept)))
            yield value, less if kept else None
