"""The page at `/`, in Chromium."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from localcloud import LocalCloud
from localcloud.ci.pace import Manual
from tests.localcloud.cloud_lab import BUCKET, COS, CloudLab, on_upload
from tests.localcloud.control.steering import submit
from tests.localcloud.media.files import tone, write
from tests.support import eventually

HOSTILE = "<img src=x onerror=document.title='hacked'>"
TALKING = "def main_handler(event, context): print('an upload of', event['Records'][0]['cos']['cosObject']['size'])\n"


@pytest.fixture
def shown(cloud_lab: CloudLab, page: Page) -> Iterator[Page]:
    """The page of the lab's cloud."""
    page.goto(f"{cloud_lab.cloud.endpoint}/")
    yield page
    page.close()  # before the cloud goes, or the page complains that it does not answer


def upload(page: Page, file: Path) -> None:
    page.get_by_label("Folder").fill("incoming")
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Upload").click()


def test_it_says_what_it_is_not_and_how_to_get_in(cloud_lab: CloudLab, shown: Page) -> None:
    expect(shown.get_by_text("nor a security boundary")).to_be_visible()
    for text in (cloud_lab.cloud.endpoint, "AKIDlocalcloud"):
        expect(shown.get_by_text(text, exact=True)).to_be_visible()


def test_a_file_is_uploaded_calls_its_function_and_can_be_played(
    cloud_lab: CloudLab, shown: Page, tmp_path: Path
) -> None:
    cloud_lab.deploy(source=TALKING, triggers=(on_upload(prefix="incoming/"),))
    file = write(tmp_path / "talk 1.wav", tone(1.0))
    upload(shown, file)

    expect(shown.get_by_role("status")).to_have_text("uploaded incoming/talk 1.wav")
    expect(shown.get_by_role("link", name="incoming/talk 1.wav")).to_be_visible()
    player = shown.locator("audio")
    player.evaluate("player => player.play()")
    eventually(lambda: player.evaluate("player => player.currentTime") > 0)
    assert round(player.evaluate("player => player.duration"), 1) == 1.0

    shown.get_by_text("mps-dev-media-echo succeeded 200").click()
    expect(shown.get_by_text(f"an upload of {file.stat().st_size}")).to_be_visible()


def test_a_player_goes_on_and_a_log_stays_open_while_the_lists_change(cloud_lab: CloudLab, shown: Page) -> None:
    cloud_lab.deploy(source=TALKING, triggers=(on_upload(),))
    cloud_lab.cloud.cos.put(BUCKET, "in/1.mp3", b"content", content_type="audio/mpeg")
    shown.locator("audio").evaluate("player => { player.id = 'mine' }")
    shown.get_by_text("succeeded").click()
    cloud_lab.cloud.cos.put(BUCKET, "in/0.mp3", b"more content", content_type="audio/mpeg")
    expect(shown.locator("audio")).to_have_count(2)
    expect(shown.locator("#mine")).to_have_count(1)
    expect(shown.get_by_text("an upload of 7")).to_be_visible()


def test_an_object_is_downloaded(cloud_lab: CloudLab, shown: Page) -> None:
    cloud_lab.cloud.cos.put(BUCKET, "in/talk ü.txt", b"content", content_type="text/html")
    with shown.expect_download() as downloading:
        shown.get_by_role("link", name="in/talk ü.txt").click()
    assert downloading.value.suggested_filename == "talk ü.txt"
    assert Path(downloading.value.path()).read_bytes() == b"content"


def test_jobs_are_shown_in_their_states_as_they_go(
    new_cloud_lab: Callable[..., CloudLab], page: Page, tmp_path: Path
) -> None:
    manual = Manual()
    cloud = new_cloud_lab(pace=manual).cloud
    page.goto(f"{cloud.endpoint}/")
    cloud.cos.put_file(BUCKET, "in/talk.wav", write(tmp_path / "talk.wav", tone(0.2)))
    job_id = submit(cloud, "in/talk.wav")
    row = page.get_by_role("row", name=job_id)
    for state in ("Submitted", "Running", "Success"):
        expect(row).to_contain_text(state)
        manual.advance(job_id)
    page.close()


