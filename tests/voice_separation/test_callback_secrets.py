import pytest

from voice_separation.callback_secrets import parse_callback_secrets

FIRST, SECOND = "first-secret-first", "second-secret-second"


def test_a_ring_keeps_its_order() -> None:
    assert parse_callback_secrets(f"{FIRST},{SECOND}") == (FIRST, SECOND)


@pytest.mark.parametrize("text", ["", ",", f"{FIRST},hunter2", "[]", '["hunter2hunter2"]'])
def test_a_ring_of_nothing_or_with_a_short_secret_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(ValueError, match="at least 16") as refused:
        parse_callback_secrets(text)
    assert "hunter2" not in str(refused.value)
