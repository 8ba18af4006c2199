"""What tests do with the page, and ask of its players."""

from collections.abc import Callable
from time import monotonic

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import PATIENCE

LOOK = 50  # milliseconds between two
AUDIO = "[...document.querySelectorAll('audio')]"


def lines(page: Page) -> Locator:
    return page.locator("#list li")


def choose(page: Page, key: str) -> None:
    page.get_by_role("searchbox").fill(key)
    lines(page).filter(has_text=key.rpartition("/")[2]).get_by_role("link").click()
    expect(page.locator("#detail-title")).to_have_text(key.rpartition("/")[2])


def choose_and_wait(page: Page, key: str) -> None:
    """Choose a job, and wait until all of it can be played."""
    choose(page, key)
    until(page, f"{AUDIO}.length && {AUDIO}.every((audio) => audio.readyState >= 2)")


def until(page: Page, expression: str) -> None:
    """Wait for a JavaScript expression to become true. Playwright's own wait needs `eval`, which the page forbids."""
    for _ in range(PATIENCE // LOOK):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(LOOK)
    pytest.fail(f"this did not become true: {expression}")


def until_in_step(page: Page) -> None:
    """Wait until no track is further than a tenth of a second from another; a busy machine may let one stumble."""
    times = f"{AUDIO}.map((audio) => audio.currentTime)"
    until(page, f"Math.max(...{times}) - Math.min(...{times}) < 0.1")


def positions(page: Page) -> list[float]:
    found: list[float] = page.evaluate(f"{AUDIO}.map((audio) => audio.currentTime)")
    return found


def playing_on(page: Page) -> Callable[[], float]:
    """Return what tells how far a recording can be that plays on from here, however long the test took meanwhile."""
    furthest, begun = max(positions(page)), monotonic()
    return lambda: furthest + 1.1 * (monotonic() - begun) + 0.5  # a track that hurries is a twentieth faster


def heard(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        f"{AUDIO}.filter((audio) => !audio.muted).map((audio) => audio.closest('li').dataset.track)"
    )
    return found


def wait_until_played(page: Page, seconds: float) -> None:
    until(page, f"{AUDIO}[0].currentTime > {seconds}")
