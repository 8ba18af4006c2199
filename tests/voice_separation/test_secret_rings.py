import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_separation.secret_rings import StoredSecret, parse_setting, split_ring

FIRST, SECOND = "first-secret-first", "second-secret-second"
secrets = st.text(st.characters(codec="utf-8", exclude_characters=","), min_size=1, max_size=40).filter(
    lambda text: bool(text.strip()) and not text.strip().startswith(("[", "ssm:"))
)


@pytest.mark.parametrize(
    "text",
    [
        f"{FIRST},{SECOND}",
        f" {FIRST} ,\n{SECOND}, ",
        json.dumps([FIRST, SECOND]),
        f'\n[ "{FIRST}",\n  "{SECOND}" ]\n',
    ],
    ids=range(4),
)
def test_a_ring_is_separated_by_commas_or_a_json_array_and_keeps_its_order(text: str) -> None:
    assert split_ring(text) == parse_setting(text, split_ring) == (FIRST, SECOND)


def test_only_in_an_array_may_a_secret_hold_a_comma() -> None:
    assert split_ring(json.dumps([f"{FIRST},{SECOND}"])) == (f"{FIRST},{SECOND}",)


@given(st.lists(secrets, max_size=4))
def test_both_ways_of_writing_mean_the_same(ring: list[str]) -> None:
    assert split_ring(",".join(ring)) == split_ring(json.dumps(ring)) == tuple(secret.strip() for secret in ring)


@pytest.mark.parametrize("text", ["[hunter2hunter2hunter2]", '["hunter2hunter2hunter2", 7]', "["])
def test_what_is_no_array_of_texts_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(ValueError, match="JSON array of texts") as refused:
        split_ring(text)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("ssm:voice-ring", StoredSecret("voice-ring", "SSM_Current")),
        ("ssm:voice_ring:v2.0", StoredSecret("voice_ring", "v2.0")),
    ],
)
def test_a_secret_of_secrets_manager_is_named_with_its_version_or_without(text: str, stored: StoredSecret) -> None:
    assert parse_setting(text, split_ring) == stored


@pytest.mark.parametrize("text", ["ssm:", "ssm:a b", "ssm:-a", "ssm:a:", "ssm:a:b:c", "ssm:" + "a" * 129, "ssm:a\n"])
def test_a_name_that_no_secret_can_have_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="ssm:<name>"):
        parse_setting(text, split_ring)
