"""An index as the deployed functions write it, with a document of every kind."""

from pathlib import Path

from localcloud.faults import Refuse, Requests
from tests.support import ROOT, SAMPLE
from voicesep.local import INDEX, LocalApp


def ignore_logs(_function: str, _request_id: str, _line: str) -> None:
    return


def run() -> dict[str, bytes]:
    """Upload a recording, something that is none, an empty file, and one too many for CI's queue; then reconcile.

    Returns every document by its key below INDEX_PREFIX.
    """
    with LocalApp(ROOT, {}, ignore_logs) as app:
        app.deploy()
        full = Refuse(403, "QueueSaturated")
        app.cloud.faults.add(full, Requests(service="ci", method="POST", path="^/jobs$"), after=2)
        app.upload(SAMPLE, f"incoming/{SAMPLE.name}")
        app.cloud.wait_until_idle(60)
        for name, content in (("notes.mp3", b"no media"), ("empty.mp3", b""), ("later.mp3", b"one too many")):
            app.cloud.cos.put(app.bucket.name, f"incoming/{name}", content)
            app.cloud.wait_until_idle(60)
        app.cloud.scf.fire_timer("every-minute")
        app.cloud.wait_until_idle(60)
        stored = app.cloud.cos.list(app.bucket.name, prefix=INDEX).contents
        return {each.key.removeprefix(INDEX): Path(each.path).read_bytes() for each in stored}
