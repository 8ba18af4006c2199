"""What the statements of a policy allow together."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.cam.access import Access
from localcloud.cam.documents import parse_policy
from tests.localcloud.cam.policies import BUCKET, OWNER, accesses, document, statement, statements

PUT = Access("cos:PutObject", f"{BUCKET}/index/jobs/a")


def allows(access: Access, *written: dict[str, Any]) -> bool:
    return parse_policy(document(*written)).allows(access, OWNER)


def test_what_no_statement_is_about_is_denied() -> None:
    assert not allows(PUT, statement("cos:GetObject", "*"), statement("cos:PutObject", f"{BUCKET}/incoming/*"))


def test_a_statement_is_about_every_pair_of_its_actions_and_resources() -> None:
    written = statement(["cos:GetObject", "cos:PutObject"], [f"{BUCKET}/incoming/*", f"{BUCKET}/index/*"])
    assert allows(PUT, written)
    assert allows(Access("cos:GetObject", f"{BUCKET}/incoming/a"), written)
    assert not allows(Access("cos:DeleteObject", f"{BUCKET}/incoming/a"), written)


def test_deny_outranks_allow_wherever_it_stands() -> None:
    allow, deny = statement("*", "*"), statement("cos:Put*", f"{BUCKET}/index/*", "deny")
    assert not allows(PUT, allow, deny)
    assert not allows(PUT, deny, allow)
    assert allows(Access("cos:PutObject", f"{BUCKET}/incoming/a"), deny, allow)


@given(st.lists(statements, min_size=1, max_size=4), accesses)
def test_the_order_of_statements_means_nothing(written: list[dict[str, Any]], access: Access) -> None:
    assert allows(access, *written) is allows(access, *reversed(written))


@given(st.lists(statements, min_size=1, max_size=4), accesses)
def test_a_denying_statement_more_never_allows_more(written: list[dict[str, Any]], access: Access) -> None:
    denying = statement(access.action, access.resource, "deny")
    assert not allows(access, *written, denying)


@given(st.lists(statements, min_size=1, max_size=4), statements, accesses)
def test_an_allowing_statement_more_never_allows_less(
    written: list[dict[str, Any]], another: dict[str, Any], access: Access
) -> None:
    if allows(access, *written):
        assert allows(access, *written, {**another, "effect": "allow"})


@given(st.lists(statements, min_size=1, max_size=4), accesses)
def test_splitting_a_statement_into_its_pairs_changes_nothing(written: list[dict[str, Any]], access: Access) -> None:
    pairs = [
        statement(action, resource, each["effect"])
        for each in written
        for action in each["action"]
        for resource in each["resource"]
    ]
    assert allows(access, *pairs) is allows(access, *written)


LISTING = statement("cos:GetBucket", f"{BUCKET}/*", condition={"string_equal": {"cos:prefix": ["index%2F", "in"]}})


@pytest.mark.parametrize(("prefix", "allowed"), [("index%2F", True), ("in", True), ("index/", False), ("", False)])
def test_a_condition_takes_any_of_its_values_as_they_are_written(prefix: str, allowed: bool) -> None:
    assert allows(Access("cos:GetBucket", f"{BUCKET}/", (("cos:prefix", prefix),)), LISTING) is allowed


def test_a_condition_on_what_the_request_lacks_does_not_hold() -> None:
    assert not allows(Access("cos:GetBucket", f"{BUCKET}/"), LISTING)


def test_string_like_knows_the_star_and_string_equal_does_not() -> None:
    access = Access("cos:GetBucket", f"{BUCKET}/", (("cos:prefix", "index%2Flog%2F2026"),))
    like, equal = (
        statement("cos:GetBucket", "*", condition={operator: {"cos:prefix": "index%2Flog%2F*"}})
        for operator in ("string_like", "string_equal")
    )
    assert allows(access, like)
    assert not allows(access, equal)


def test_a_denial_with_a_condition_denies_only_where_it_holds() -> None:
    deny = statement("cos:*", "*", "deny", condition={"string_like": {"cos:prefix": "index*"}})
    assert allows(PUT, statement("*", "*"), deny)
    assert not allows(Access("cos:GetBucket", f"{BUCKET}/", (("cos:prefix", "index"),)), statement("*", "*"), deny)
