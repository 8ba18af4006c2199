import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.callers import Caller
from localcloud.faults.effects import Drop, KillAfter, KillBefore
from localcloud.faults.rules import Asked, Requests, Rule
from tests.localcloud.cloud_lab import seeded

SUBMIT = Caller("submit", "voice-dev-separation-submit", "f03dc946", kill=lambda: None)
CLAIM = Asked("cos", "PUT", "/index/claims/1.json", SUBMIT)


@pytest.mark.parametrize(
    "requests",
    [
        Requests(),
        Requests(service="cos"),
        Requests(method="PUT"),
        Requests(path="^/index/claims/"),
        Requests(path=r"\.json$"),
        Requests(function="submit"),
        Requests(function="voice-dev-separation-submit"),
        Requests("cos", "PUT", "claims", "submit"),
    ],
)
def test_a_request_is_included_when_all_that_is_said_holds(requests: Requests) -> None:
    assert requests.include(CLAIM)


@pytest.mark.parametrize(
    "requests",
    [
        Requests(service="ci"),
        Requests(method="GET"),
        Requests(path="^claims"),
        Requests(function="callback"),
        Requests("cos", "PUT", "claims", "callback"),
    ],
)
def test_a_request_is_not_included_when_one_thing_does_not_hold(requests: Requests) -> None:
    assert not requests.include(CLAIM)


def test_what_nobody_signed_is_of_no_function() -> None:
    assert not Requests(function="submit").include(Asked("cos", "PUT", "/key", None))


def test_a_path_that_is_no_regular_expression_is_said_at_once() -> None:
    with pytest.raises(re.error):
        Requests(path="(")


def struck(rule: Rule, asked: Asked = CLAIM, requests: int = 10) -> list[int]:
    chance = seeded(1)
    return [number for number in range(requests) if rule.strikes(asked, chance)]


@given(times=st.none() | st.integers(0, 12), after=st.integers(0, 12))
def test_a_rule_lets_the_first_ones_pass_then_strikes_its_times(times: int | None, after: int) -> None:
    rule = Rule(Drop(), Requests(), times, after, 1.0)

    expected = list(range(after, 10 if times is None else min(10, after + times)))
    assert struck(rule) == expected
    assert rule.struck == len(expected)
    assert rule.is_spent is (times is not None and len(expected) == times)


def test_requests_that_are_not_meant_do_not_count() -> None:
    rule = Rule(Drop(), Requests(method="PUT"), 1, 1, 1.0)
    chance = seeded(1)

    methods = ["GET", "PUT", "GET", "PUT", "PUT"]
    assert [rule.strikes(Asked("cos", method, "/", None), chance) for method in methods] == [
        False,
        False,
        False,
        True,
        False,
    ]


def test_a_rule_without_a_chance_never_strikes() -> None:
    assert struck(Rule(Drop(), Requests(), None, 0, 0.0)) == []


def test_luck_strikes_about_as_often_as_it_is_told() -> None:
    assert len(struck(Rule(Drop(), Requests(), None, 0, 0.3), requests=2000)) == pytest.approx(600, abs=70)


@pytest.mark.parametrize("kill", [KillBefore, KillAfter])
def test_only_an_instance_can_be_killed(kill: Callable[[], KillBefore | KillAfter]) -> None:
    rule = Rule(kill(), Requests(), None, 0, 1.0)

    assert struck(rule, Asked("cos", "PUT", "/key", None)) == []
    assert struck(rule) == list(range(10))
