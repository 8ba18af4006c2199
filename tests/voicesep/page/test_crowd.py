"""The page over more jobs than it is sent at once, among them many that have ended and are still noted as pending."""

import gzip
import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from localcloud.cos.acl import CANNED
from localcloud.cos.bucket_settings import BucketSettings
from tests.browser import PATIENCE
from tests.voicesep.crowd import FAILED, NOTED, SUCCEEDED, TALK, Crowd, crowd
from tests.voicesep.driving import lines
from tests.voicesep.site import BUCKET
from voice_separation.bucket import Bucket
from voice_separation.index import views
from voice_separation.index.entries import Entry
from voice_separation.status import State
from voicesep.local import INDEX
from voicesep.page import library
from voicesep.page.library import Library
from voicesep.project import program

ALL = FAILED + SUCCEEDED
EVERYTHING_ENDED = ["All 1,002", "Pending 0", "Waiting 0", "Success 2", "Failed 1,000", "Cancel 0", "Refused 0"]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    with crowd(tmp_path_factory.mktemp("crowd")) as shown:
        yield shown


@pytest.fixture
def published(shown: Crowd, quiet_page: Page) -> Page:
    """The page beside `index.json`, read anonymously."""
    cloud = shown.site.cloud
    assert shown.site.run("publish-page").exit_code == 0

    def readable(settings: BucketSettings) -> BucketSettings:
        return settings.model_copy(update={"grants": CANNED["public-read"]})

    cloud.cos.configure(BUCKET, readable)
    browser = quiet_page.context.browser
    assert browser
    context = browser.new_context(proxy={"server": cloud.endpoint})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(f"http://{Bucket(BUCKET, shown.app.bucket.region).cos_host}/{INDEX}index.html")
    expect(lines(page).first).to_be_visible()
    return page


def states(page: Page) -> list[str]:
    return page.locator("#states button").all_text_contents()


def choose_state(page: Page, state: str) -> None:
    page.locator(f"#states button[data-state={state}]").click()


def test_jobs_that_have_ended_are_counted_once_though_their_notes_are_there(ui: Page, shown: Crowd) -> None:
    told = Library(shown.app).open_uploads()
    assert (told.counts[State.PENDING], told.unread) == (0, 0)
    assert sum(row.state == "Failed" for row in told.rows) == 200
    expect(ui.locator("#states button")).to_have_text(EVERYTHING_ENDED)
    expect(ui.locator("#shown")).to_have_text("100 of 1,002 shown")


def test_a_job_that_has_ended_since_the_index_is_counted_besides(page: Page, shown: Crowd, address: str) -> None:
    def with_another(route: Route) -> None:
        told = route.fetch().json()
        now = datetime.now(timezone.utc).isoformat()
        row = {**told["rows"][0], "job_id": "jnew", "upload_id": "0" * 32, "key": "incoming/new.mp3", "at": now}
        route.fulfill(json={**told, "rows": [row, *told["rows"]]})

    page.route("**/open.json", with_another)
    page.goto(address)
    expect(lines(page).first).to_contain_text("new.mp3")
    assert states(page)[0] == "All 1,003"
    assert states(page)[4] == "Failed 1,001"


def test_a_job_that_is_published_between_the_two_reads_of_one_look_stays_in_the_list(
    page: Page, shown: Crowd, address: str
) -> None:
    where = shown.talk.input.model_copy(update={"key": "incoming/moved.mp3"})
    entry = shown.talk.model_copy(
        update={"job_id": "jmoved", "input": where, "finished_at": datetime.now(timezone.utc)}
    )
    told_of = {"job_id": "jmoved", "upload_id": entry.upload_id, "key": where.key, "at": str(entry.finished_at)}
    pending = {**told_of, "state": "Pending", "reason": None, "duration_s": None}
    is_published = moves = False

    def open_uploads(route: Route) -> None:
        told = route.fetch().json()
        counts = {**told["counts"], "Pending": int(not is_published)}
        route.fulfill(json={**told, "counts": counts, "rows": [*([] if is_published else [pending]), *told["rows"]]})
        after_one_answer()

    def index(route: Route) -> None:
        told = route.fetch().json()
        if is_published:
            newest = [json.loads(entry.content()), *told["newest"][:-1]]
            told |= {"newest": newest, "jobs": told["jobs"] + 1, "counts": {**told["counts"], "Success": SUCCEEDED + 1}}
        route.fulfill(json=told)
        after_one_answer()

    def after_one_answer() -> None:
        nonlocal is_published
        is_published = is_published or moves

    page.route("**/open.json", open_uploads)
    page.route("**/index.json", index)
    page.add_init_script("setInterval = () => 0")  # no other look comes
    page.goto(address)
    moved = lines(page).filter(has_text="moved.mp3")
    expect(moved).to_contain_text("Pending")
    page.wait_for_load_state("networkidle")
    moves = True
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(moved).to_contain_text("Success")
    assert [states(page)[n] for n in (0, 1, 3)] == ["All 1,003", "Pending 0", "Success 3"]


