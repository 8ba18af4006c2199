"""Triggers of a serverless.yml: the traps that deploy and then do nothing."""

import pytest

from localcloud.scf.problems import Problems
from localcloud.scf.project import CosTrigger, HttpTrigger, TimerTrigger, Trigger
from localcloud.scf.triggers import Declared, TriggerReader

BUCKET = "media-1250000000.cos.ap-guangzhou.myqcloud.com"


def read(*declared: dict[str, object]) -> tuple[tuple[Trigger, ...], Problems]:
    problems = Problems("serverless.yml")
    reader = TriggerReader("ap-guangzhou", ["submit", "callback"], problems)
    placed = [Declared(each, f"inputs.triggers[{index}]") for index, each in enumerate(declared)]
    return reader.read(placed), problems


def cos(function: str = "submit", **parameters: object) -> dict[str, object]:
    usual = {"bucket": BUCKET, "events": "cos:ObjectCreated:*", "enable": True}
    return {"type": "cos", "function": function, "parameters": {**usual, **parameters}}


def http(function: str = "callback", **parameters: object) -> dict[str, object]:
    return {"type": "http", "function": function, "parameters": parameters}


def timer(**parameters: object) -> dict[str, object]:
    return {"type": "timer", "function": "submit", "parameters": parameters}


@pytest.mark.parametrize(
    "bucket",
    [
        "media",
        "media-1250000000",
        "media.cos.ap-guangzhou.myqcloud.com",
        "media-1250000000.cos.ap-beijing.myqcloud.com",
        "https://media-1250000000.cos.ap-guangzhou.myqcloud.com",
    ],
)
def test_a_cos_trigger_needs_the_whole_domain_of_a_bucket_in_its_region(bucket: str) -> None:
    _, problems = read(cos(bucket=bucket))

    assert problems.errors == (
        f"serverless.yml: inputs.triggers[0].parameters.bucket: {bucket} is no bucket of this region; "
        "write <name>-<appid>.cos.ap-guangzhou.myqcloud.com",
    )


@pytest.mark.parametrize("enable", [{}, {"enable": False}])
def test_a_cos_trigger_that_is_not_enabled_is_closed_and_says_so(enable: dict[str, object]) -> None:
    declared = cos()
    declared["parameters"] = {"bucket": BUCKET, "events": "cos:ObjectCreated:*", **enable}

    (trigger,), problems = read(declared)

    assert isinstance(trigger, CosTrigger)
    assert not trigger.enabled
    assert not trigger.fires_on("cos:ObjectCreated:Put", "media-1250000000", "a.mp4")
    assert problems.warnings == (
        "serverless.yml: inputs.triggers[0]: is created closed and never fires; add enable: true to its parameters",
    )


def test_a_timer_that_is_not_enabled_is_closed_and_says_so() -> None:
    (trigger,), problems = read(timer(cronExpression="0 * * * * * *"))

    assert isinstance(trigger, TimerTrigger)
    assert not trigger.enabled
    assert len(problems.warnings) == 1


def test_a_function_url_without_net_config_is_unreachable_and_says_so() -> None:
    (trigger,), problems = read(http())

    assert trigger == HttpTrigger("callback", "url-trigger", "NONE", extranet=False, enabled=True)
    assert problems.warnings == (
        "serverless.yml: inputs.triggers[0]: cannot be reached from the internet; "
        "add netConfig: {enableExtranet: true}",
    )


@pytest.mark.parametrize(
    ("declared", "problem"),
    [
        ({"type": "mail", "function": "submit"}, "mail is no type of trigger; use cos, http or timer"),
        ({"type": "apigw", "function": "submit"}, "API Gateway is closed"),
        (cos(function="nobody"), "function nobody is not in this file; it has submit, callback"),
        (cos(events="cos:ObjectCreated:Append"), "cos:ObjectCreated:Append is no event of COS"),
        (cos(filter={"suffix": "mp4"}), "a suffix must begin with a dot; write .mp4"),
        (http(authType="OAUTH"), "parameters.authType: Input should be 'NONE' or 'CAM'"),
        (timer(cronExpression="* * * * *"), "`* * * * *` must have seven fields"),
        (timer(), "parameters.cronExpression: Field required"),
        ({"function": "submit"}, "inputs.triggers[0].type: Field required"),
    ],
)
def test_a_trigger_that_could_not_be_created_is_an_error(declared: dict[str, object], problem: str) -> None:
    _, problems = read(declared)

    (found,) = problems.errors
    assert problem in found