def test_why_a_job_failed_is_shown(cloud_lab: CloudLab, shown: Page) -> None:
    job_id = submit(cloud_lab.cloud, "in/none.mp3")
    row = shown.get_by_role("row", name=job_id)
    expect(row).to_contain_text("ResourceNotFound")
    expect(row).to_contain_text("has no object 'in/none.mp3'")


def test_requests_are_shown_with_what_struck_them(cloud_lab: CloudLab, shown: Page) -> None:
    cloud_lab.send("GET", "/in/none.mp3")
    row = shown.get_by_role("row", name="/in/none.mp3")
    expect(row).to_contain_text(COS)
    expect(row).to_contain_text("404")


def test_names_are_text_and_never_markup(cloud_lab: CloudLab, shown: Page) -> None:
    source = f"def main_handler(event, context): print({HOSTILE!r})\n"
    cloud_lab.deploy(source=source, triggers=(on_upload(),))
    cloud_lab.cloud.cos.put(BUCKET, f"in/{HOSTILE}", b"content", content_type="audio/mpeg")
    submit(cloud_lab.cloud, HOSTILE)
    expect(shown.get_by_role("link", name=f"in/{HOSTILE}")).to_be_visible()
    shown.get_by_text("succeeded").click()
    expect(shown.locator("pre", has_text=HOSTILE)).to_be_visible()
    assert shown.locator("img").count() == 0
    assert shown.title() == "localcloud"


def test_a_page_of_another_server_can_neither_steer_nor_read(
    cloud_lab: CloudLab, new_cloud_lab: Callable[..., CloudLab], browser: Browser
) -> None:
    cloud_lab.cloud.cos.put(BUCKET, "key", b"content")
    context = browser.new_context(bypass_csp=True)  # as a hostile page has none
    page = context.new_page()
    page.goto(f"{new_cloud_lab().cloud.endpoint}/")
    ask = """async ([url, method, mode]) => {
        try { const answer = await fetch(url, { method, mode }); return answer.type + answer.status }
        catch (error) { return error.name }
    }"""
    url = f"{cloud_lab.cloud.endpoint}/_localcloud"
    assert page.evaluate(ask, [f"{url}/reset", "POST", "cors"]) == "TypeError"
    assert page.evaluate(ask, [f"{url}/reset", "POST", "no-cors"]) == "opaque0"
    assert page.evaluate(ask, [f"{url}/object?bucket={BUCKET}&key=key", "DELETE", "cors"]) == "TypeError"
    assert page.evaluate(ask, [f"{url}/cloud", "GET", "cors"]) == "TypeError"
    context.close()
    assert cloud_lab.keys == ["key"]


def test_it_can_be_used_by_keyboard_alone(shown: Page, tmp_path: Path) -> None:
    names = []
    for _ in range(5):
        shown.keyboard.press("Tab")
        names.append(shown.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))
    assert names[:4] == ["bucket", "folder", "file", "Upload"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_narrow_screen_in_both_schemes(cloud_lab: CloudLab, page: Page, scheme: str) -> None:
    cloud_lab.cloud.cos.put(BUCKET, "in/a rather long name of a recording.mp3", b"1", content_type="audio/mpeg")
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(f"{cloud_lab.cloud.endpoint}/")
    expect(page.locator("audio")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    paper, ink = (brightness(page, name) for name in ("backgroundColor", "color"))
    assert (paper > ink) == (scheme == "light")
    page.close()


def brightness(page: Page, name: str) -> int:
    colour = page.evaluate("name => getComputedStyle(document.body)[name]", name)
    return sum(map(int, re.findall(r"\d+", colour)[:3]))


def test_it_says_so_when_the_cloud_is_gone(browser: Browser) -> None:
    page = browser.new_page()  # of its own, for this one may complain
    with LocalCloud() as cloud:
        page.goto(f"{cloud.endpoint}/")
        expect(page.get_by_text("nor a security boundary")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("does not answer")
    page.close()
