"""Everything that is looked at, in the order in which it is told."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from voice_separation.errors import TencentRefusal
from voicesep.cloud import Cloud
from voicesep.deployment import Deployment
from voicesep.doctor import account, address, functions, infinite, roles, storage
from voicesep.doctor.findings import Check, Examined, Finding
from voicesep.tencent.client import ApiRefused

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
    }
)


def examine(deployment: Deployment, cloud: Cloud) -> Iterator[Finding]:
    """Look at everything; one thing that cannot be looked at does not stop the others."""
    for name, check in CHECKS.items():
        examined = Examined(deployment, cloud, name)
        try:
            yield from check(examined)
        except ApiRefused as refused:
            told = f"{refused.operation} {refused.target}: {refused.code}, {refused.reason}"
            if refused.is_denied:
                yield examined.warn(
                    told, "allow this key what `voicesep cam-policy operator` prints, to have it judged"
                )
            else:
                yield examined.fail(told, refused.advice)
        except TencentRefusal as refused:
            told = f"{refused.operation} {refused.target}: {refused.code}, {refused.reason}"
            yield examined.fail(told, refused.advice)
