import pytest

from localcloud.api.errors import ApiError
from localcloud.api.service import Action, Answer, Parameters


class Greeted(Parameters):
    first_name: str
    how_often: int = 1


class Greeting(Answer):
    whole_text: str


def greet(region: str, asked: Greeted) -> Greeting:
    return Greeting(whole_text=f"{region}: hello {asked.first_name}" * asked.how_often)


def admit_all(_resource: str) -> None:
    return


def test_parameters_and_answers_are_in_the_vendors_case_on_the_wire() -> None:
    answer = Action(Greeted, greet)("gz", b'{"FirstName": "Ann"}', admit_all)
    assert answer.model_dump(by_alias=True) == {"WholeText": "gz: hello Ann"}


@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"FirstName": "A"} x', b"[]"])
def test_a_body_that_is_no_object_is_an_invalid_parameter(body: bytes) -> None:
    with pytest.raises(ApiError) as refused:
        Action(Greeted, greet)("gz", body, admit_all)
    assert refused.value.code == "InvalidParameter"


def test_an_empty_body_is_a_call_without_parameters() -> None:
    with pytest.raises(ApiError, match="`FirstName`") as refused:
        Action(Greeted, greet)("gz", b"", admit_all)
    assert refused.value.code == "MissingParameter"


def test_nothing_is_done_for_whom_is_not_admitted() -> None:
    done: list[str] = []

    def note(region: str, asked: Greeted) -> Greeting:
        done.append(asked.first_name)
        return greet(region, asked)

    def admit_none(resource: str) -> None:
        raise ApiError("UnauthorizedOperation", resource)

    with pytest.raises(ApiError, match="person/Ann"):
        Action(Greeted, note, lambda asked: f"person/{asked.first_name}")("gz", b'{"FirstName": "Ann"}', admit_none)
    assert done == []
