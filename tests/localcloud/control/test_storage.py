import http.client
from urllib.parse import urlencode

import pytest

from tests.localcloud.cloud_lab import BUCKET, CloudLab, on_upload
from tests.localcloud.control.steering import Answer, Steering

KEYS = [
    "plain.wav",
    "录音/会议 é.wav",
    "a/../b",
    "./a//b",
    "what?.wav",
    "100%.wav",
    "a&b=c#d+e",
    "line\nbreak",
    "~\"'<>",
]


def upload(steering: Steering, key: str, content: bytes = b"content", **headers: str) -> Answer:
    target = f"/_localcloud/object?{urlencode({'bucket': BUCKET, 'key': key})}"
    return steering.send("PUT", target, body=content, headers={n.replace("_", "-"): v for n, v in headers.items()})


def download(steering: Steering, key: str, **headers: str) -> Answer:
    return steering.send("GET", f"/_localcloud/object?{urlencode({'bucket': BUCKET, 'key': key})}", headers=headers)


@pytest.mark.parametrize("key", KEYS, ids=ascii)
def test_an_object_of_any_key_is_uploaded_listed_downloaded_and_deleted(steering: Steering, key: str) -> None:
    assert upload(steering, key, b"sent").told["key"] == key
    (listed,) = steering.get("/objects", bucket=BUCKET)["objects"]
    assert (listed["key"], listed["size"]) == (key, 4)
    assert download(steering, key).body == b"sent"
    steering.delete("/object", bucket=BUCKET, key=key)
    assert steering.get("/objects", bucket=BUCKET) == {"objects": [], "next_marker": ""}


def test_an_upload_calls_the_functions_that_wait_for_it(cloud_lab: CloudLab, steering: Steering) -> None:
    source = "def main_handler(event, context): return event['Records'][0]['cos']['cosObject']['size']\n"
    cloud_lab.deploy(source=source, triggers=(on_upload(prefix="in/"),))
    upload(steering, "in/talk.mp3", b"12345")
    assert [run.result.value for run in cloud_lab.invocations] == [5]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("audio/x-wav", "audio/x-wav"), ("", "audio/mpeg"), ("application/x-www-form-urlencoded", "audio/mpeg")],
)
def test_an_upload_has_the_type_that_is_told_or_that_its_name_tells(steering: Steering, sent: str, kept: str) -> None:
    assert upload(steering, "talk.mp3", content_type=sent).told["content_type"] == kept


def test_a_part_of_an_object_is_sent_as_players_ask_for_it(steering: Steering) -> None:
    upload(steering, "talk.mp3", b"0123456789")
    part = download(steering, "talk.mp3", Range="bytes=2-4")
    assert (part.status, part.body, part.headers["content-range"]) == (206, b"234", "bytes 2-4/10")
    assert part.headers["content-type"] == "audio/mpeg"
    beyond = download(steering, "talk.mp3", Range="bytes=99-")
    assert (beyond.status, beyond.told["code"]) == (416, "InvalidRange")


@pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml", "application/pdf", "text/html;audio/mpeg"])
def test_a_page_among_the_objects_is_saved_and_never_shown(steering: Steering, content_type: str) -> None:
    upload(
        steering,
        "in/päge.html",
        b"<script>fetch('/_localcloud/reset', {method: 'POST'})</script>",
        content_type=content_type,
    )
    answer = download(steering, "in/päge.html")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''p%C3%A4ge.html"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("sandbox;")


def test_buckets_are_made_and_listed(steering: Steering) -> None:
    steering.post("/buckets", name="new-1250000000", region="ap-beijing")
    assert {"name": "new-1250000000", "region": "ap-beijing"} in steering.get("/buckets")["buckets"]
    refused = steering.refused("POST", "/buckets", {"name": "new-1250000000", "region": "ap-beijing"})
    assert refused[:2] == (409, "BucketAlreadyOwnedByYou")


def test_a_page_of_objects_tells_where_the_next_begins(steering: Steering) -> None:
    for key in ("in/1", "in/2", "out/3"):
        steering.cloud.cos.put(BUCKET, key, b"")
    first = steering.get("/objects", bucket=BUCKET, prefix="in/", limit=1)
    second = steering.get("/objects", bucket=BUCKET, prefix="in/", limit=1, marker=first["next_marker"])
    assert [page["objects"][0]["key"] for page in (first, second)] == ["in/1", "in/2"]
    assert second["next_marker"] == ""


@pytest.mark.parametrize("query", ["bucket=none-1250000000&key=k", f"bucket={BUCKET}&key=none"])
def test_what_is_not_there_is_told_by_its_name(steering: Steering, query: str) -> None:
    status, code, _ = steering.refused("GET", f"/object?{query}")
    assert (status, code) == (404, "NoSuchBucket" if "none-" in query else "NoSuchKey")


def test_an_upload_that_breaks_off_leaves_no_object(cloud_lab: CloudLab) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", cloud_lab.port, timeout=30)
    connection.putrequest("PUT", f"/_localcloud/object?bucket={BUCKET}&key=half")
    connection.putheader("Content-Length", "100")
    connection.endheaders(b"only this")
    connection.close()
    assert cloud_lab.send("GET", "/half")[0] == 404
    assert cloud_lab.keys == []
