"""What people do with commands on a deployed app, each held to the policies that `voicesep cam-policy` prints for him.

Each method is one thing that somebody does, and asserts that it went well; what was asked is in the cloud's recorder.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import urllib3

from localcloud.cam.access import Access
from localcloud.cam.documents import parse_policy
from localcloud.cam.policy import Policy
from localcloud.faults import Refuse, Requests
from localcloud.permissions import accesses_of
from tests.receiver import Listener
from tests.support import EVENTS, ROOT, SAMPLE
from tests.voicesep.site import BUCKET, REGION, Found, Site
from voicesep.app import open_app
from voicesep.local import INDEX
from voicesep.page.app import page_server
from voicesep.policies import policy_document, role_policies
from voicesep.where import Where

ENVIRONMENT = {"INPUT_BUCKET": BUCKET, "REGION": REGION, "INPUT_PREFIX": "incoming/"}
NO_ROOM = Refuse(403, "QueueSaturated")
CREATE_JOB = Requests(service="ci", method="POST", path="^/jobs$")
PATIENCE = 60.0
NO_MEDIA = b"no media, so its job ends at once"


def own_policy(*names: str, **settings: str) -> Policy:
    """What somebody may do whom these policies of deploy/cam are attached to; `settings` are those of the app."""
    documents = [json.dumps(policy_document(ROOT, name, {**ENVIRONMENT, **settings})) for name in names]
    return Policy(tuple(each for text in documents for each in parse_policy(text).statements))


def held_to(new_site: Found, policy: Policy, **settings: str) -> "Person":
    """Found a site where every role is held to its policy, and the key in `.env` to this one."""
    site = new_site(policies={**role_policies(ROOT, {**ENVIRONMENT, **settings}), "person": policy})
    key = site.cloud._issue_role_credentials("person")
    site.env_file.write_text(f"{site.env_file.read_text()}TENCENT_TOKEN={key.session_token}\n")
    site.set(TENCENT_SECRET_ID=key.secret_id, TENCENT_SECRET_KEY=key.secret_key, **settings)
    if settings:
        site.deploy()
    return Person(site, key.secret_id)


@dataclass
class Person:
    """Somebody with a key, and the app that he looks after."""

    site: Site
    secret_id: str

    def accesses(self) -> frozenset[Access]:
        """What he has asked of COS and CI, each access once."""
        owner = self.site.cloud.account
        own = [each for each in self.site.cloud.recorder.requests() if each.access_key_id == self.secret_id]
        asked = (accesses_of(each.method, each.host, each.path, each.query, owner=owner) for each in own)
        return frozenset(access for accesses in asked for access in accesses)

    def actions(self) -> set[str]:
        """The actions of the API 3.0 that he has asked for."""
        own = (each for each in self.site.cloud.recorder.requests() if each.access_key_id == self.secret_id)
        return {f"{each.service}:{each.action}" for each in own if each.action}

    # What happened before ----------------------------------------------------------------------------------------

    def something_of_every_kind(self) -> None:
        """Uploads that were separated, failed, were refused, wait, are open, unclaimed, or deleted by now."""
        cloud = self.site.cloud
        self._upload("talk.mp3", SAMPLE.read_bytes())
        self._upload("notes.mp3")
        self._upload("gone.mp3")
        cloud.cos.delete(BUCKET, "incoming/gone.mp3")
        self._upload("empty.mp3", b"")
        with self._no_room():
            self._upload("later.mp3")
        cloud.scf.fire_timer("every-minute")
        assert cloud.wait_until_idle(PATIENCE)
        cloud.faults.events.ci.lose(1.0)
        self._upload("open.mp3")
        cloud.faults.events.clear()
        with self._no_room():
            self._upload("cancelled.mp3")
        cloud.faults.events.cos.lose(1.0)
        self._upload("unclaimed.mp3")
        cloud.faults.events.clear()

    # Who looks ---------------------------------------------------------------------------------------------------

    def looks(self) -> None:
        """Ask for jobs, stories and logs."""
        rows = json.loads(self._done("jobs", "--format", "json"))
        assert {row["state"] for row in rows} == {"Success", "Failed", "Pending", "Waiting", "Refused"}
        self._done("jobs", "--state", "failed", "--since", "1d")
        for key in ("talk.mp3", "gone.mp3", "empty.mp3", "cancelled.mp3", "open.mp3"):
            self._done("show", f"incoming/{key}")
        told = self._story("incoming/talk.mp3")
        assert (told["state"], told["log_notes"]) == ("Success", [])
        assert told["log"]
        for named in (told["upload"]["upload_id"], told["jobs"][0]["job_id"]):
            self._done("show", named)
        self._done("logs", "--limit", "5")
        self._done("logs", "submit", "--request", told["claims"][0]["request_id"])

    def listens(self) -> None:
        """Open the page, a story, and recordings."""
        (job,) = self._story("incoming/talk.mp3")["jobs"]
        where = Where(live=True, env_file=self.site.env_file)
        with open_app(where) as app, page_server(app) as server, urllib3.PoolManager(retries=False) as browser:
            segment = browser.request("GET", f"{server.url}/index.json").json()["segments"][0]["key"]
            for part in ("input", "0", "1"):
                assert browser.request("GET", f"{server.url}/media/{job['job_id']}/{part}").status == 200
            for path in (segment, "open.json", f"stories/{job['job_id']}.json", f"waveforms/{job['job_id']}/0"):
                assert browser.request("GET", f"{server.url}/{path}").status == 200, path

    # Who acts ----------------------------------------------------------------------------------------------------

    def examines(self) -> None:
        """Have everything looked at, and call a function."""
        self._done("doctor")
        self._done("callback-url", "--dry-run")
        self._done("queue", "list")
        self._done("template", "list")
        self._done("invoke", "reconcile", "-e", str(EVENTS / "timer-reconcile.json"))

    def repairs(self) -> None:
        """Retry, cancel, submit what lies there, and do what the timers do."""
        self._done("cancel", "incoming/cancelled.mp3")
        self._done("retry", "incoming/talk.mp3", "--again")
        self._done("retry", "incoming/later.mp3")
        self._done("retry", "--failed", "--refused", "--dry-run")
        self._done("retry", "--failed", "--refused", "--waiting")
        self._done("backfill", "--dry-run")
        self._done("backfill", "--yes")
        self._done("reconcile", "--dry-run")
        self._done("reconcile", "--audit")
        assert self.site.cloud.wait_until_idle(PATIENCE)
        self._done("reconcile")

    def tells_again(self, listener: Listener) -> None:
        """Look for what a receiver has not taken, and have it told of that, and of what it has forgotten."""
        listener.answers(410)
        self._upload("told-never.mp3")
        listener.answers(500)
        self._upload("told-later.mp3")
        self._done("doctor")
        self._done("resend", "--undelivered", "--dry-run")
        assert json.loads(self._done("resend", "--undelivered", "--waiting")) == {"notices": 2}
        self._done("resend", "incoming/told-later.mp3")
        listener.answers(204)
        self._done("reconcile")
        assert json.loads(self._done("resend", "--since", "1d")) == {"notices": 2}
        self._done("reconcile")
        assert set(listener.times_told().values()) == {3}

    def publishes(self) -> None:
        """Write the page, and all views anew, where some are wrong."""
        cos = self.site.cloud.cos
        self._done("publish-page")
        for stale in ("segments/2026-01-01/00.ndjson.gz", "uploads/00000000000000000000000000000000/success.json"):
            cos.put(BUCKET, INDEX + stale, b"nobody speaks for it")
        self._done("rebuild-index", "--dry-run")
        assert json.loads(self._done("rebuild-index"))["removed"] == 2
        cos.put(BUCKET, f"{INDEX}jobs/00/notes.json", b"{}")
        assert self.site.run("rebuild-index").exit_code == 1  # for it names what is no entry
        cos.delete(BUCKET, f"{INDEX}jobs/00/notes.json")

    # How it is done ----------------------------------------------------------------------------------------------

    def _story(self, key: str) -> Any:
        return json.loads(self._done("show", key, "--format", "json"))

    def _done(self, *command: str) -> str:
        told = self.site.run(*command)
        assert told.exit_code == 0, f"{command}: {told.stdout}{told.stderr}"
        return told.stdout

    def _upload(self, name: str, content: bytes = NO_MEDIA) -> None:
        distinct = name.encode() + content if content == NO_MEDIA else content
        self.site.cloud.cos.put(BUCKET, f"incoming/{name}", distinct)
        assert self.site.cloud.wait_until_idle(PATIENCE)

    @contextmanager
    def _no_room(self) -> Iterator[None]:
        rule = self.site.cloud.faults.add(NO_ROOM, CREATE_JOB)
        yield
        assert rule.struck
        self.site.cloud.faults.clear()
