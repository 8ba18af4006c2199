"""How many requests an upload and a quiet minute take, measured, is what the documents say and reckon with."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.pages import CHINESE, README, Page
from tests.support import ROOT
from voicesep.local import LocalApp

DEPLOY, FAQ = (Page(ROOT / "docs" / name) for name in ("deploy.md", "faq.md"))
MINUTES_OF_A_MONTH = 30 * 24 * 60


def ignore_logs(_function: str, _request_id: str, _line: str) -> None:
    return


@dataclass(frozen=True)
class Requests:
    """What the functions ask of COS and CI."""

    of_an_upload: int
    of_a_quiet_minute: int


@pytest.fixture(scope="module")
def app() -> Iterator[LocalApp]:
    with LocalApp(ROOT, {"CLAIM_SETTLE_SECONDS": "0"}, ignore_logs) as app:
        app.deploy()
        yield app


@pytest.fixture(scope="module")
def measured(app: LocalApp) -> Requests:
    """An upload's share is what ten more of them in a minute ask for, by ten; the minute itself is left out.

    Rounded, because a minute in which an hour begins has some requests more.
    """
    quiet, few, many = (_a_minute_with(app, uploads) for uploads in (0, 1, 11))
    return Requests(round((many - few) / 10), quiet)


def _a_minute_with(app: LocalApp, uploads: int) -> int:
    app.cloud.recorder.clear()
    for number in range(uploads):
        app.cloud.cos.put(app.bucket.name, f"incoming/{number}-of-{uploads}.mp3", b"no media")
    assert app.cloud.wait_until_idle(60)
    app.cloud.scf.fire_timer("every-minute")
    assert app.cloud.wait_until_idle(60)
    return len([request for request in app.cloud.recorder.requests() if request.service != "functions"])


def price() -> float:
    """What a request costs, in USD."""
    (told,) = re.findall(r"^\| COS, requests, .* \| ([\d.]+) USD for 10,000 \|", DEPLOY.text, re.MULTILINE)
    return float(told) / 10_000


@pytest.mark.parametrize("page", [README, CHINESE, FAQ], ids=lambda page: page.name)
def test_a_page_says_how_many_requests_an_upload_takes(page: Page, measured: Requests) -> None:
    told = re.findall(r"(\d+)(?: requests| 个请求)", page.text)
    assert told == [str(measured.of_an_upload)]


def test_what_the_requests_of_an_upload_cost_is_reckoned_right(measured: Requests) -> None:
    ((told, usd),) = re.findall(r"^\| COS and CI requests \| (\d+) \| ([\d.]+) \|$", DEPLOY.text, re.MULTILINE)
    assert int(told) == measured.of_an_upload
    assert float(usd) == pytest.approx(measured.of_an_upload * price())


def test_what_the_requests_of_quiet_minutes_cost_is_reckoned_right(measured: Requests) -> None:
    ((told, usd),) = re.findall(r"(\d+) requests to COS each \(([\d.]+) USD\)", DEPLOY.text)
    assert int(told) == measured.of_a_quiet_minute
    assert float(usd) == pytest.approx(measured.of_a_quiet_minute * MINUTES_OF_A_MONTH * price(), abs=0.005)
