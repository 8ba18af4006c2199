"""COS as weak as it is documented, over HTTP where a client could see it."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localcloud.clock import MovableClock, stopped_at
from localcloud.cos.models import Cos, Weaknesses
from localcloud.cos.wire import version_headers
from localcloud.errors import CloudError
from tests.localcloud.cloud_lab import BUCKET, CloudLab
from tests.localcloud.scf.lab import REGION
from tests.support import PATIENCE

NOON = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
LAGGING = Weaknesses(list_lag_seconds=30)
FORBID = {"x-cos-forbid-overwrite": "true"}


@dataclass(frozen=True)
class Store:
    """A COS with one bucket, whose clock stands still."""

    cos: Cos
    clock: MovableClock

    def put(self, key: str, content: bytes = b"content", *, forbid_overwrite: bool = False) -> str:
        return self.cos.put(BUCKET, key, content, forbid_overwrite=forbid_overwrite).etag

    def listed(self, **options: str) -> list[str]:
        return [stored.key for stored in self.cos.list(BUCKET, **options).contents]  # type: ignore[arg-type]


def new_store(directory: Path, sleep: Callable[[float], None]) -> Store:
    clock = MovableClock(stopped_at(NOON))
    cos = Cos(directory, clock, sleep)
    cos.create_bucket(BUCKET, REGION)
    return Store(cos, clock)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path, sleep=lambda _seconds: pytest.fail("nothing is to wait"))


@pytest.fixture
def lab(cloud_lab: CloudLab) -> CloudLab:
    return cloud_lab


def race(put: Callable[[int], object]) -> int:
    """How many of eight concurrent writers succeed."""

    def succeeds(writer: int) -> bool:
        try:
            put(writer)
        except CloudError as refusal:
            assert (refusal.status, refusal.code) == (409, "FileAlreadyExists")
            return False
        return True

    with ThreadPoolExecutor(8) as writers:
        return sum(writers.map(succeeds, range(8)))


def test_put_if_absent_has_one_winner_unless_told_otherwise(store: Store) -> None:
    assert race(lambda writer: store.put("claim", b"%d" % writer, forbid_overwrite=True)) == 1


def test_in_a_window_between_check_and_commit_several_win(tmp_path: Path) -> None:
    all_have_checked = threading.Barrier(8)
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        all_have_checked.wait(PATIENCE)

    store = new_store(tmp_path, sleep)
    store.cos.weaknesses = Weaknesses(check_to_commit_seconds=0.2)

    assert race(lambda writer: store.put("claim", b"%d" % writer, forbid_overwrite=True)) == 8

    assert slept == [0.2] * 8
    assert store.listed() == ["claim"]


def test_what_was_there_before_the_check_is_refused_without_a_wait(store: Store) -> None:
    store.put("claim")
    store.cos.weaknesses = Weaknesses(check_to_commit_seconds=0.2)

    with pytest.raises(CloudError, match="FileAlreadyExists"):
        store.put("claim", forbid_overwrite=True)


def test_a_put_that_may_overwrite_waits_for_nothing(store: Store) -> None:
    store.cos.weaknesses = Weaknesses(check_to_commit_seconds=0.2)

    store.put("key")


def test_racing_clients_all_win_over_http(lab: CloudLab, monkeypatch: pytest.MonkeyPatch) -> None:
    all_have_checked = threading.Barrier(4)
    monkeypatch.setattr(lab.cloud.cos, "_sleep", lambda _seconds: all_have_checked.wait(PATIENCE))
    lab.cloud.cos.weaknesses = Weaknesses(check_to_commit_seconds=0.2)

    with ThreadPoolExecutor(4) as clients:
        racing = clients.map(lambda n: lab.send("PUT", "/claim", body=b"%d" % n, **FORBID)[0], range(4))
        assert sorted(racing) == [200] * 4

    assert lab.send("PUT", "/claim", body=b"late", **FORBID)[0] == 409


def test_in_a_bucket_that_once_had_versioning_forbidding_to_overwrite_does_nothing(lab: CloudLab) -> None:
    lab.cloud.cos.create_bucket("other-1250000000", REGION)
    lab.cloud.cos.weaknesses = Weaknesses(once_versioned=frozenset({BUCKET}))

    def twice(host: str) -> list[int]:
        return [lab.send("PUT", "/claim", host=host, body=content, **FORBID)[0] for content in (b"1", b"2")]

    assert twice(f"{BUCKET}.cos.{REGION}.myqcloud.com") == [200, 200]
    assert twice(f"other-1250000000.cos.{REGION}.myqcloud.com") == [200, 409]
    assert lab.cloud.cos.get(BUCKET, "claim").path.read_bytes() == b"2"


@pytest.mark.parametrize("untold", [False, True])
def test_that_a_bucket_once_had_versioning_shows_unless_it_is_not_to(lab: CloudLab, *, untold: bool) -> None:
    lab.cloud.cos.weaknesses = Weaknesses(once_versioned=frozenset({BUCKET}), versions_untold=untold)
    told = version_headers(lab.cloud.cos, lab.cloud.cos.put(BUCKET, "claim", b"1"))
    assert list(told) == ([] if untold else ["x-cos-version-id"])


def test_a_listing_hides_a_new_object_until_the_lag_has_passed(store: Store) -> None:
    store.put("old")
    store.cos.weaknesses = LAGGING
    store.put("new")

    store.clock.advance(29.9)
    assert store.listed() == ["old"]
    assert store.cos.get(BUCKET, "new").size == 7, "GET and HEAD are fresh"
    store.clock.advance(0.1)
    assert store.listed() == ["new", "old"]


def test_a_listing_shows_a_deleted_object_until_the_lag_has_passed(store: Store) -> None:
    store.put("key")
    store.cos.weaknesses = LAGGING
    store.cos.delete(BUCKET, "key")

    assert store.listed() == ["key"]
    with pytest.raises(CloudError, match="NoSuchKey"):
        store.cos.get(BUCKET, "key")
    store.clock.advance(30)
    assert store.listed() == []


def test_a_listing_shows_the_former_content_of_an_overwritten_object(store: Store) -> None:
    store.cos.weaknesses = LAGGING
    first = store.put("key", b"first")
    store.clock.advance(30)
    second = store.put("key", b"second")

    def etag() -> str:
        return store.cos.list(BUCKET).contents[0].etag

    assert etag() == first
    store.clock.advance(30)
    assert etag() == second


def test_what_came_and_went_within_the_lag_is_never_listed(store: Store) -> None:
    store.cos.weaknesses = LAGGING
    store.put("key")
    store.clock.advance(10)
    store.cos.delete(BUCKET, "key")

    for _ in range(5):
        assert store.listed() in ([], ["key"])
        store.clock.advance(10)
    assert store.listed() == []


def test_without_the_lag_listings_are_fresh_again(store: Store) -> None:
    store.cos.weaknesses = LAGGING
    store.put("key")

    store.cos.weaknesses = Weaknesses()

    assert store.listed() == ["key"]


def test_a_lagging_listing_has_prefixes_and_pages_as_any_other(store: Store) -> None:
    for key in ("a/1", "a/2", "b/1", "b/2"):
        store.put(key)
    store.cos.weaknesses = LAGGING
    store.put("a/0")
    store.cos.delete(BUCKET, "a/2")

    assert store.listed(prefix="a/") == ["a/1", "a/2"]
    assert store.cos.list(BUCKET, delimiter="/").common_prefixes == ("a/", "b/")
    page = store.cos.list(BUCKET, max_keys=2)
    assert [stored.key for stored in page.contents] == ["a/1", "a/2"]
    assert store.listed(marker=page.next_marker) == ["b/1", "b/2"]


CHANGES = st.lists(st.tuples(st.sampled_from(["put", "delete"]), st.sampled_from("abc"), st.integers(0, 20)))


@settings(deadline=None, max_examples=60)
@given(CHANGES)
def test_a_listing_is_what_the_bucket_was_before_the_lag(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[str, str, int]]
) -> None:
    store = new_store(tmp_path_factory.mktemp("cos"), sleep=lambda _seconds: None)
    store.cos.weaknesses = LAGGING
    then: list[tuple[datetime, list[str]]] = [(NOON, [])]
    for change, key, seconds in changes:
        store.clock.advance(seconds)
        if change == "put":
            store.put(key)
        else:
            store.cos.delete(BUCKET, key)
        present = [each for each in "abc" if is_there(store, each)]
        then.append((store.clock(), present))
        seen = [keys for at, keys in then if (store.clock() - at).total_seconds() >= 30]
        assert store.listed() == (seen[-1] if seen else [])


def is_there(store: Store, key: str) -> bool:
    try:
        store.cos.get(BUCKET, key)
    except CloudError:
        return False
    return True


def test_the_lag_is_seen_over_http_and_told_by_the_cloud_s_clock(new_cloud_lab: Callable[..., CloudLab]) -> None:
    clock = MovableClock()
    lab = new_cloud_lab(clock=clock)
    lab.cloud.cos.weaknesses = LAGGING

    lab.send("PUT", "/key", body=b"content")

    assert b"<Key>" not in lab.send("GET", "/")[1]
    assert lab.send("HEAD", "/key")[0] == 200
    clock.advance(31)
    assert b"<Key>key</Key>" in lab.send("GET", "/")[1]