def test_a_trigger_of_a_kind_that_runs_only_in_the_cloud_is_left_out_with_a_warning() -> None:
    triggers, problems = read({"type": "ckafka", "function": "submit", "parameters": {}})

    assert (triggers, problems.errors) == ((), ())
    assert problems.warnings == (
        "serverless.yml: inputs.triggers[0]: localcloud does not run ckafka triggers; it deploys without",
    )


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        ({}, {}, True),
        ({"events": "cos:ObjectCreated:Put"}, {}, True),
        ({"events": "cos:ObjectCreated:Put"}, {"events": "cos:ObjectCreated:Copy"}, False),
        ({"events": "cos:ObjectRemove:Delete"}, {"events": "cos:ObjectRemove:DeleteMarkerCreated"}, False),
        ({"filter": {"prefix": "in/"}}, {"filter": {"prefix": "in/deep/"}}, True),
        ({"filter": {"prefix": "in/"}}, {"filter": {"prefix": "out/"}}, False),
        ({"filter": {"suffix": ".mp4"}}, {"filter": {"suffix": ".mp3"}}, False),
        ({"filter": {"prefix": "in/"}}, {"filter": {"suffix": ".mp3"}}, True),
        ({}, {"bucket": "other-1250000000.cos.ap-guangzhou.myqcloud.com"}, False),
    ],
)
def test_two_triggers_may_not_both_fire_for_one_object(
    one: dict[str, object], other: dict[str, object], overlap: bool
) -> None:
    _, problems = read(cos("submit", **one), cos("callback", **other))

    assert bool(problems.errors) is overlap
    for error in problems.errors:
        assert error == (
            "serverless.yml: inputs.triggers[1]: the cos trigger of callback and that of submit at inputs.triggers[0] "
            "would both fire for one object of media-1250000000, which COS refuses; part them by prefix or suffix"
        )


def test_a_function_has_ten_cos_triggers_at_most() -> None:
    rules = [cos(filter={"prefix": f"{letter}/"}) for letter in "abcdefghijk"]

    assert read(*rules[:10])[1].errors == ()
    assert read(*rules)[1].errors == (
        "serverless.yml: inputs.triggers[10]: submit has 10 cos triggers already; remove some",
    )


def test_a_function_has_one_url_at_most() -> None:
    _, problems = read(http(name="a"), http(name="b"))

    assert problems.errors == (
        "serverless.yml: inputs.triggers[1]: callback can have one function URL only; remove the others",
    )


@pytest.mark.parametrize("events", ["cos:ObjectRemove:*", "cos:ObjectRestore:Completed"])
def test_a_trigger_for_what_the_local_cos_tells_nobody_says_so(events: str) -> None:
    (trigger,), problems = read(cos(events=events))

    assert isinstance(trigger, CosTrigger)
    assert problems.warnings == (
        "serverless.yml: inputs.triggers[0]: localcloud tells of cos:ObjectCreated:* only; this one never fires here",
    )


@pytest.mark.parametrize(
    ("declared", "key"),
    [
        (cos(perfix="in/"), "perfix"),
        (http(authtype="CAM", netConfig={"enableExtranet": True}), "authtype"),
        (timer(cronExpression="0 * * * * * *", enable=True, arguments="audit"), "arguments"),
    ],
)
def test_a_parameter_that_nobody_knows_is_a_warning(declared: dict[str, object], key: str) -> None:
    _, problems = read(declared)

    assert problems.warnings == (
        f"serverless.yml: inputs.triggers[0].parameters.{key}: localcloud knows no such key; mind the spelling",
    )


def test_cors_is_left_out_with_a_warning() -> None:
    _, problems = read(http(netConfig={"enableExtranet": True}, corsConfig={"enable": True, "origins": ["*"]}))

    (warning,) = problems.warnings
    assert "corsConfig: localcloud sends no CORS headers but the function's own" in warning
