"""Policy documents read, or refused for what cannot be evaluated."""

import json
from pathlib import Path
from typing import Any

import pytest

from localcloud.cam.documents import InvalidPolicyError, parse_policy, read_policy
from tests.localcloud.cam.policies import document, statement

GOOD = statement("cos:GetObject", "*")


def test_one_action_resource_or_statement_needs_no_brackets() -> None:
    listed = document(statement(["cos:GetObject"], ["*"], principal={"qcs": ["qcs::cam::anyone:anyone"]}))
    alone = json.dumps({"version": "2.0", "statement": GOOD})
    assert parse_policy(listed) == parse_policy(alone)


def test_a_file_is_named_in_the_refusal(tmp_path: Path) -> None:
    path = tmp_path / "callback.json"
    path.write_text('{"version": "1.0"}')
    with pytest.raises(InvalidPolicyError, match=r"^callback\.json is no policy"):
        read_policy(path)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("{", "Invalid JSON"),
        ("[]", "should be an object"),
        (json.dumps({"version": "1.0", "statement": GOOD}), "version: Input should be '2.0'"),
        (json.dumps({"version": "2.0"}), "statement: Field required"),
        (document(), "statement: the list is empty"),
        (document({**GOOD, "effect": "permit"}), "effect: Input should be 'allow' or 'deny'"),
        (document({**GOOD, "action": []}), "action: the list is empty"),
        (document({**GOOD, "action": [7]}), "action.0: it is no text"),
        (document({**GOOD, "action": {"pattern": "*"}}), "action.0: it is no text"),
        (document({**GOOD, "resource": "qcs::cos:${REGION}:uid/1:b/*"}), "holds a placeholder"),
        (document({**GOOD, "resource": "media/*"}), "'media/.' is no resource"),
        (document({**GOOD, "notaction": "cos:GetObject"}), "notaction: Extra inputs"),
        (document({**GOOD, "condition": {"ip_equal": {"qcs:ip": "10.0.0.0/8"}}}), "'ip_equal' cannot be evaluated"),
        (document({**GOOD, "condition": {"string_equal": {"qcs:ip": "10.0.0.1"}}}), "'qcs:ip' cannot be evaluated"),
        (document({**GOOD, "condition": {"string_equal": {"cos:prefix": []}}}), "the list is empty"),
        (document({**GOOD, "condition": {"string_equal": {"cos:prefix": 7}}}), "it is no text"),
    ],
)
def test_what_cannot_be_evaluated_is_refused_with_the_reason(written: str, told: str) -> None:
    with pytest.raises(InvalidPolicyError, match=told):
        parse_policy(written)


def test_every_problem_is_told_at_once() -> None:
    bad: dict[str, Any] = {"effect": "maybe", "action": ["Get", "cos:GetObject"], "resource": "media"}
    with pytest.raises(InvalidPolicyError) as refused:
        parse_policy(document(bad))
    assert [problem.partition(":")[0] for problem in refused.value.problems] == [
        "statement.0.effect",
        "statement.0.action.0",
        "statement.0.resource.0",
    ]
