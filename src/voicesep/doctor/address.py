"""The callback address: whether it is that of the function, and whether the function answers at it."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from urllib3.exceptions import HTTPError

from localcloud.scf.project import HttpTrigger
from voicesep.doctor.findings import Examined, Finding
from voicesep.project import program
from voicesep.tencent.client import ApiRefused
from voicesep.tencent.scf_triggers import FunctionUrlUntold

FUNCTION = "callback"
DOMAIN = ".tencentscf.com"
ONLY_POST = 405  # what the function answers to GET, without looking at anything else
SECONDS = 10.0


def callback_url(examined: Examined) -> Iterator[Finding]:
    """Whether CALLBACK_URL is the function URL of `callback`."""
    told = examined.deployment.settings.callback_url
    learn = f"run `{program()} callback-url --live`, then `make deploy`"
    try:
        actual = _function_url(examined)
    except FunctionUrlUntold as untold:
        found = f"CALLBACK_URL is {told or 'not set'}, and SCF does not tell the address of the function's URL"
        yield examined.warn(found, "compare it with the console; `reachable` tries it" if told else untold.advice)
        return
    if actual is None and told is None and not _is_to_have_a_url(examined):
        found = "serverless.yml gives the function callback no URL: jobs are finished by reconcile only"
        yield examined.warn(found, "leave it so, or put its trigger `http` back and deploy")
    elif actual is None:
        yield examined.fail(
            "the function callback has no URL", f"run `make deploy`, then `{program()} callback-url --live`"
        )
    elif told is None:
        yield examined.warn("CALLBACK_URL is not set: jobs are finished by reconcile only, ten minutes later", learn)
    elif told == actual:
        yield examined.ok(f"{told} is the function's")
    elif (urlsplit(told).hostname or "").endswith(DOMAIN):
        yield examined.fail(f"CALLBACK_URL is {told}, the function is at {actual}", learn)
    else:
        yield examined.warn(f"CALLBACK_URL is {told}: a domain of your own, if it leads to {actual}", learn)


def reachable(examined: Examined) -> Iterator[Finding]:
    """Whether the function `callback` answers at the address."""
    try:
        url = examined.deployment.settings.callback_url or _function_url(examined)
    except FunctionUrlUntold:
        url = None
    if url is None:
        yield examined.warn("there is no address to try", "see `callback url`")
        return
    try:
        status = _status(examined, url)
    except (HTTPError, OSError) as error:
        found = f"nothing answers at {url} ({type(error).__name__})"
        yield examined.fail(found, "check the network, and netConfig.enableExtranet in serverless.yml")
        return
    if status == ONLY_POST:
        yield examined.ok(f"the function answers at {url}")
    elif status in (403, 404):
        found = f"{url} answers {status}: no function there, or closed to the internet"
        yield examined.fail(found, f"run `{program()} callback-url --live`; authType: NONE and enableExtranet: true")
    else:
        found = f"{url} answers {status} to GET where the function would answer {ONLY_POST}"
        yield examined.fail(found, f"see `{program()} logs callback --live`")


def _is_to_have_a_url(examined: Examined) -> bool:
    triggers = examined.deployment.project.triggers
    return any(isinstance(each, HttpTrigger) and each.function == FUNCTION for each in triggers)


def _function_url(examined: Examined) -> str | None:
    name = examined.deployment.function(FUNCTION).name
    try:
        return examined.cloud.scf.function_url(name)
    except ApiRefused as refused:
        if refused.is_missing:
            return None
        raise


def _status(examined: Examined, url: str) -> int:
    cloud, wanted = examined.unsigned, urlsplit(url)
    place = urlsplit(cloud.connection.endpoint or url)
    connection = cloud.pool.connection_from_host(place.hostname, place.port, place.scheme)
    headers = {"Host": wanted.netloc}
    answer = connection.urlopen(
        "GET", wanted.path or "/", headers=headers, retries=False, redirect=False, timeout=SECONDS
    )
    return int(answer.status)