def test_more_notes_than_are_looked_into_are_told_as_a_limit(
    ui: Page, shown: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "LOOKED_INTO", 100)
    told = Library(shown.app).open_uploads()
    assert (told.counts[State.PENDING], told.unread) == (NOTED - 100, NOTED - 100)
    ui.reload()
    expect(ui.locator("#states button[data-state=Pending]")).to_have_text("Pending up to 150")
    choose_state(ui, "Pending")
    expect(ui.locator("#empty")).to_have_text("150 notes of pending jobs were not looked into; these may have ended.")


@pytest.mark.parametrize("words", ["talk-over", "INCOMING talk", "job_id"])
def test_the_search_goes_on_in_older_hours_by_itself(ui: Page, shown: Crowd, words: str) -> None:
    ui.get_by_role("searchbox").fill(shown.talk.job_id if words == "job_id" else words)
    expect(lines(ui)).to_have_count(1)
    expect(lines(ui)).to_contain_text("talk-over-music.mp3")
    expect(ui.locator("#shown")).to_have_text("1 found")
    expect(ui.locator("#more")).to_be_hidden()


def test_the_search_says_which_hour_it_is_in(page: Page, address: str) -> None:
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route("**/segments/**", hold)
    page.goto(address)
    page.get_by_role("searchbox").fill("talk-over")
    expect(page.locator("#searching")).to_contain_text("Searching ")
    expect(page.locator("#empty")).to_be_hidden()
    for route in waiting:
        route.continue_()
    expect(lines(page)).to_have_count(1)
    expect(page.locator("#searching")).to_be_hidden()


def test_a_state_is_listed_from_the_hours_that_have_it(ui: Page) -> None:
    choose_state(ui, "Success")
    expect(lines(ui)).to_have_count(SUCCEEDED)
    expect(ui.locator("#shown")).to_have_text("2 of 2 shown")
    expect(ui.locator("#more")).to_be_hidden()


def test_all_of_a_state_can_be_listed(ui: Page) -> None:
    choose_state(ui, "Failed")
    for count in range(100, FAILED, 100):
        expect(lines(ui)).to_have_count(count)
        ui.get_by_role("button", name="Show more").click()
    expect(lines(ui)).to_have_count(FAILED)
    expect(ui.locator("#more")).to_be_hidden()


@pytest.mark.parametrize(
    ("state", "words", "told"),
    [
        ("Pending", "", "There is no pending job."),
        ("Cancel", "", "There is no job in the state Cancel."),
        (None, "no such words", "No job or upload has all of “no such words” in its key, ids or reason."),
        ("Success", "archive", "No job in the state Success has all of “archive” in its key, ids or reason."),
    ],
)
def test_an_empty_list_says_why(ui: Page, state: str | None, words: str, told: str) -> None:
    if state:
        choose_state(ui, state)
    ui.get_by_role("searchbox").fill(words)
    expect(ui.locator("#empty")).to_have_text(told)
    expect(lines(ui)).to_have_count(0)


def test_an_older_job_that_the_address_names_is_shown_by_its_story(
    quiet_page: Page, shown: Crowd, address: str
) -> None:
    asked: list[str] = []
    quiet_page.on("request", lambda request: asked.append(request.url))
    quiet_page.goto(f"{address}#/{shown.talk.job_id}")
    expect(quiet_page.locator("#detail-title")).to_have_text("talk-over-music.mp3")
    expect(quiet_page.locator(".outcome")).to_contain_text("Success")
    assert not [url for url in asked if "/segments/" in url]


def with_old_hours(index: dict[str, Any], count: int) -> dict[str, Any]:
    """The index with as many hours more, of one job each."""
    first = datetime.fromisoformat(index["segments"][0]["hour"])
    hours = [first - timedelta(hours=count - n) for n in range(count)]
    one = {"jobs": 1, "counts": {"Failed": 1}, "sha256": "0" * 64, "sealed": True}
    old = [{**one, "hour": hour.isoformat(), "key": f"segments/{hour:%Y-%m-%d/%H}.ndjson.gz"} for hour in hours]
    counts = {**index["counts"], "Failed": index["counts"]["Failed"] + count}
    return {**index, "jobs": index["jobs"] + count, "counts": counts, "segments": [*old, *index["segments"]]}


