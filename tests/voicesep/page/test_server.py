"""The local server of the page, over HTTP, and the addresses that it hands out."""

import asyncio
import gzip
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import pytest
import urllib3
from hypothesis import given
from hypothesis import strategies as st
from pytest_mock import MockerFixture
from qcloud_cos import CosConfig, CosS3Client
from starlette.requests import Request

from tests.support import SAMPLE
from tests.voicesep.exhibit import LATER, NOTES, TALK, Exhibit
from voice_separation.bucket import Bucket
from voice_separation.tencent.credentials import Credentials
from voicesep.app import App
from voicesep.page import media
from voicesep.page.app import keep_addresses_out_of_logs, page_server
from voicesep.page.files import page_files
from voicesep.page.library import JobFile, Library
from voicesep.page.media import Media
from voicesep.page.presigned import presigned_target
from voicesep.project import program

BUCKET = Bucket("media-1250000000", "ap-guangzhou")
KEY = Credentials("AKIDofthetests", "a-secret-key-of-tests-only")
NOW = datetime(2026, 11, 21, 3, 30, tzinfo=timezone.utc)


@pytest.fixture
def log_levels_of_before() -> Iterator[None]:
    """The page's commands change a level of their whole process, which is that of the tests here."""
    logger = logging.getLogger("urllib3")
    level = logger.level
    yield
    logger.setLevel(level)


@pytest.fixture(scope="module")
def address(shown: Exhibit) -> Iterator[str]:
    """The server's, without a slash at the end."""
    with page_server(shown.app) as server:
        yield server.url


def get(url: str, method: str = "GET", **headers: str) -> urllib3.BaseHTTPResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return urllib3.request(method, url, headers=named, retries=False, redirect=False)


def test_every_file_of_the_page_is_served_with_its_type(address: str) -> None:
    for file in page_files():
        answer = get(f"{address}/{file.path}")
        assert (answer.status, answer.data) == (200, file.content)
        assert answer.headers["content-type"] == file.content_type
    assert get(f"{address}/").data == get(f"{address}/index.html").data


def test_documents_of_the_index_are_served_under_their_own_names(address: str, shown: Exhibit) -> None:
    index = get(f"{address}/index.json")
    assert index.data == shown.app.call.reader(shown.app.bucket).content("index.json")
    assert index.headers["content-type"] == "application/json"
    segment = index.json()["segments"][0]
    answer = get(f"{address}/{segment['key']}")
    assert answer.headers["content-type"] == "application/gzip"
    assert len(gzip.decompress(answer.data).splitlines()) == segment["jobs"]


def test_what_the_browser_has_already_is_not_sent_again(address: str) -> None:
    etag = get(f"{address}/index.json").headers["etag"]
    again = get(f"{address}/index.json", if_none_match=etag)
    assert (again.status, again.data) == (304, b"")


def test_a_story_has_claims_jobs_and_the_entry(address: str, shown: Exhibit) -> None:
    entry = shown.entry(TALK)
    for named in (entry.upload_id, entry.job_id):
        story = get(f"{address}/stories/{named}.json").json()
        assert [claim["attempt"] for claim in story["claims"]] == [1]
        assert story["jobs"][0]["entry"]["job_id"] == entry.job_id


def test_open_uploads_say_why_they_wait(address: str) -> None:
    told = get(f"{address}/open.json").json()
    assert told["counts"] == {"Pending": 0, "Waiting": 1, "Refused": 1}
    (waiting,) = [row for row in told["rows"] if row["state"] == "Waiting"]
    assert waiting["key"] == LATER
    assert "QueueSaturated" in waiting["reason"]


def test_a_recording_is_relayed_whole_and_in_parts(address: str, shown: Exhibit) -> None:
    url = f"{address}/media/{shown.entry(TALK).job_id}/input"
    content = SAMPLE.read_bytes()
    whole = get(url)
    assert (whole.status, whole.data, whole.headers["content-type"]) == (200, content, "audio/mpeg")
    part = get(url, range="bytes=1000-1999")
    assert (part.status, part.data) == (206, content[1000:2000])
    assert part.headers["content-range"] == f"bytes 1000-1999/{len(content)}"
    assert get(url, range=f"bytes={len(content) + 1}-").status == 416


def test_what_somebody_uploaded_never_becomes_a_page_of_this_server(address: str, shown: Exhibit) -> None:
    entry = shown.entry(NOTES)
    content = b"<script>alert(1)</script>"
    shown.local.cloud.cos.put(shown.local.bucket.name, NOTES, content, content_type="text/html")
    answer = get(f"{address}/media/{entry.job_id}/input")
    assert answer.data == content
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_download_is_named_as_the_object(address: str, shown: Exhibit) -> None:
    answer = get(f"{address}/media/{shown.entry(TALK).job_id}/input?download")
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''talk-over-music.mp3"


def test_for_a_waveform_no_more_is_sent_than_a_browser_should_decode(
    address: str, shown: Exhibit, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"{address}/waveforms/{shown.entry(TALK).job_id}/input"
    assert get(url).data == SAMPLE.read_bytes()
    monkeypatch.setattr(media, "WAVEFORM_BYTES", 1000)
    answer = get(url)
    assert (answer.status, answer.data) == (204, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/media/jnone/input",
        "/media/j1/1000",
        "/media/..%2f..%2findex.json/input",
        "/stories/..%2f..%2fjobs.json",
        "/stories/" + "0" * 32 + ".json",
        "/segments/2026-11-21/07.ndjson",
        "/segments/..%2fclaims/07.ndjson.gz",
        "/segments/1999-01-01/07.ndjson.gz",
        "/claims/x/1.json",
        "/page/../../../files.py",
        "/media/%3Cscript%3E/0",
    ],
)
def test_there_is_nothing_else(address: str, path: str) -> None:
    assert get(address + path).status == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_can_be_changed(address: str, method: str) -> None:
    assert get(f"{address}/index.json", method).status == 405


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "127.0.0.1.evil.example"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/", "/index.json", "/open.json"])
def test_pages_and_names_of_somebody_else_are_refused(address: str, path: str, headers: dict[str, str]) -> None:
    answer = get(address + path, **headers)
    assert answer.status == 403
    assert f"`{program()} ui`" in answer.json()["message"]


