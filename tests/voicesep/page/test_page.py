"""The page of `voicesep ui` in a real browser, over a local cloud with real stems."""

import json
import re
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser import PATIENCE
from tests.voicesep.driving import (
    AUDIO,
    choose,
    choose_and_wait,
    heard,
    lines,
    playing_on,
    positions,
    until,
    until_in_step,
    wait_until_played,
)
from tests.voicesep.exhibit import EMPTY, HOSTILE, LATER, MUSIC, NOTES, OLD_JOBS, TALK, Exhibit
from voice_separation.index import keys
from voicesep.local import INDEX
from voicesep.page.app import page_server
from voicesep.project import program


def test_the_newest_jobs_are_listed_with_how_many_there_are_of_each_state(ui: Page) -> None:
    expect(lines(ui)).to_have_count(100)
    expect(ui.locator("#shown")).to_have_text(f"100 of {OLD_JOBS + 6} shown")
    states = [re.sub(r"\s+", " ", text) for text in ui.locator("#states button").all_text_contents()]
    assert states == ["All 236", "Pending 0", "Waiting 1", "Success 209", "Failed 25", "Cancel 0", "Refused 1"]


def test_words_that_were_typed_before_the_page_was_ready_count(page: Page, address: str) -> None:
    held: list[Route] = []
    page.route("**/config.json", lambda route: held.append(route))  # noqa: PLW0108 - Playwright counts arguments
    with page.expect_request("**/config.json"):
        page.goto(address)
    page.get_by_role("searchbox").fill(Path(NOTES).name)
    held[0].continue_()
    expect(lines(page)).to_have_count(1)


@pytest.mark.parametrize(("state", "key"), [("Waiting", LATER), ("Refused", EMPTY), ("Failed", NOTES)])
def test_a_state_can_be_chosen(ui: Page, state: str, key: str) -> None:
    button = ui.locator(f"#states button[data-state={state}]")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(lines(ui).filter(has_text=key.rpartition("/")[2])).to_have_count(1)
    assert set(ui.locator("#list .state").all_text_contents()) == {state}


def test_the_search_finds_keys_job_ids_and_reasons_and_takes_all_words_together(ui: Page, shown: Exhibit) -> None:
    search = ui.get_by_role("searchbox")
    for words in (shown.entry(TALK).job_id, "talk-over INCOMING"):
        search.fill(words)
        expect(lines(ui)).to_have_count(1)
        expect(lines(ui)).to_contain_text("talk-over-music.mp3")
    search.fill("ResourceNotSupported notes.mp3")
    expect(lines(ui)).to_contain_text(["notes.mp3"])
    search.fill("nothing of the kind")
    expect(lines(ui)).to_have_count(0)
    expect(ui.locator("#shown")).to_contain_text("0 found")


def test_older_jobs_are_loaded_from_the_segments_until_all_are_there(ui: Page) -> None:
    more = ui.locator("#more")
    for _ in range(10):
        if not more.is_visible():
            break
        count = lines(ui).count()
        more.click()
        expect(lines(ui).nth(count)).to_be_visible()
    expect(lines(ui)).to_have_count(OLD_JOBS + 6)
    assert len(set(ui.locator("#list li a").evaluate_all("links => links.map((each) => each.href)"))) == OLD_JOBS + 6


def test_the_failed_are_loaded_from_the_segments_that_have_some(ui: Page) -> None:
    ui.locator("#states button[data-state=Failed]").click()
    expect(lines(ui)).to_have_count(25)
    expect(ui.locator("#more")).to_be_hidden()


def test_a_failed_job_says_why(ui: Page) -> None:
    choose(ui, NOTES)
    expect(ui.locator(".outcome")).to_contain_text("Failed")
    expect(ui.locator(".outcome")).to_contain_text("ResourceNotSupported")
    expect(ui.locator(".outcome")).to_contain_text("is no audio or video that can be decoded")


@pytest.mark.parametrize(("key", "reason"), [(EMPTY, "the object is empty"), (LATER, "told to refuse POST")])
def test_an_upload_without_a_job_says_why(ui: Page, key: str, reason: str) -> None:
    choose(ui, key)
    expect(ui.locator(".outcome")).to_contain_text(reason)
    expect(ui.locator(".story")).to_contain_text("Claimed" if key == LATER else "Refused")
    expect(ui.locator("audio")).to_have_count(0)


def test_the_story_of_a_job_is_told_in_its_order_with_what_the_functions_did(ui: Page, shown: Exhibit) -> None:
    choose(ui, TALK)
    story = ui.locator(".story li")
    expect(story).to_contain_text(["Claimed, attempt 1", "Submitted", "Started", "Success"])
    expect(ui.locator(".story h4")).to_have_count(1)  # the date; each step has its time
    expect(story.filter(has_text="Submitted")).to_contain_text(shown.entry(TALK).job_id)
    expect(ui.locator(".facts")).to_contain_text("0:08")
    expect(ui.locator(".facts")).to_contain_text("mp3, 44100 Hz, 2 ch")


