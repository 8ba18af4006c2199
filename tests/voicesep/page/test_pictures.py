"""The pictures of the page in the documentation: taken here, so that they show what there is.

`make pictures` keeps them in docs/images. They differ from run to run (ids, times), so no bytes are compared.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support import ROOT
from tests.voicesep.driving import AUDIO, until
from tests.voicesep.exhibit import MUSIC, NOTES, Exhibit, exhibit
from voicesep.page.app import page_server

IMAGES = ROOT / "docs" / "images"
PAGES = (ROOT / "README.md", ROOT / "docs" / "page.md")
WIDE, NARROW = (1180, 800), (390, 720)
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exhibit]:
    with exhibit(tmp_path_factory.mktemp("exhibit"), hostile=False) as shown:
        yield shown


@dataclass(frozen=True)
class Picture:
    name: str
    key: str | None
    size: tuple[int, int]
    is_dark: bool = False


PICTURES = (
    Picture("page-light", MUSIC, WIDE),
    Picture("page-dark", MUSIC, WIDE, is_dark=True),
    Picture("page-overview", None, WIDE),
    Picture("page-failed", NOTES, WIDE),
    Picture("page-narrow", MUSIC, NARROW),
)


@pytest.mark.parametrize("wanted", PICTURES, ids=lambda picture: picture.name)
def test_pictures_are_taken(browser: Browser, shown: Exhibit, tmp_path: Path, wanted: Picture) -> None:
    picture = Path(os.environ.get("PICTURES", tmp_path)) / f"{wanted.name}.png"
    context = browser.new_context(
        viewport={"width": wanted.size[0], "height": wanted.size[1]},
        color_scheme="dark" if wanted.is_dark else "light",
        locale="en-GB",
        timezone_id="UTC",
    )
    page = context.new_page()
    with page_server(shown.app) as server:
        page.goto(f"{server.url}/#/{shown.entry(wanted.key).job_id if wanted.key else ''}")
        expect(page.locator(".outcome" if wanted.key else ".overview")).to_be_visible()
        if wanted.key == MUSIC:
            show_what_is_playing(page)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=picture, animations="disabled")
    context.close()
    content = picture.read_bytes()
    assert content.startswith(PNG)
    assert tuple(int.from_bytes(content[at : at + 4], "big") for at in (16, 20)) == wanted.size
    assert len(content) > 15_000  # an empty page has a tenth of that


def show_what_is_playing(page: Page) -> None:
    """Choose a track and a place, once every waveform is there."""
    until(page, f"{AUDIO}.every((audio) => audio.readyState >= 2)")
    page.get_by_role("button", name="Hear only voice").click()
    page.get_by_role("slider", name="Position").fill("3")
    expect(page.locator("canvas[data-waveform=true]")).to_have_count(5)


def test_every_picture_is_shown_somewhere_and_every_shown_picture_is_there() -> None:
    shown_pictures = {
        (page.parent / found).resolve()
        for page in PAGES
        for found in re.findall(r'["(]([^"()\s]*images/[^"()\s]+\.png)', page.read_text(encoding="utf-8"))
    }
    assert shown_pictures == set(IMAGES.glob("*.png"))
    assert shown_pictures