def test_the_page_may_load_nothing_from_anybody_else(address: str) -> None:
    policy = get(f"{address}/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert "frame-ancestors 'none'" in policy


def test_refusals_of_the_cloud_are_told_without_the_key(shown: Exhibit) -> None:
    call = shown.app.call
    stranger = replace(call.session, credentials=Credentials("AKIDunknown", "a-wrong-secret-key"))
    app = App(replace(call, session=stranger), shown.app.bucket, log=None)
    with page_server(app) as server:
        index = get(f"{server.url}/index.json")
        assert index.status == 502
        assert "InvalidAccessKeyId" in index.json()["message"]
        assert "a-wrong-secret-key" not in index.data.decode()


def live(shown: Exhibit) -> App:
    """The same app, as if it were on the real cloud."""
    settings = shown.app.call.settings.model_copy(update={"cos_endpoint": None})
    return App(replace(shown.app.call, settings=settings), shown.app.bucket, log=None)


def asked(query: str = "") -> Request:
    return Request({"type": "http", "method": "GET", "headers": [], "query_string": query.encode()})


def test_on_the_real_cloud_the_browser_is_sent_to_a_presigned_address_which_cos_takes(shown: Exhibit) -> None:
    file = Library(shown.app).file(shown.entry(TALK).job_id, "input")
    assert file == JobFile(BUCKET, TALK)
    answer = Media(live(shown)).play(asked("download"), file)
    location = urlsplit(answer.headers["location"])
    assert (answer.status_code, answer.headers["cache-control"]) == (307, "no-store")
    assert (location.scheme, location.netloc) == ("https", BUCKET.cos_host)
    there = get(f"{shown.local.cloud.endpoint}{location.path}?{location.query}", host=BUCKET.cos_host)
    assert (there.status, there.data) == (200, SAMPLE.read_bytes())
    assert there.headers["content-disposition"] == "attachment; filename*=UTF-8''talk-over-music.mp3"
    other = f"{shown.local.cloud.endpoint}{location.path.replace('talk', 'other')}?{location.query}"
    assert get(other, host=BUCKET.cos_host).status == 403


def test_a_browser_that_goes_away_before_the_first_byte_leaves_no_connection_open(
    shown: Exhibit, mocker: MockerFixture
) -> None:
    fetched = mocker.spy(Media, "_fetch")
    answer = Media(shown.app).play(asked(), JobFile(BUCKET, TALK))

    async def gone() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def never_sent(_message: Any) -> None:
        await asyncio.Event().wait()

    asyncio.run(answer({"type": "http", "asgi": {"spec_version": "2.3"}}, gone, never_sent))
    assert fetched.spy_return.closed


def test_presigned_addresses_are_not_logged(
    shown: Exhibit,
    address: str,
    log_levels_of_before: None,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    keep_addresses_out_of_logs()
    assert get(f"{address}/media/{shown.entry(TALK).job_id}/input").status == 200
    Media(live(shown)).play(asked(), JobFile(BUCKET, TALK))
    logging.getLogger("test").debug("this is heard")
    assert "this is heard" in caplog.text
    assert "q-signature" not in caplog.text + "".join(capfd.readouterr())


def test_recordings_may_come_from_cos_only_where_the_cloud_is_the_real_one(shown: Exhibit) -> None:
    with page_server(live(shown)) as server:
        policy = get(f"{server.url}/").headers["content-security-policy"]
    assert "media-src 'self' https://*.myqcloud.com;" in policy


keys = st.text(st.sampled_from("abc /+%?#&=~.中文é;'\"()!*"), min_size=1, max_size=30).filter(
    lambda key: not key.startswith("/")  # the SDK takes a leading slash for the path's own
)


@given(key=keys, disposition=st.sampled_from(["", "attachment", "attachment; filename*=UTF-8''%E4.mp3"]))
def test_a_presigned_address_is_the_vendors(key: str, disposition: str) -> None:
    params = {"response-content-disposition": disposition} if disposition else {}
    target = presigned_target(KEY, BUCKET, key, now=NOW, params=params)
    client = CosS3Client(CosConfig(Region=BUCKET.region, SecretId=KEY.secret_id, SecretKey=KEY.secret_key))
    with patch("qcloud_cos.cos_auth.time.time", return_value=NOW.timestamp()):
        vendors = client.get_presigned_url(BUCKET.name, key, "GET", Expired=3600, Params=params)
    assert parse_qs(urlsplit(target).query) == parse_qs(urlsplit(vendors).query)


def test_the_token_of_temporary_keys_is_part_of_the_address_and_signed() -> None:
    temporary = replace(KEY, token="a-session-token")
    found = parse_qs(urlsplit(presigned_target(temporary, BUCKET, "a.mp3", now=NOW, params={})).query)
    assert found["x-cos-security-token"] == ["a-session-token"]
    assert found["q-url-param-list"] == ["x-cos-security-token"]


def test_the_page_is_told_which_index_it_shows(address: str) -> None:
    assert json.loads(get(f"{address}/page/config.json").data) == {
        "mode": "server",
        "bucket": BUCKET.name,
        "region": BUCKET.region,
        "prefix": "index/",
        "live": True,
        "program": program(),
    }
