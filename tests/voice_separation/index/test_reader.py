import pytest

from tests.voice_separation.conftest import BUCKET, Workbench
from voice_separation.index import keys
from voice_separation.index.entries import Entry, entry_of
from voice_separation.index.reader import IndexReader
from voice_separation.jobs.detail import JobDetail

ENTRY = entry_of(JobDetail(job_id="j1", state="Success"), bucket=BUCKET.name, region=BUCKET.region)
KEY = keys.job("j1")


@pytest.fixture
def reader(bench: Workbench) -> IndexReader:
    bench.cloud.cos.put(BUCKET.name, f"index/{KEY}", ENTRY.content())
    return bench.invocation().reader(BUCKET)


def test_a_document_is_listed_found_and_read_by_its_key_below_the_prefix(reader: IndexReader) -> None:
    (listed,) = reader.list(keys.JOBS)
    assert (listed.key, listed.size) == (KEY, len(ENTRY.content()))
    assert reader.exists(KEY) == listed
    assert reader.content(KEY) == ENTRY.content()
    assert reader.read(KEY, Entry) == ENTRY


def test_a_document_that_is_not_there_is_none(reader: IndexReader) -> None:
    other = keys.job("j2")
    assert (reader.exists(other), reader.content(other), reader.read(other, Entry)) == (None, None, None)


@pytest.mark.parametrize("content", [b"", b"not json", b"{}", b"\xff"], ids=["empty", "text", "no entry", "no UTF-8"])
def test_a_document_that_cannot_be_read_is_none_and_its_bytes_are_told(
    bench: Workbench, reader: IndexReader, content: bytes
) -> None:
    bench.cloud.cos.put(BUCKET.name, f"index/{KEY}", content)
    assert (reader.read(KEY, Entry), reader.content(KEY)) == (None, content)


@pytest.mark.parametrize("folder", [keys.LOG, keys.JOBS])
def test_a_folder_made_in_the_console_is_no_document(bench: Workbench, reader: IndexReader, folder: str) -> None:
    before = list(reader.list(folder))
    bench.cloud.cos.put(BUCKET.name, f"index/{folder}", b"")
    bench.cloud.cos.put(BUCKET.name, f"index/{folder}00/", b"")
    assert list(reader.list(folder)) == before


def test_what_comes_after_a_key_is_listed_from_there(bench: Workbench, reader: IndexReader) -> None:
    log = [f"log/2026-11-21/03/j{n}.json" for n in range(3)]
    for key in log:
        bench.cloud.cos.put(BUCKET.name, f"index/{key}", ENTRY.content())
    assert [each.key for each in reader.list(keys.LOG, after=log[0])] == log[1:]
