"""What SCF does where its documents are silent: keys in COS events, and what stands before a function URL."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from urllib3.exceptions import HTTPError

from voice_separation.options import SKIP
from voicesep.live_checks.bench import FOLDER, Bench

NAMES = ("plain", "two words", "a+b", "100%25", "na#me?", "人声", "semi;colon&")
LOOK_BACK = timedelta(minutes=15)


def keys_in_events(bench: Bench) -> Iterator[str]:
    """Upload objects with special names that say that they are to be skipped, and look for their keys in the log."""
    deployment, cloud = bench.deployment, bench.cloud
    name = deployment.function("submit").name
    function = cloud.scf.function(name)
    if function is None or not function.cls_topic_id:
        yield f"{name} is not deployed, or has no log: deploy first"
        return
    topic, suffix = function.cls_topic_id, deployment.settings.input_suffixes[0]
    folder = f"{deployment.settings.input_prefix}{FOLDER}-{bench.run_id}/"
    keys = [f"{folder}{each}{suffix}" for each in NAMES]

    def logged() -> str:
        now = cloud.clock.now()
        wanted = {"SCF_FunctionName": name}
        found = cloud.cls.search(topic, wanted, since=now - LOOK_BACK, until=now, most=1000)
        return "\n".join(line.text for line in found)

    for key in keys:
        bench.send_cos("PutObject", "PUT", key, headers={SKIP: "true", "Content-Type": "audio/mpeg"})
    try:
        text = bench.wait_for(logged, lambda seen: all(_quoted(key) in seen for key in keys))
    finally:
        for key in keys:
            cloud.cos.delete(bench.bucket, key)
    for key in keys:
        told = "arrived as it was written" if _quoted(key) in text else "was not seen in the log so"
        yield f"`{key.removeprefix(folder)}` {told}"


def before_the_function(bench: Bench) -> Iterator[str]:
    """Send a GET and two POSTs to the function URL, which the function refuses, and look at the answers."""
    url = bench.cloud.scf.function_url(bench.deployment.function("callback").name)
    if url is None:
        yield "the function callback has no URL: deploy first"
        return
    wanted, place = urlsplit(url), urlsplit(bench.cloud.connection.endpoint or url)
    connection = bench.cloud.pool.connection_from_host(place.hostname, place.port, place.scheme)
    for method, content_type, body in (
        ("GET", None, None),
        ("POST", "application/xml", b"<Response/>"),
        ("POST", "application/octet-stream", b"\xff\xfe"),
    ):
        headers = {"Host": wanted.netloc, **({"Content-Type": content_type} if content_type else {})}
        try:
            answer = connection.urlopen(method, "/", body=body, headers=headers, retries=False, timeout=30.0)
        except (HTTPError, OSError) as error:
            yield f"{method} {content_type or ''}: no answer ({type(error).__name__})"
            continue
        yield f"{method} {content_type or ''}: {answer.status}, headers {', '.join(sorted(answer.headers))}"


def _quoted(key: str) -> str:
    """Return a key as it stands in a log line, which is JSON."""
    return f'"{key}"'
