"""An index as the deployed functions write it, with a document of every kind."""

from pathlib import Path

from localcloud.faults import Refuse, Requests
from tests.receiver import listening
from tests.support import ROOT, SAMPLE
from voicesep.local import INDEX, LocalApp

UNREPORTED = "runs.mp3"
OTHERS = {
    "notes.mp3": b"no media",
    "empty.mp3": b"",
    UNREPORTED: b"no media, and no word of it",
    "later.mp3": b"one too many",
}


def ignore_logs(_function: str, _request_id: str, _line: str) -> None:
    return


def run() -> dict[str, bytes]:
    """Upload a recording, something that is none, an empty file, what nobody reports, and one too many for CI's queue.

    Then reconcile. The receiver wants no notice of the first job, and does not take that of the second.
    Returns every document by its key below INDEX_PREFIX.
    """
    with listening() as listener, LocalApp(ROOT, listener.settings, ignore_logs) as app:
        listener.answers(410, 500)
        app.deploy()
        full = Refuse(403, "QueueSaturated")
        app.cloud.faults.add(full, Requests(service="ci", method="POST", path="^/jobs$"), after=3)
        app.upload(SAMPLE, f"incoming/{SAMPLE.name}")
        app.cloud.wait_until_idle(60)
        for name, content in OTHERS.items():
            app.cloud.faults.events.ci.lose(float(name == UNREPORTED))
            app.cloud.cos.put(app.bucket.name, f"incoming/{name}", content)
            app.cloud.wait_until_idle(60)
        app.cloud.scf.fire_timer("every-minute")
        app.cloud.wait_until_idle(60)
        stored = app.cloud.cos.list(app.bucket.name, prefix=INDEX).contents
        return {each.key.removeprefix(INDEX): Path(each.path).read_bytes() for each in stored}
