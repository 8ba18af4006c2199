import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from voice_separation.upload_ids import UploadIds

ids = st.integers(0, 2**128 - 1).map("{:032x}".format)


@given(st.sets(ids), st.lists(ids), st.data())
def test_exactly_the_ids_that_were_listed_are_found(listed: set[str], others: list[str], data: st.DataObject) -> None:
    found = UploadIds()
    for each in sorted(listed):
        for _ in range(data.draw(st.integers(1, 3))):  # an upload with several claims
            found.append(each)
    assert len(found) == len(listed)
    assert all(each in found for each in listed)
    assert [each in found for each in others] == [each in listed for each in others]


def test_a_hundred_thousand_ids_fit_into_some_two_mebibytes() -> None:
    tracemalloc.start()
    try:
        found = UploadIds()
        for number in range(100_000):
            found.append(f"{number:032x}")
        assert tracemalloc.get_traced_memory()[1] < 4 * 1024**2
    finally:
        tracemalloc.stop()
    assert f"{99_999:032x}" in found
    assert f"{100_000:032x}" not in found
