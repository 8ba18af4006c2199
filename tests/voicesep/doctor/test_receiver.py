"""What the doctor says of the receiver of notices, asked by somebody who may do no more than his policies say."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from localcloud.cam.documents import parse_policy
from localcloud.cam.policy import Policy
from tests.receiver import Listener, listening
from tests.support import ROOT
from tests.voicesep.people import ENVIRONMENT
from tests.voicesep.site import BUCKET, Found, Site
from voicesep.cloud import connect
from voicesep.deployment import read_deployment
from voicesep.doctor.examination import examine
from voicesep.doctor.findings import Finding, State
from voicesep.keys import live_key
from voicesep.policies import policy_document, role_policies


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


def telling(new_site: Found, listener: Listener) -> Site:
    """A site that tells a receiver; the key in its `.env` may do what acting needs."""
    environment = {**ENVIRONMENT, **listener.settings}
    texts = [json.dumps(policy_document(ROOT, name, environment)) for name in ("viewer", "role", "operator")]
    person = Policy(tuple(each for text in texts for each in parse_policy(text).statements))
    site = new_site(policies={**role_policies(ROOT, environment), "person": person})
    key = site.cloud._issue_role_credentials("person")
    site.env_file.write_text(f"{site.env_file.read_text()}TENCENT_TOKEN={key.session_token}\n")
    site.set(TENCENT_SECRET_ID=key.secret_id, TENCENT_SECRET_KEY=key.secret_key, **listener.settings)
    site.deploy()
    return site


def upload(site: Site) -> None:
    site.cloud.cos.put(BUCKET, "incoming/notes.mp3", b"no media, so that the job ends at once")
    assert site.cloud.wait_until_idle(60)


def of_the_receiver(site: Site) -> list[Finding]:
    deployment = read_deployment(ROOT, site.env_file)
    found = list(examine(deployment, connect(deployment, live_key(deployment.environment))))
    assert [finding for finding in found if finding.state is State.FAIL] == []
    return [finding for finding in found if finding.check == "receiver"]


def test_a_receiver_that_takes_what_it_is_told_is_well(new_site: Found, listener: Listener) -> None:
    site = telling(new_site, listener)
    upload(site)
    (finding,) = of_the_receiver(site)
    assert (finding.state, len(listener.posts)) == (State.OK, 1)


def test_a_notice_that_was_given_up_is_told_with_what_to_do(new_site: Found, listener: Listener) -> None:
    site = telling(new_site, listener)
    listener.answers(410)
    upload(site)
    (finding,) = of_the_receiver(site)
    assert (finding.state, finding.found) == (State.WARN, "notices that were given up: 1")
    assert "docs/webhook.md" in finding.remedy


def test_a_notice_that_waits_is_told_once_it_is_late(
    new_site: Found, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener.answers(500)
    site = telling(new_site, listener)
    upload(site)
    assert [finding.state for finding in of_the_receiver(site)] == [State.OK]
    monkeypatch.setattr("voicesep.doctor.receiver.LATE", -timedelta(minutes=1))
    assert [finding.found for finding in of_the_receiver(site)] == ["notices that were not taken yet: 1"]


def test_nothing_of_the_addition_for_whoever_acts_can_be_spared(new_site: Found, listener: Listener) -> None:
    site = telling(new_site, listener)
    site.cloud.recorder.clear()
    of_the_receiver(site)
    listed = {
        each.query for each in site.cloud.recorder.requests() if "undelivered" in each.query or "notices" in each.query
    }
    assert len(listed) == 2
    without = policy_document(ROOT, "operator", ENVIRONMENT)["statement"]
    with_it = policy_document(ROOT, "operator", {**ENVIRONMENT, **listener.settings})["statement"]
    (added,) = [each for each in with_it if each not in without]
    assert added["condition"] == {"string_equal": {"cos:prefix": ["index%2Fundelivered%2F"]}}
