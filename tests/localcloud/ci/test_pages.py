import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.ci.nodes import read_parameters
from localcloud.ci.pages import PageParameters
from localcloud.errors import CloudError


@given(st.lists(st.integers(), max_size=50), st.integers(1, 12))
def test_the_pages_of_a_list_are_the_list(items: list[int], size: int) -> None:
    pages = [PageParameters(page_number=number, page_size=size).page_of(items) for number in range(1, 52)]
    assert [item for page in pages for item in page.items] == items
    assert {page.total_count for page in pages} == {len(items)}


def test_the_first_ten_are_told_unless_others_are_asked_for() -> None:
    page = read_parameters(PageParameters, {"pageNumber": "", "pageSize": ""}).page_of(range(12))
    assert page.items == tuple(range(10))
    assert page.nodes() == {"TotalCount": 12, "PageNumber": 1, "PageSize": 10}


@pytest.mark.parametrize(
    ("name", "value"), [("pageNumber", "0"), ("pageNumber", "one"), ("pageSize", "0"), ("pageSize", "101")]
)
def test_a_page_that_cannot_be_is_refused_naming_the_parameter(name: str, value: str) -> None:
    with pytest.raises(CloudError, match=f"^400 InvalidArgument: {name} is not right"):
        read_parameters(PageParameters, {name: value})
