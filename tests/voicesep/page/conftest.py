"""What the tests of the page look at. A module that looks at something else has a `shown` of its own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import PATIENCE
from tests.voicesep.crowd import Crowd
from tests.voicesep.driving import lines
from tests.voicesep.exhibit import Exhibit, exhibit
from voicesep.page.app import page_server


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exhibit]:
    with exhibit(tmp_path_factory.mktemp("exhibit")) as shown:
        yield shown


@pytest.fixture(scope="module")
def address(shown: Exhibit | Crowd) -> Iterator[str]:
    """Where the page is, with a slash at the end."""
    with page_server(shown.app) as server:
        yield f"{server.url}/"


@pytest.fixture
def ui(page: Page, address: str) -> Page:
    """The page, with its first lines."""
    page.goto(address)
    expect(lines(page).first).to_be_visible()
    return page


@pytest.fixture
def quiet_page(browser: Browser) -> Iterator[Page]:
    """A page about which the browser may complain, as it should: something that it asks for is not there."""
    context = browser.new_context()
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()
