"""Everything that is looked at, in the order in which it is told."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from voice_separation.errors import TencentRefusal
from voicesep.cloud import Cloud
from voicesep.deployment import Deployment
from voicesep.doctor import account, address, earlier, functions, infinite, receiver, roles, storage
from voicesep.doctor.findings import Check, Examined, Finding, NotJudged, State

CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "settings": account.settings,
        "prefixes": storage.prefixes,
        "credentials": account.credentials,
        "region": account.region,
        "clock": account.clock,
        "bucket": storage.buckets,
        "versioning": storage.versioning,
        "smart audio": infinite.smart_audio,
        "queue": infinite.queue,
        "template": infinite.template,
        "functions": functions.functions,
        "roles": roles.roles,
        "triggers": functions.triggers,
        "callback url": address.callback_url,
        "reachable": address.reachable,
        "receiver": receiver.receiver,
        "earlier uploads": earlier.earlier,
    }
)


def examine(deployment: Deployment, cloud: Cloud) -> Iterator[Finding]:
    """Look at everything; one thing that cannot be looked at does not stop the others.

    Where `credentials` fails, nothing more is asked with the key: each answer would only say the same again.
    """
    key_works = True
    for name, check in CHECKS.items():
        findings = list(_look(Examined(deployment, cloud, name, key_works), check))
        yield from findings
        if check is account.credentials:
            key_works = all(finding.state is not State.FAIL for finding in findings)


def _look(examined: Examined, check: Check) -> Iterator[Finding]:
    try:
        yield from check(examined)
    except NotJudged:
        yield examined.warn("not judged, for it is asked with the key", "first correct what `credentials` says")
    except TencentRefusal as refused:
        yield examined.not_told(refused)
