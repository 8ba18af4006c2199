"""What `localcloud` says when it listens: what it is not, where it is, and how to reach it."""

from collections.abc import Iterator

from localcloud.cloud import WHAT_IT_IS_NOT, LocalCloud
from localcloud.scf.registry import Deployment


def greeting(cloud: LocalCloud) -> Iterator[str]:
    """Yield the lines for a cloud that listens."""
    yield WHAT_IT_IS_NOT
    yield f"It listens on {cloud.endpoint}, where its page is, too. Ctrl-C ends it."
    yield ""
    yield from _table(_credentials(cloud))
    yield ""
    yield from _table(_clients(cloud))
    functions = [row for deployment in cloud.scf.deployments for row in _function(cloud, deployment)]
    if functions:
        yield ""
        yield from _table(functions)


def _credentials(cloud: LocalCloud) -> list[tuple[str, str]]:
    buckets = ", ".join(f"{name} ({region})" for name, region in cloud.cos.buckets().items())
    return [
        ("SecretId", cloud.credentials.access_key_id),
        ("SecretKey", cloud.credentials.secret_key),
        ("buckets", buckets or "none yet; any client can make one"),
    ]


def _clients(cloud: LocalCloud) -> list[tuple[str, str]]:
    at = cloud.endpoint
    return [
        ("cos-python-sdk-v5", f'CosConfig(…, Scheme="http", Proxies={{"http": "{at}"}})'),
        ("cos-nodejs-sdk-v5", f'new COS({{…, Protocol: "http:", Proxy: "{at}"}})'),
        ("tencentcloud-sdk-python", f'HttpProfile(protocol="http", endpoint="{at.removeprefix("http://")}")'),
        ("coscmd", f"http_proxy={at} coscmd …, configured with --do-not-use-ssl"),
        ("functions", f"curl -x {at} http://<the address below>"),
    ]


def _function(cloud: LocalCloud, deployment: Deployment) -> Iterator[tuple[str, str]]:
    """Yield what calls a function; its key stands in the first line only."""
    calls = [f"{each.bucket}/{each.prefix}*{each.suffix}" for each in deployment.cos_triggers if each.enabled]
    calls += [f"timer {each.name}" for each in deployment.timers if each.enabled]
    if deployment.http_trigger:
        calls.append(cloud.scf.function_url(deployment.function.name).replace("https://", "http://"))
    for index, call in enumerate(calls or ["nothing calls it"]):
        yield ("" if index else deployment.function.spec.key), call


def _table(rows: list[tuple[str, str]]) -> Iterator[str]:
    width = max(len(name) for name, _ in rows)
    return (f"  {name:<{width}}  {text}" for name, text in rows)
