"""What the doctor says of the receiver of notices, asked by somebody who may do no more than his policies say."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.receiver import Listener, listening
from tests.support import ROOT
from tests.voicesep.people import held_to, own_policy
from tests.voicesep.site import BUCKET, Found, Site
from voicesep.cloud import connect
from voicesep.deployment import read_deployment
from voicesep.doctor.examination import examine
from voicesep.doctor.findings import Finding, State
from voicesep.keys import live_key


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


def telling(new_site: Found, listener: Listener) -> Site:
    """A site that tells a receiver; the key in its `.env` may do what acting needs."""
    told = listener.settings
    return held_to(new_site, own_policy("viewer", "role", "operator", **told), **told).site


def upload(site: Site) -> None:
    site.cloud.cos.put(BUCKET, "incoming/notes.mp3", b"no media, so that the job ends at once")
    assert site.cloud.wait_until_idle(60)


def everything(site: Site) -> list[Finding]:
    deployment = read_deployment(ROOT, site.env_file)
    return list(examine(deployment, connect(deployment, live_key(deployment.environment))))


def of_the_receiver(site: Site) -> list[Finding]:
    found = everything(site)
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
    assert "voicesep resend --undelivered --live`" in finding.remedy
    assert site.run("resend", "--undelivered").exit_code == 0
    assert [finding.state for finding in of_the_receiver(site)] == [State.OK]


def test_a_notice_that_waits_is_told_once_it_is_late(
    new_site: Found, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener.answers(500)
    site = telling(new_site, listener)
    upload(site)
    assert [finding.state for finding in of_the_receiver(site)] == [State.OK]
    monkeypatch.setattr("voicesep.doctor.receiver.LATE", -timedelta(minutes=1))
    assert [finding.found for finding in of_the_receiver(site)] == ["notices that were not taken yet: 1"]


def test_secrets_that_a_role_may_not_read_are_told(new_site: Found, listener: Listener) -> None:
    site = telling(new_site, listener)
    site.set(WEBHOOK_SECRETS="ssm:receiver-ring")
    site.deploy()
    found = [each for each in everything(site) if each.state is State.FAIL]
    assert [finding.check for finding in found] == ["roles", "roles"]
    for finding, door in zip(found, ("Callback", "Reconcile"), strict=True):
        assert finding.found.startswith(f"SCF_VoiceSeparation{door} may not ssm:GetSecretValue on ")
        assert finding.found.endswith("/receiver-ring")