def test_all_tracks_play_together_and_stay_in_step(ui: Page) -> None:
    choose_and_wait(ui, MUSIC)
    assert ui.locator(".track").count() == 5
    ui.get_by_role("button", name="Play").click()
    wait_until_played(ui, 1.5)
    until_in_step(ui)
    assert min(positions(ui)) > 1
    assert heard(ui) == ["input"]
    ui.get_by_role("button", name="Pause").click()
    before = positions(ui)
    ui.wait_for_timeout(300)
    assert positions(ui) == before


def test_a_track_that_is_behind_is_brought_back_into_step(ui: Page) -> None:
    choose_and_wait(ui, TALK)
    ui.get_by_role("button", name="Play").click()
    wait_until_played(ui, 0.5)
    latest = playing_on(ui)
    ui.evaluate(f"{AUDIO}[2].currentTime = 7")
    until_in_step(ui)
    assert max(positions(ui)) <= latest()


def test_solo_mute_and_the_a_b_switch_keep_the_position_while_it_plays(ui: Page) -> None:
    choose_and_wait(ui, TALK)
    ui.get_by_role("button", name="Play").click()
    wait_until_played(ui, 1)
    begin, latest = positions(ui)[0], playing_on(ui)
    swap = ui.get_by_role("button", name="A/B")
    swap.click()
    assert heard(ui) == ["voice"]
    after = positions(ui)
    assert all(begin - 0.3 <= each <= latest() for each in after)
    until_in_step(ui)
    swap.click()
    assert heard(ui) == ["input"]
    ui.get_by_role("button", name="Hear only background").click()
    assert heard(ui) == ["background"]
    ui.get_by_role("button", name="Mute voice").click()  # it was mute
    assert heard(ui) == ["voice", "background"]
    swap.click()
    assert heard(ui) == ["background"]
    assert positions(ui)[0] >= after[0]


def test_the_position_can_be_chosen_with_the_slider_and_in_a_waveform(ui: Page) -> None:
    choose_and_wait(ui, TALK)
    ui.get_by_role("slider", name="Position").fill("4")
    expect(ui.locator(".time")).to_have_text("0:04 / 0:08")
    assert positions(ui) == pytest.approx([4, 4, 4])
    canvas = ui.locator("li[data-track=voice] canvas")
    width = canvas.evaluate("canvas => canvas.clientWidth")
    canvas.click(position={"x": width * 0.25, "y": 5})
    assert positions(ui) == pytest.approx([2, 2, 2], abs=0.1)


def test_what_has_ended_begins_again(ui: Page) -> None:
    choose_and_wait(ui, TALK)
    ui.get_by_role("slider", name="Position").fill("7.6")
    ui.get_by_role("button", name="Play").click()
    expect(ui.get_by_role("button", name="Play")).to_be_visible()
    ui.get_by_role("button", name="Play").click()
    until(ui, f"{AUDIO}[0].currentTime > 0.2 && {AUDIO}[0].currentTime < 5")


def test_waveforms_are_drawn_from_the_recordings(ui: Page) -> None:
    choose(ui, TALK)
    drawn = "document.querySelectorAll('canvas')[{}].toDataURL()"
    until(ui, f"{drawn.format(1)} !== {drawn.format(2)}")
    until(
        ui,
        """[...document.querySelectorAll('canvas')].every((canvas) => {
            const copy = new OffscreenCanvas(canvas.width, canvas.height);
            const context = copy.getContext('2d', { willReadFrequently: true });
            context.drawImage(canvas, 0, 0);
            const { data } = context.getImageData(0, 4, copy.width, copy.height / 2 - 6); // above a plain line
            return data.some((value) => value);
        })""",
    )


@pytest.mark.parametrize("name", ["input", "voice", "background"])
def test_what_is_downloaded_is_the_object(ui: Page, shown: Exhibit, name: str) -> None:
    choose(ui, TALK)
    entry = shown.entry(TALK)
    key = TALK if name == "input" else next(each.key for each in entry.outputs if each.stem == name)
    with ui.expect_download() as started:
        ui.get_by_role("link", name=f"Download {name}").click()
    assert started.value.suggested_filename == key.rpartition("/")[2]
    stored = shown.local.cloud.cos.get(shown.local.bucket.name, key).path
    assert started.value.path().read_bytes() == stored.read_bytes()


def test_a_key_full_of_markup_is_text(ui: Page) -> None:
    choose(ui, HOSTILE)
    expect(ui.locator(".facts")).to_contain_text(HOSTILE)
    assert ui.locator("img").count() == 0


