import pytest

from localcloud.callers import Caller, Callers, nobody

CALLER = Caller("submit", "mps-dev-media-submit", "f03dc946", kill=lambda: None)


def test_an_invocation_is_known_by_its_access_key_while_it_runs() -> None:
    callers = Callers()

    with callers.running("AKID1", CALLER):
        assert callers.find("AKID1") == CALLER
        assert callers.find("AKID2") is None
        assert callers.find(None) is None

    assert callers.find("AKID1") is None


def test_an_invocation_that_fails_is_forgotten_too() -> None:
    callers = Callers()

    with pytest.raises(ZeroDivisionError), callers.running("AKID1", CALLER):
        raise ZeroDivisionError

    assert callers.find("AKID1") is None


def test_an_invocation_without_credentials_cannot_be_known() -> None:
    callers = Callers()

    with callers.running(None, CALLER):
        assert callers.find(None) is None


def test_a_caller_is_of_its_function_by_key_or_by_name() -> None:
    assert CALLER.is_of("submit")
    assert CALLER.is_of("mps-dev-media-submit")
    assert not CALLER.is_of("media-submit")


def test_nobody_is_never_found() -> None:
    assert nobody("AKID1") is None
