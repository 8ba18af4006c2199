"""The published page in a real browser, read anonymously from a bucket of the local cloud under its public name."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from playwright.sync_api import Browser, Page, expect

from localcloud.cos.acl import CANNED
from localcloud.cos.bucket_settings import BucketSettings
from tests.browser import PATIENCE
from tests.voicesep.driving import AUDIO, choose, choose_and_wait, heard, lines, until, wait_until_played
from tests.voicesep.exhibit import NOTES, OLD_JOBS, TALK, Exhibit
from voicesep.local import INDEX
from voicesep.main import main
from voicesep.page.files import page_files


def publish(shown: Exhibit, *more: str) -> Result:
    return CliRunner().invoke(main, ["publish-page", "--live", "--env-file", str(shown.env_file), *more])


@pytest.fixture
def published(shown: Exhibit, browser: Browser) -> Iterator[Page]:
    """The page at the bucket's public address, which the browser reaches through the local cloud as its proxy."""
    assert publish(shown).exit_code == 0
    cloud, bucket = shown.local.cloud, shown.local.bucket

    def readable(settings: BucketSettings) -> BucketSettings:
        return settings.model_copy(update={"grants": CANNED["public-read"]})

    cloud.cos.configure(bucket.name, readable)
    context = browser.new_context(proxy={"server": cloud.endpoint})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"http://{bucket.cos_host}/{INDEX}index.html")
    expect(lines(page).first).to_be_visible()
    yield page
    context.close()
    assert complaints == []


def test_what_is_published_is_every_file_with_its_type_and_asked_for_anew_each_time(shown: Exhibit) -> None:
    result = publish(shown)
    assert result.exit_code == 0, result.stderr
    assert "published: https://media-1250000000.cos.ap-guangzhou.myqcloud.com/index/index.html" in result.stderr
    for file in page_files():
        stored = shown.local.cloud.cos.get(shown.local.bucket.name, INDEX + file.path)
        assert Path(stored.path).read_bytes() == file.content
        assert (stored.content_type, stored.headers["cache-control"]) == (file.content_type, "no-cache")
        assert f'"{INDEX}{file.path}"' in result.stdout
    assert result.stdout.rstrip().endswith('"index/index.html"\n]')


def test_a_dry_run_publishes_nothing(shown: Exhibit) -> None:
    cloud, bucket = shown.local.cloud, shown.local.bucket.name
    listed = [each.key for each in cloud.cos.list(bucket, prefix=f"{INDEX}page/").contents]
    for key in [*listed, f"{INDEX}index.html"]:
        cloud.cos.delete(bucket, key)
    result = publish(shown, "--dry-run")
    assert result.exit_code == 0, result.stderr
    assert '"index/page/main.js"' in result.stdout
    assert cloud.cos.list(bucket, prefix=f"{INDEX}page/").contents == ()


def test_the_published_page_lists_filters_and_loads_older_jobs(published: Page) -> None:
    expect(lines(published)).to_have_count(100)
    expect(published.locator("#freshness")).to_contain_text("What waits or runs is not in it.")
    for _ in range(10):
        if not published.locator("#more").is_visible():
            break
        count = lines(published).count()
        published.locator("#more").click()
        expect(lines(published).nth(count)).to_be_visible()
    expect(lines(published)).to_have_count(OLD_JOBS + 4)  # neither what waits nor what was refused


def test_the_published_page_says_why_a_job_has_failed(published: Page) -> None:
    choose(published, NOTES)
    expect(published.locator(".outcome")).to_contain_text("ResourceNotSupported")
    expect(published.locator(".story li")).to_contain_text(["Submitted", "Started", "Failed"])


def test_the_published_page_plays_from_the_bucket(published: Page) -> None:
    asked: list[str] = []
    published.on("request", lambda request: asked.append(request.url))
    choose_and_wait(published, TALK)
    published.get_by_role("button", name="Play").click()
    wait_until_played(published, 0.3)
    published.get_by_role("button", name="A/B").click()
    assert heard(published) == ["voice"]
    until(published, f"{AUDIO}.length === 3")
    assert any(url.endswith("/separated/incoming/talk-over-music.mp3/voice.mp3") for url in asked)