def test_what_the_local_functions_logged_is_told_as_text(page: Page, shown: Exhibit, tmp_path: Path) -> None:
    entry = shown.entry(TALK)
    log = tmp_path / "functions.log"
    line = {"at": "2026-11-21T03:30:00+00:00", "function": "submit", "request_id": "r1"}
    told = [f"<b>{entry.upload_id}</b> submitted", "about another upload"]
    log.write_text("".join(json.dumps({**line, "line": each}) + "\n" for each in told))
    with page_server(replace(shown.app, log=log)) as server:
        page.goto(f"{server.url}/#/{entry.job_id}")
        page.get_by_text("Log of the functions (1)").click()
        expect(page.locator("details pre").first).to_contain_text(f"submit <b>{entry.upload_id}</b> submitted")


def test_it_can_be_used_with_keys_alone(ui: Page) -> None:
    ui.keyboard.press("/")
    expect(ui.get_by_role("searchbox")).to_be_focused()
    ui.keyboard.type("talk-over")
    ui.keyboard.press("Escape")
    ui.keyboard.press("j")
    expect(ui.locator("#detail-title")).to_have_text("talk-over-music.mp3")
    expect(ui.locator("#detail-title")).to_be_focused()
    until(ui, f"{AUDIO}.every((audio) => audio.readyState >= 2)")
    ui.keyboard.press("ArrowRight")
    assert positions(ui) == pytest.approx([5, 5, 5])
    ui.keyboard.press("Home")
    ui.keyboard.press("p")
    wait_until_played(ui, 0.2)
    for key, expected in (
        ("2", ["voice"]),
        ("Shift+Digit3", ["voice", "background"]),
        ("b", ["voice"]),
        ("1", ["input"]),
    ):
        ui.keyboard.press(key)
        assert heard(ui) == expected
    ui.keyboard.press("p")
    ui.keyboard.press("?")
    expect(ui.get_by_role("dialog")).to_contain_text("at the same place")
    ui.keyboard.press("Escape")
    expect(ui.get_by_role("dialog")).to_be_hidden()
    ui.keyboard.press("Escape")
    expect(ui.locator("#detail-title")).to_have_text("Overview")


def test_keys_can_be_switched_off_and_stay_so(ui: Page) -> None:
    ui.get_by_role("button", name="Keyboard shortcuts").click()
    ui.get_by_role("checkbox", name="Shortcuts are on").uncheck()
    ui.get_by_role("button", name="Close").click()
    ui.reload()
    expect(lines(ui).first).to_be_visible()
    ui.keyboard.press("j")
    ui.keyboard.press("/")
    expect(ui.get_by_role("searchbox")).not_to_be_focused()
    expect(ui.locator("#detail-title")).to_have_text("Overview")


def test_enter_in_the_search_opens_the_first_that_was_found(ui: Page) -> None:
    ui.get_by_role("searchbox").fill("talk-over")
    ui.get_by_role("searchbox").press("Enter")
    expect(ui.locator("#detail-title")).to_have_text("talk-over-music.mp3")


@pytest.mark.parametrize("key", [NOTES, HOSTILE, EMPTY, LATER])
def test_an_upload_without_stems_tells_the_command_that_tries_it_again(
    browser: Browser, address: str, key: str
) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(address)
    choose(page, key)
    told_by_the_story = page.locator(".story strong").filter(has_text=re.compile("Claimed|Waits|Refused"))
    expect(told_by_the_story.first).to_be_visible()  # it is drawn anew when that has come
    page.get_by_role("button", name="Copy the command").click()
    expect(page.locator(".command")).to_contain_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    context.close()
    assert shlex.split(copied) == [*shlex.split(program()), "retry", "--live", key]


@pytest.mark.parametrize(("state", "job"), [("Success", "Success"), ("Pending", "Running")])
def test_what_was_submitted_again_needs_no_such_command(ui: Page, shown: Exhibit, state: str, job: str) -> None:
    later: dict[str, Any] = {
        "job_id": "jlater",
        "state": job,
        "progress": None,
        "created_at": None,
        "entry": None,
        "arrivals": [],
    }

    def told(route: Route) -> None:
        story = route.fetch().json()
        route.fulfill(json={**story, "state": state, "jobs": [*story["jobs"], later]})

    ui.route("**/stories/**", told)
    with ui.expect_response("**/stories/**"):
        choose(ui, NOTES)
    expect(ui.locator(".command")).to_have_count(0)
    told_instead = ["Another job of this upload has made stems: jlater"] if job == "Success" else []
    expect(ui.locator(".remedy")).to_have_text(told_instead)


def test_a_job_with_stems_needs_no_such_command(ui: Page) -> None:
    choose(ui, TALK)
    expect(ui.locator(".story li").first).to_be_visible()
    expect(ui.locator(".remedy")).to_have_count(0)


