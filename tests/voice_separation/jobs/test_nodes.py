import pytest

from voice_separation.jobs.nodes import Key, Moment, Node, Number, Text, parse_xml


class Told(Node):
    """Nodes of every kind."""

    state: Text = None
    object: Key = None
    end_time: Moment = None
    progress: Number = None


@pytest.mark.parametrize(
    "time",
    ["-", "", None, "soon", "2022-07-01", 7, "0001-01-01T00:00:00+0800", "2022-07-01T10:12:32+080001"],
)
def test_times_that_are_not_yet_are_absent(time: object) -> None:
    assert Told.model_validate({"EndTime": time}).end_time is None


@pytest.mark.parametrize("number", [10**400, "1e308", 2**53, "NaN", "-Infinity", [1], {}, "", None])
def test_what_readers_of_json_would_not_agree_on_is_no_number(number: object) -> None:
    assert Told.model_validate({"Progress": number}).progress is None


def test_white_space_around_values_is_not_theirs_but_a_key_may_end_with_a_space() -> None:
    tree = parse_xml(b"<Told><State>\n  Submitted\n</State><Object>test.mp4 </Object></Told>")
    told = Told.model_validate(tree["Told"])
    assert (told.state, told.object) == ("Submitted", "test.mp4 ")
