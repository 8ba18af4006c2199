"""The component `scf`: one function in a file, as its own manual has it."""

import pytest

from localcloud.scf.cron import Cron
from localcloud.scf.problems import InvalidServerlessFileError
from localcloud.scf.project import CosTrigger, HttpTrigger, TimerTrigger
from localcloud.scf.serverless import parse_project


def test_the_component_scf_is_one_function_with_its_events() -> None:
    project = parse_project(
        """
        component: scf
        app: media
        stage: prod
        name: submit
        inputs:
          src: ./
          region: ap-shanghai
          handler: index.main_handler
          runtime: Python3.10
          environment:
            variables: {COLOUR: blue, DAYS: 3}
          events:
            - cos:
                parameters:
                  bucket: media-1250000000.cos.ap-shanghai.myqcloud.com
                  events: cos:ObjectCreated:Put
                  enable: true
            - timer:
                name: minutely
                parameters: {cronExpression: '0 * * * * * *', enable: true}
            - http:
                parameters:
                  netConfig: {enableExtranet: true, enableIntranet: false}
                  qualifier: $DEFAULT
                  authType: NONE
        """,
        {},
    )

    (function,) = project.functions
    assert (function.key, function.name) == ("submit", "submit-prod-media")
    assert function.environment == {"COLOUR": "blue", "DAYS": "3"}
    assert project.triggers == (
        CosTrigger("submit", "media-1250000000", "ap-shanghai", "cos:ObjectCreated:Put", "", "", enabled=True),
        TimerTrigger("submit", "minutely", Cron.parse("0 * * * * * *"), "", enabled=True),
        HttpTrigger("submit", "url-trigger", "NONE", extranet=True, enabled=True),
    )


SCF = """
component: scf
name: hello
inputs:
  src: ./src
  runtime: Python3.10
"""


def test_the_component_scf_has_its_own_defaults() -> None:
    project = parse_project(
        SCF + "  events: [{timer: {parameters: {cronExpression: '0 * * * * * *', enable: true}}}]", {}
    )

    (function,) = project.functions
    assert (function.name, function.handler) == ("hello-dev-hello", "index.main_handler")
    (timer,) = project.triggers
    assert isinstance(timer, TimerTrigger)
    assert timer.name == "timer-hello-dev"
    assert project.warnings == ()


def scf_problems(more: str) -> tuple[str, ...]:
    with pytest.raises(InvalidServerlessFileError) as refused:
        parse_project(SCF + more, {})
    return refused.value.problems


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ("  timeout: 0", "serverless.yml: inputs.timeout: Input should be greater"),
        ("  environment: {variables: {SCF_A: b}}", "inputs.environment.variables.SCF_A.key: names beginning with SCF_"),
        ("  events: [{cos: {parameters: {bucket: b}}}]", "inputs.events[0].cos.parameters.events: Field required"),
        ("  events: [{cos: {parameters: 7}}]", "inputs.events[0].cos.parameters: Input should be a valid dictionary"),
        ("  events: [{apigw: {parameters: {}}}]", "inputs.events[0].apigw: API Gateway is closed (628/106651)"),
        ("  events: [{mail: {}}]", "inputs.events[0].mail: mail is no type of trigger"),
        ("  events: [{}]", "inputs.events[0]: an event has one type, this has 0"),
    ],
)
def test_what_the_component_scf_cannot_deploy_is_refused(more: str, problem: str) -> None:
    (found,) = scf_problems(more)

    assert problem in found


def test_an_event_of_two_types_is_refused_as_the_vendors_component_would_drop_one() -> None:
    (found,) = scf_problems("  events: [{ckafka: {}, cmq: {}}]")

    assert found == (
        "serverless.yml: inputs.events[0]: an event has one type, this has 2; begin each with a dash of its own"
    )
