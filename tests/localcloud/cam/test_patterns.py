"""What actions and resources of a policy stand for."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.account import Account
from localcloud.cam.patterns import ActionPattern, ResourcePattern, matches

OWNER = Account("1250000000", "100000000001")
OBJECT = "qcs::cos:ap-guangzhou:uid/1250000000:media-1250000000/incoming/talk.mp3"

anything = st.text(max_size=12)
plain = st.text(st.characters(exclude_characters="*"), max_size=12)


@given(anything)
def test_a_star_stands_for_any_text(text: str) -> None:
    assert matches("*", text)


@given(plain, plain)
def test_without_a_star_a_pattern_stands_for_itself_only(pattern: str, text: str) -> None:
    assert matches(pattern, text) is (pattern == text)


@given(st.lists(plain, min_size=1, max_size=4), st.lists(anything, min_size=3, max_size=3))
def test_each_star_may_be_filled_with_anything(pieces: list[str], fillings: list[str]) -> None:
    filled = pieces[0] + "".join(filling + piece for filling, piece in zip(fillings, pieces[1:], strict=False))
    assert matches("*".join(pieces), filled)


@given(plain, plain, anything)
def test_what_stands_around_a_star_must_be_there(before: str, after: str, text: str) -> None:
    fits = len(text) >= len(before + after) and text.startswith(before) and text.endswith(after)
    assert matches(f"{before}*{after}", text) is fits


@pytest.mark.parametrize("text", ["cos:GetObject", "name/cos:GetObject", "cos:Get*", "name/cos:*", "*"])
def test_an_action_is_written_with_or_without_name_and_with_stars(text: str) -> None:
    assert ActionPattern.parse(text).covers("cos:GetObject")


@pytest.mark.parametrize("text", ["cos:getobject", "cos:PutObject", "ci:*", "cos:GetObjectACL", "cos:GetObject*ACL"])
def test_another_action_or_another_case_is_not_covered(text: str) -> None:
    assert not ActionPattern.parse(text).covers("cos:GetObject")


@pytest.mark.parametrize("text", ["", "GetObject", "cos:", "permid/280649", "cos:Get Object", "COS:GetObject"])
def test_what_is_no_action_is_refused_by_its_text(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(text))):
        ActionPattern.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "*",
        OBJECT,
        "qcs::cos:ap-guangzhou:uid/1250000000:media-1250000000/*",
        "qcs::cos:ap-guangzhou:uid/1250000000:media-1250000000/incoming/*",
        "qcs::cos::uid/1250000000:media-1250000000/incoming/*",
        "qcs::cos:*:uid/*:media-*/*.mp3",
        "qcs:::::media-1250000000/*",
        "qcs::cos:ap-guangzhou::*",
    ],
)
def test_a_resource_covers_what_lies_below_it(text: str) -> None:
    assert ResourcePattern.parse(text).covers(OBJECT, OWNER)


@pytest.mark.parametrize(
    "text",
    [
        "qcs::cos:ap-beijing:uid/1250000000:media-1250000000/*",
        "qcs::ci:ap-guangzhou:uid/1250000000:media-1250000000/*",
        "qcs::cos:ap-guangzhou:uid/1250000001:media-1250000000/*",
        "qcs::cos:ap-guangzhou:uid/1250000000:other-1250000000/*",
        "qcs::cos:ap-guangzhou:uid/1250000000:media-1250000000/index/*",
        "qcs::cos:ap-guangzhou:uid/1250000000:media-1250000000/incoming/talk",
        "qcs::cos:ap-guangzhou:uid/1250000000:media-1250000000/incoming/",
    ],
)
def test_a_resource_covers_nothing_else(text: str) -> None:
    assert not ResourcePattern.parse(text).covers(OBJECT, OWNER)


def test_without_an_account_it_is_the_policy_owner_s() -> None:
    mine = ResourcePattern.parse("qcs::cam:::roleName/CI_QCSRole")
    assert mine.covers("qcs::cam::uin/100000000001:roleName/CI_QCSRole", OWNER)
    assert not mine.covers("qcs::cam::uin/100000000002:roleName/CI_QCSRole", OWNER)


def test_what_cam_grants_on_no_single_resource_needs_a_star() -> None:
    assert ResourcePattern.parse("*").covers("*", OWNER)
    assert not ResourcePattern.parse("qcs:::::*").covers("*", OWNER)


@given(st.text(st.characters(exclude_characters="*:"), min_size=1, max_size=8))
def test_a_key_with_colons_stays_whole(key: str) -> None:
    resource = f"qcs::cos:ap-guangzhou:uid/1250000000:media-1250000000/{key}:{key}"
    assert ResourcePattern.parse(resource).covers(resource, OWNER)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("media-1250000000/*", "is no resource"),
        ("qcs::cos:ap-guangzhou:uid/1250000000", "is no resource"),
        ("qcs::cos:ap-guangzhou:uid/1250000000:", "is no resource"),
        ("arn::cos:ap-guangzhou:uid/1250000000:media/*", "is no resource"),
        ("qcs:id/1:cos:ap-guangzhou:uid/1250000000:media/*", "names a project"),
    ],
)
def test_what_is_no_resource_is_refused_with_the_reason(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        ResourcePattern.parse(text)