def test_while_nothing_is_chosen_there_are_the_states_and_the_latest_failures(ui: Page) -> None:
    figures = ui.locator(".figures div")
    expect(figures).to_have_text(["Pending0", "Waiting1", "Success209", "Failed25", "Cancel0", "Refused1"])
    expect(ui.get_by_role("img")).to_have_attribute("aria-label", re.compile(r"jobs ended, 25 of them failed$"))
    failure = ui.locator(".failures li").filter(has_text="decoded").first
    failure.get_by_role("link").click()
    expect(ui.locator(".outcome")).to_contain_text("decoded")


def test_a_job_has_an_address_of_its_own(ui: Page, shown: Exhibit, address: str) -> None:
    ui.goto(f"{address}#/{shown.entry(TALK).job_id}")
    expect(ui.locator("#detail-title")).to_have_text("talk-over-music.mp3")
    assert ui.title() == "talk-over-music.mp3 – Voice separation"


@pytest.mark.parametrize(("named", "told"), [("jnone", "jnone"), ("%E4%", "%E4%"), ("a%2Fb", "a/b")])
def test_an_address_that_names_nothing_says_so(quiet_page: Page, address: str, named: str, told: str) -> None:
    quiet_page.goto(f"{address}#/{named}")
    expect(quiet_page.locator("#detail")).to_contain_text(f"has no job or upload {told}.")


def test_an_upload_has_an_address_too(ui: Page, shown: Exhibit, address: str) -> None:
    ui.goto(f"{address}#/{shown.entry(TALK).upload_id}")
    expect(ui.locator("#detail-title")).to_have_text("talk-over-music.mp3")
    expect(ui.locator(".track")).to_have_count(3)


def test_what_plays_plays_on_when_the_index_is_read_again(ui: Page) -> None:
    choose_and_wait(ui, TALK)
    ui.get_by_role("button", name="Play").click()
    wait_until_played(ui, 0.3)
    with ui.expect_response("**/index.json"):
        ui.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    wait_until_played(ui, 0.8)
    expect(ui.get_by_role("button", name="Pause")).to_be_visible()


def test_nothing_is_asked_of_anybody_else(page: Page, address: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    choose_and_wait(page, TALK)
    page.wait_for_load_state("networkidle")
    assert len(asked) > 10
    assert [url for url in asked if not url.startswith(address)] == []


@pytest.mark.parametrize(
    ("key", "scheme", "width"),
    [(None, "light", 320), (None, "dark", 1200), (MUSIC, "light", 1200), (MUSIC, "dark", 320), (NOTES, "dark", 1200)],
)
def test_axe_finds_nothing_to_complain_about(ui: Page, key: str | None, scheme: str, width: int) -> None:
    ui.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    ui.set_viewport_size({"width": width, "height": 900})
    if key:
        choose_and_wait(ui, key) if key == MUSIC else choose(ui, key)
    report = Axe().run(ui)
    assert report.violations_count == 0, report.generate_report()
    assert len(report.response["passes"]) > 15


def test_on_a_narrow_screen_there_is_the_list_or_the_job_and_nothing_is_cut_off(ui: Page) -> None:
    ui.set_viewport_size({"width": 320, "height": 640})
    expect(ui.locator("#detail")).to_be_hidden()
    choose_and_wait(ui, MUSIC)
    expect(ui.locator("#jobs")).to_be_hidden()
    assert ui.evaluate("document.documentElement.scrollWidth") == 320
    buttons = [ui.get_by_role("button", name=name).bounding_box() for name in ("Play", "A/B")]
    assert len({box["y"] for box in buttons if box}) == 1  # on the same line
    ui.get_by_role("link", name="Back to the list").click()
    expect(ui.locator("#jobs")).to_be_visible()
    assert ui.evaluate("document.documentElement.scrollWidth") == 320


def test_a_recording_that_is_gone_is_told_and_the_rest_plays(quiet_page: Page, shown: Exhibit, address: str) -> None:
    local = shown.local
    entry = shown.entry(TALK)
    gone = entry.model_copy(
        update={
            "job_id": "jgone",
            "upload_id": None,
            "input": entry.input.model_copy(update={"key": "incoming/gone.mp3"}),
        }
    )
    local.cloud.cos.put(local.bucket.name, INDEX + keys.job("jgone"), gone.content())
    local.cloud.cos.put(local.bucket.name, INDEX + keys.log("jgone", shown.app.call.clock.now()), gone.content())
    shown.publish()
    page = quiet_page
    page.goto(f"{address}#/jgone")
    expect(page.locator("li[data-track=input]")).to_contain_text("cannot be played")
    until(page, f"{AUDIO}[1].readyState >= 2")
    assert heard(page) == ["voice"]
    page.get_by_role("button", name="Play").click()
    until(page, f"{AUDIO}[1].currentTime > 0.3")
