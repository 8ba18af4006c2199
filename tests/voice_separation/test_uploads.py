import pytest

from voice_separation.bucket import Bucket
from voice_separation.jobs.detail import Input, JobDetail, Operation
from voice_separation.settings import Settings, from_environment
from voice_separation.uploads import (
    ObjectCreated,
    Upload,
    keys_to_try,
    reason_to_skip,
    upload_id,
    upload_id_of,
    user_data_of,
)

REGION = "ap-guangzhou"


BUCKET = Bucket("media-1250000000", REGION)


def created(key: str, name: str = "cos:ObjectCreated:Put") -> ObjectCreated:
    return ObjectCreated(name, BUCKET, (key,))


def test_the_upload_id_is_the_digest_of_bucket_key_and_etag() -> None:
    # sha256("media-1250000000\0incoming/a.mp3\0d41d8cd98f00b204e9800998ecf8427e"), first 32 hex digits
    assert (
        upload_id("media-1250000000", "incoming/a.mp3", "d41d8cd98f00b204e9800998ecf8427e")
        == "3d4917bb9f6379667e23c1570170b49c"
    )


def test_each_reading_of_a_key_is_judged_for_itself() -> None:
    record = ObjectCreated("cos:ObjectCreated:Put", BUCKET, ("incoming/song ", "incoming/song #1.mp3"))
    assert reason_to_skip(record, Settings()) is None
    assert keys_to_try(record, Settings()) == ("incoming/song #1.mp3",)


def test_new_content_under_the_same_key_is_another_upload() -> None:
    assert upload_id(BUCKET.name, "a", "1") != upload_id(BUCKET.name, "a", "2")


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (created("incoming/a.mp3", "cos:ObjectRemove:Delete"), "not an ObjectCreated event"),
        (created("incoming/"), "a folder"),
        (created("elsewhere/a.mp3"), "outside INPUT_PREFIX"),
        (created("separated/incoming/a.mp3/voice.mp3"), "outside INPUT_PREFIX"),
        (created("incoming/notes.txt"), "suffix not in INPUT_SUFFIXES"),
        (created("incoming/mp3"), "suffix not in INPUT_SUFFIXES"),
        (
            ObjectCreated("cos:ObjectCreated:Put", Bucket("other-1250000000", REGION), ("incoming/a.mp3",)),
            "another bucket than INPUT_BUCKET",
        ),
    ],
)
def test_what_is_no_upload_is_skipped_with_its_reason(record: ObjectCreated, reason: str) -> None:
    assert reason_to_skip(record, from_environment({"INPUT_BUCKET": BUCKET.name})) == reason


@pytest.mark.parametrize("kind", ["Put", "Post", "Copy", "CompleteMultipartUpload", "Origin", "Replication", "*"])
def test_every_way_to_create_an_object_makes_an_upload(kind: str) -> None:
    assert reason_to_skip(created("incoming/a.mp3", f"cos:ObjectCreated:{kind}"), Settings()) is None


def test_a_suffix_matches_in_any_case() -> None:
    assert reason_to_skip(created("incoming/A.MP3"), Settings()) is None


def test_what_this_app_writes_is_skipped_even_when_everything_else_matches() -> None:
    everything = Settings(input_prefix="", output_bucket=BUCKET.name, index_bucket=BUCKET.name)
    assert reason_to_skip(created("separated/a/voice.mp3"), everything) == "written by this app"
    assert reason_to_skip(created("index/a.mp3"), everything) == "written by this app"
    assert reason_to_skip(created("indexed/a.mp3"), everything) is None


UPLOAD = Upload(BUCKET, "incoming/talk.mp3", "5d41402abc4b2a76b9719d911017c592", 5)


def job(user_data: str | None, key: str | None = UPLOAD.key, bucket: str = UPLOAD.bucket.name) -> JobDetail:
    source = Input(bucket_id=bucket, object=key)
    return JobDetail(job_id="j1", state="Success", input=source, operation=Operation(user_data=user_data))


def test_a_job_of_ours_is_tied_to_its_upload() -> None:
    assert upload_id_of(job(user_data_of(UPLOAD))) == UPLOAD.id


@pytest.mark.parametrize(
    "detail",
    [
        job(user_data_of(UPLOAD), key="incoming/other.mp3"),
        job(user_data_of(UPLOAD), key=None),
        job(user_data_of(UPLOAD), bucket="other-1250000000"),
        job(f"upload_id={UPLOAD.id} etag=other"),
        job(UPLOAD.id),
        job(None),
    ],
)
def test_an_upload_id_that_does_not_fit_the_job_s_own_input_is_not_believed(detail: JobDetail) -> None:
    assert upload_id_of(detail) is None