def test_a_search_through_months_stops_and_asks_before_it_goes_on(page: Page, address: str) -> None:
    page.route("**/index.json", lambda route: route.fulfill(json=with_old_hours(route.fetch().json(), 300)))
    page.route("**/segments/**", lambda route: route.fulfill(body=gzip.compress(b"")))
    page.goto(address)
    page.get_by_role("searchbox").fill("no such words")
    expect(page.locator("#empty")).to_contain_text("were not searched yet")
    page.get_by_role("button", name="Search before").click()
    expect(page.locator("#more")).to_be_hidden()
    expect(page.locator("#empty")).not_to_contain_text("were not searched yet")


def test_an_hour_that_has_got_more_jobs_is_searched_again(page: Page, shown: Crowd, address: str) -> None:
    where = shown.talk.input.model_copy(update={"key": "incoming/late.mp3"})
    late = shown.talk.model_copy(update={"job_id": "jlate", "input": where})
    reported: list[Entry] = []

    def index(route: Route) -> None:
        told = route.fetch().json()
        last = told["segments"][-1]
        more = {"jobs": last["jobs"] + len(reported), "counts": {**last["counts"], "Success": len(reported)}}
        digest = {"sha256": f"{len(reported):064}"}
        counts = {**told["counts"], "Success": SUCCEEDED + len(reported)}
        route.fulfill(json={**told, "counts": counts, "segments": [*told["segments"][:-1], {**last, **more, **digest}]})

    page.route("**/index.json", index)
    page.route("**/segments/**", lambda route: route.fulfill(body=views.segment_content(reported)))
    page.goto(address)
    page.get_by_role("searchbox").fill("late.mp3")
    expect(page.locator("#empty")).to_contain_text("No job or upload has")
    reported.append(late)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(lines(page)).to_have_count(1)


@pytest.mark.parametrize("damage", ["missing", "damaged"])
def test_an_hour_that_cannot_be_read_is_told_and_the_others_are_searched(
    quiet_page: Page, shown: Crowd, address: str, damage: str
) -> None:
    index = json.loads(shown.app.call.reader(shown.app.bucket).content("index.json") or b"")
    bad = index["segments"][-1]["key"]

    def spoil(route: Route) -> None:
        route.fulfill(status=404) if damage == "missing" else route.fulfill(body=b"no gzip")

    quiet_page.route(f"**/{bad}", spoil)
    quiet_page.goto(address)
    quiet_page.get_by_role("searchbox").fill("talk-over")
    expect(lines(quiet_page)).to_have_count(1)
    expect(quiet_page.locator("#freshness")).to_contain_text(
        f"Missing or damaged: {bad}; {program()} rebuild-index --live"
    )


def test_a_server_that_is_gone_is_told_and_the_search_goes_on_when_it_is_back(quiet_page: Page, address: str) -> None:
    quiet_page.route("**/segments/**", lambda route: route.abort())
    quiet_page.goto(address)
    quiet_page.get_by_role("searchbox").fill("talk-over")
    expect(quiet_page.get_by_role("alert")).to_contain_text("could not be reached")
    quiet_page.unroute("**/segments/**")
    quiet_page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(lines(quiet_page)).to_have_count(1)
    expect(quiet_page.get_by_role("alert")).to_be_hidden()


def test_a_reason_that_many_met_is_told_once_though_each_names_its_own_key(ui: Page, shown: Crowd) -> None:
    failure = ui.locator(".failures li")
    expect(failure).to_have_count(1)
    expect(failure).to_contain_text("and 199 more among the newest 200 jobs")
    expect(failure.get_by_role("link")).to_have_text((shown.entries[0].input.key or "").rpartition("/")[2])


def test_the_published_page_searches_older_hours_too(published: Page) -> None:
    assert states(published) == ["All 1,002", "Success 2", "Failed 1,000", "Cancel 0"]
    published.get_by_role("searchbox").fill("talk-over")
    expect(lines(published)).to_have_count(1)
    published.get_by_role("searchbox").press("Enter")
    expect(published.locator("#detail-title")).to_have_text("talk-over-music.mp3")


def test_the_published_page_finds_what_the_address_names_in_older_hours(published: Page, shown: Crowd) -> None:
    published.goto(f"{published.url}#/{shown.talk.job_id}")
    expect(published.locator("#detail-title")).to_have_text(TALK.rpartition("/")[2])
    published.evaluate("location.hash = '#/jnone'")
    expect(published.locator("#detail")).to_contain_text("has no job or upload jnone.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_to_complain_about_in_an_overview_and_a_list_that_is_empty(ui: Page, scheme: str) -> None:
    ui.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    choose_state(ui, "Pending")
    expect(ui.locator("#empty")).to_be_visible()
    report = Axe().run(ui)
    assert report.violations_count == 0, report.generate_report()
    assert len(report.response["passes"]) > 15
