"""What the doctor says of recordings that lay in the bucket before the app began."""

from datetime import datetime, timedelta, timezone

import pytest

from tests.support import ROOT
from tests.voicesep.people import held_to, own_policy
from tests.voicesep.site import BUCKET, REGION, Found, Site
from voice_separation.bucket import Bucket
from voice_separation.index import keys, views
from voice_separation.uploads import Upload
from voicesep.cloud import connect
from voicesep.deployment import read_deployment
from voicesep.doctor import earlier
from voicesep.doctor.examination import examine
from voicesep.doctor.findings import Finding, State
from voicesep.keys import live_key
from voicesep.local import INDEX
from voicesep.project import program

HOUR = timedelta(hours=1)
NOTHING = (State.OK, "below incoming/ nothing is older than the app and unclaimed")


@pytest.fixture
def site(new_site: Found) -> Site:
    """A bucket with the index of an app that began an hour after everything that is uploaded here."""
    site = new_site(deployed=False)
    began(site, HOUR)
    return site


def began(site: Site, later: timedelta) -> None:
    now = datetime.now(timezone.utc)
    index = views.index_of((), (), began_at=now + later, generated_at=now, complete_through=None)
    site.cloud.cos.put(BUCKET, INDEX + keys.INDEX, index.content())


def upload(site: Site, *names: str) -> list[Upload]:
    found = []
    for name in names:
        stored = site.cloud.cos.put(BUCKET, f"incoming/{name}", name.encode())
        found.append(Upload(Bucket(BUCKET, REGION), stored.key, stored.etag, stored.size))
    return found


def keep(site: Site, key: str) -> None:
    site.cloud.cos.put(BUCKET, INDEX + key, b"{}")


def finding(site: Site) -> Finding:
    deployment = read_deployment(ROOT, site.env_file)
    found = examine(deployment, connect(deployment, live_key(deployment.environment)))
    (told,) = [each for each in found if each.check == "earlier uploads"]
    return told


def told(site: Site) -> tuple[State, str]:
    told = finding(site)
    return told.state, told.found


def test_recordings_that_nobody_has_claimed_are_counted_with_what_says_their_price(site: Site) -> None:
    upload(site, "a.mp3", "b.mp3", "notes.txt")
    found = finding(site)
    assert found.state is State.WARN
    assert found.found == "2 uploads below incoming/ are older than the app and unclaimed"
    assert f"`{program()} backfill --live --dry-run`" in found.remedy


def test_those_that_were_submitted_refused_or_wait_are_not_counted(site: Site) -> None:
    claimed, refused, waiting = upload(site, "claimed.mp3", "refused.mp3", "waiting.mp3")
    assert told(site)[1].startswith("3 uploads")
    for key in (keys.claim(claimed.id, 1), keys.refused(refused.id), keys.waiting(waiting.id)):
        keep(site, key)
    assert told(site) == NOTHING


def test_those_of_the_app_s_own_time_are_left_to_its_audit(site: Site) -> None:
    began(site, -HOUR)
    upload(site, "lost.mp3")
    assert told(site) == NOTHING


def test_where_there_is_no_index_yet_those_of_this_moment_are_not_counted(new_site: Found) -> None:
    site = new_site(deployed=False)
    upload(site, "new.mp3")
    assert told(site) == NOTHING


@pytest.mark.parametrize("limit", ["MOST_LISTED", "MOST_ASKED"])
def test_of_a_large_bucket_as_many_are_told_as_were_looked_at(
    site: Site, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(earlier, limit, 2)
    uploads = upload(site, "a.mp3", "b.mp3", "c.mp3")
    assert told(site) == (State.WARN, "at least 2 uploads below incoming/ are older than the app and unclaimed")
    for each in uploads:
        keep(site, keys.claim(each.id, 1))
    assert told(site) == (State.OK, "below incoming/ none is unclaimed of the first 2 that are older than the app")
    monkeypatch.setattr(earlier, limit, 3)
    assert told(site) == NOTHING


@pytest.mark.parametrize(
    ("policies", "state"),
    [(("viewer", "role", "operator"), State.OK), (("viewer",), State.WARN)],
    ids=["acts", "looks"],
)
def test_whoever_acts_is_told_and_whoever_looks_may_not_list_the_uploads_which_is_no_failure(
    new_site: Found, policies: tuple[str, ...], state: State
) -> None:
    found = finding(held_to(new_site, own_policy(*policies)).site)
    assert found.state is state
    assert state is State.OK or found.found.startswith(f"GetBucket {BUCKET}/: AccessDenied")
