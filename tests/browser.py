"""A page in a real browser: this machine's Chromium or Chrome, headless, driven by Playwright.

Playwright's own browsers are not used: they come from outside of every package registry.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.programs import how_to_install

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PROGRAMS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
PATIENCE = 30_000  # milliseconds, for everything that a test waits for


def find_chromium() -> Path | None:
    """Return the Chromium of this machine, None if it has none."""
    return next((Path(found) for program in PROGRAMS if (found := shutil.which(program))), None)


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """A browser that the tests of a module share."""
    chromium = find_chromium()
    if chromium is None:
        pytest.skip(f"PAGES ARE NOT TESTED, for there is no Chromium on this machine. {how_to_install('chromium')}")
    from playwright.sync_api import expect, sync_playwright  # here, for few tests want it and it takes a while

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: "Browser") -> Iterator["Page"]:
    """An empty page of its own; whatever it complains about fails the test."""
    context = browser.new_context()
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    complaints: list[str] = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert not complaints
