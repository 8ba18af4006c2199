"""Versions of objects, as the state keeps them: on disk, listed in pages, deleted one by one."""

from datetime import datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localcloud.cos.bucket_settings import Versioning
from localcloud.cos.models import Cos
from localcloud.cos.objects import DeleteMarker, ListedVersion
from localcloud.cos.versions import VersionIds
from localcloud.errors import CloudError

BUCKET = "media-1250000000"
NOON = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)


def cos_in(directory: Path) -> Cos:
    return Cos(directory, lambda: NOON)


def versioned(directory: Path, versioning: Versioning = Versioning.ENABLED) -> Cos:
    cos = cos_in(directory)
    cos.create_bucket(BUCKET, "ap-guangzhou")
    set_versioning(cos, versioning)
    return cos


def set_versioning(cos: Cos, versioning: Versioning) -> None:
    cos.configure(BUCKET, lambda settings: settings.model_copy(update={"versioning": versioning}))


def described(listed: ListedVersion) -> tuple[str, str, bool]:
    version = listed.version
    content = "deleted" if isinstance(version, DeleteMarker) else version.path.read_bytes().decode()
    return version.key, content, listed.is_latest


def all_versions(cos: Cos) -> list[tuple[str, str, bool]]:
    return [described(listed) for listed in cos.list_versions(BUCKET).versions]


def files(directory: Path) -> int:
    return sum(path.is_file() for path in directory.rglob("*"))


def test_version_ids_fall_as_time_goes_by_and_never_repeat() -> None:
    ids = VersionIds()
    made = [ids.next(NOON), ids.next(NOON), ids.next(NOON + timedelta(seconds=1)), ids.next(NOON - timedelta(days=1))]
    assert len(set(made)) == 4


def test_a_version_id_of_the_vendors_sample_is_reproduced() -> None:
    at = datetime(2019, 8, 15, 12, 3, 41, 79148, tzinfo=timezone.utc)
    assert VersionIds().next(at) == "MTg0NDUxNzgyMDMwODg0NzI0Njc"  # 436/35521, stored at 12:03:41


def test_versions_survive_a_restart(tmp_path: Path) -> None:
    cos = versioned(tmp_path)
    cos.put(BUCKET, "key", b"one")
    cos.put(BUCKET, "key", b"two")
    cos.delete(BUCKET, "gone")
    again = cos_in(tmp_path)
    assert all_versions(again) == [("gone", "deleted", True), ("key", "two", True), ("key", "one", False)]
    assert again.put(BUCKET, "key", b"three").version_id not in {
        listed.version.version_id for listed in cos.list_versions(BUCKET).versions
    }


def test_nothing_is_left_of_versions_that_were_deleted(tmp_path: Path) -> None:
    cos = versioned(tmp_path)
    before = files(tmp_path)
    ids = [cos.put(BUCKET, "key", content).version_id for content in (b"one", b"two")]
    ids.append(cos.delete(BUCKET, "key").version_id)
    for version_id in ids:
        cos.delete(BUCKET, "key", version_id)
    assert files(tmp_path) == before
    assert cos.list_versions(BUCKET).versions == ()


def test_what_was_there_before_versioning_is_the_null_version(tmp_path: Path) -> None:
    cos = versioned(tmp_path, Versioning.NEVER)
    cos.put(BUCKET, "key", b"before")
    set_versioning(cos, Versioning.ENABLED)
    cos.put(BUCKET, "key", b"after")
    assert cos.get(BUCKET, "key", "null").path.read_bytes() == b"before"
    set_versioning(cos, Versioning.SUSPENDED)
    cos.put(BUCKET, "key", b"suspended")
    assert all_versions(cos) == [("key", "suspended", True), ("key", "after", False)]


def test_while_suspended_a_delete_marks_the_null_version(tmp_path: Path) -> None:
    cos = versioned(tmp_path)
    cos.put(BUCKET, "key", b"kept")
    set_versioning(cos, Versioning.SUSPENDED)
    cos.put(BUCKET, "key", b"null")
    assert cos.delete(BUCKET, "key").version_id == "null"
    assert all_versions(cos) == [("key", "deleted", True), ("key", "kept", False)]


def test_a_bucket_with_versions_is_not_empty(tmp_path: Path) -> None:
    cos = versioned(tmp_path)
    cos.put(BUCKET, "key", b"")
    cos.delete(BUCKET, "key")
    assert cos.list(BUCKET).contents == ()
    with pytest.raises(CloudError, match="BucketNotEmpty"):
        cos.delete_bucket(BUCKET)


def test_versions_below_a_delimiter_are_one_prefix(tmp_path: Path) -> None:
    cos = versioned(tmp_path)
    for key in ("a", "b/1", "b/1", "c"):
        cos.put(BUCKET, key, b"")
    listing = cos.list_versions(BUCKET, delimiter="/", max_keys=2)
    assert ([each.version.key for each in listing.versions], listing.common_prefixes) == (["a"], ("b/",))
    assert (listing.next_key_marker, listing.next_version_id_marker) == ("b/", "")
    rest = cos.list_versions(BUCKET, delimiter="/", key_marker="b/")
    assert [each.version.key for each in rest.versions] == ["c"]


CHANGES = st.lists(st.tuples(st.sampled_from(["put", "put", "delete"]), st.sampled_from("abc")), max_size=12)


@settings(deadline=None, max_examples=40)
@given(CHANGES, st.integers(1, 5))
def test_the_pages_of_versions_together_are_all_versions_once(changes: list[tuple[str, str]], size: int) -> None:
    with TemporaryDirectory() as name:
        cos = versioned(Path(name))
        newest_first: dict[str, list[str]] = {}
        for number, (change, key) in enumerate(changes):
            if change == "put":
                cos.put(BUCKET, key, str(number).encode())
            else:
                cos.delete(BUCKET, key)
            newest_first.setdefault(key, []).insert(0, str(number) if change == "put" else "deleted")
        page = cos.list_versions(BUCKET, max_keys=size)
        found = list(page.versions)
        while page.is_truncated:
            page = cos.list_versions(
                BUCKET,
                key_marker=page.next_key_marker,
                version_id_marker=page.next_version_id_marker,
                max_keys=size,
            )
            assert 0 < len(page.versions) <= size
            found += page.versions
        wanted = [
            (key, content, index == 0)
            for key, contents in sorted(newest_first.items())
            for index, content in enumerate(contents)
        ]
        assert [described(listed) for listed in found] == wanted
