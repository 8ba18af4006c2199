"""What a serverless.yml means, and every way in which it can go wrong."""

from pathlib import Path

import pytest
import yaml

from localcloud.scf.cron import Cron
from localcloud.scf.problems import InvalidServerlessFileError
from localcloud.scf.project import CosTrigger, DeadLetterQueue, HttpTrigger, Project, Source, TimerTrigger
from localcloud.scf.serverless import parse_project, read_project

FULL = """
app: media-pipeline
stage: dev
component: multi-scf
name: mps

inputs:
  region: ap-guangzhou
  namespace: default
  type: event
  memorySize: 256
  timeout: 60
  src:
    src: ./
    hook: pip install -q -r requirements.txt -t build
    dist: ./build
    exclude:
      - '**/__pycache__/**'
      - .env
  tags:
    - {key: project, value: media-pipeline}

  functions:
    submit:
      runtime: Python3.10
      handler: submit.main_handler
      role: SCF_MediaPipelineRole
      environments: &env
        - {key: OUTPUT_BUCKET, value: '${env:OUTPUT_BUCKET}'}
        - {key: LABEL, value: '${app}-${stage}-${name}'}
        - {key: VERIFY, value: true}
        - {key: DAYS, value: 3}
    callback:
      runtime: Python3.10
      handler: callback.main_handler
      role: SCF_MediaPipelineRole
      timeout: 15
      initTimeout: 30
      environments: *env
    reconcile:
      name: nightly
      runtime: Python3.12
      handler: reconcile.main_handler

  triggers:
    - type: cos
      function: submit
      parameters:
        qualifier: $DEFAULT
        bucket: ${env:INPUT_BUCKET}.cos.ap-guangzhou.myqcloud.com
        events: 'cos:ObjectCreated:*'
        filter:
          prefix: incoming/
          suffix: .mp4
        enable: true
    - type: http
      function: callback
      parameters:
        name: callback-url
        qualifier: $DEFAULT
        authType: NONE
        netConfig:
          enableExtranet: true
          enableIntranet: false
    - type: timer
      function: reconcile
      parameters:
        name: audit
        cronExpression: '0 0 3 * * * *'
        argument: audit
        enable: true
"""
ENVIRONMENT = {"OUTPUT_BUCKET": "out-1250000000", "INPUT_BUCKET": "media-1250000000"}


def test_a_full_file_is_read_in_all_its_parts(tmp_path: Path) -> None:
    path = tmp_path / "serverless.yml"
    path.write_text(FULL, encoding="utf-8")

    project = read_project(path, ENVIRONMENT)

    assert (project.name, project.app, project.stage) == ("mps", "media-pipeline", "dev")
    assert project.region == "ap-guangzhou"
    assert project.warnings == ()
    assert project.source == Source(
        "./", "pip install -q -r requirements.txt -t build", "./build", (), ("**/__pycache__/**", ".env")
    )
    submit, callback, reconcile = project.functions
    assert submit.key == "submit"
    assert submit.name == "mps-dev-media-pipeline-submit"
    assert submit.handler == "submit.main_handler"
    assert submit.environment == {
        "OUTPUT_BUCKET": "out-1250000000",
        "LABEL": "media-pipeline-dev-mps",
        "VERIFY": "true",
        "DAYS": "3",
    }
    assert (submit.memory_mb, submit.timeout_s, submit.init_timeout_s) == (256, 60, 65)
    assert (submit.role, submit.namespace) == ("SCF_MediaPipelineRole", "default")
    assert (callback.timeout_s, callback.init_timeout_s) == (15, 30)
    assert callback.environment == submit.environment
    assert (reconcile.name, reconcile.runtime, reconcile.role) == ("nightly", "Python3.12", None)
    assert project.triggers == (
        CosTrigger(
            "submit",
            "media-1250000000",
            "ap-guangzhou",
            "cos:ObjectCreated:*",
            "incoming/",
            ".mp4",
            enabled=True,
        ),
        HttpTrigger("callback", "callback-url", "NONE", extranet=True, enabled=True),
        TimerTrigger("reconcile", "audit", Cron.parse("0 0 3 * * * *"), "audit", enabled=True),
    )


MINIMAL = """
component: multi-scf
app: a
name: n
inputs:
  functions:
    f: {runtime: Python3.10, handler: index.main_handler}
"""


def parse(changes: str = "", base: str = MINIMAL) -> Project:
    """Read `base` with the sections of `changes` (YAML) laid over it, key by key at every depth."""
    return parse_project(yaml.safe_dump(overlay(yaml.safe_load(base), yaml.safe_load(changes) or {})), {})


def overlay(below: dict[str, object], above: dict[str, object]) -> dict[str, object]:
    merged = dict(below)
    for key, value in above.items():
        lower = below.get(key)
        merged[key] = overlay(lower, value) if isinstance(lower, dict) and isinstance(value, dict) else value
    return merged


def problems(changes: str) -> tuple[str, ...]:
    with pytest.raises(InvalidServerlessFileError) as refused:
        parse(changes)
    return refused.value.problems


def test_what_is_not_said_is_the_vendors_default() -> None:
    (function,) = parse().functions

    assert (function.memory_mb, function.timeout_s, function.namespace) == (128, 3, "default")
    assert function.name == "n-dev-a-f"
    assert parse().region == "ap-guangzhou"
    assert parse().source == Source()


def test_a_functions_list_replaces_the_shared_one() -> None:
    project = parse("""
        inputs:
          environments: [{key: SHARED, value: yes-please}]
          functions:
            own: {runtime: Python3.10, handler: index.main_handler, environments: [{key: OWN, value: 1}]}
    """)

    assert [function.environment for function in project.functions] == [
        {"SHARED": "yes-please"},
        {"OWN": "1"},
    ]


def test_functions_may_be_a_list_of_named_ones() -> None:
    project = parse("""
        inputs:
          functions:
            - {name: first, runtime: Python3.10, handler: index.main_handler}
            - {name: second, runtime: Python3.10, handler: index.main_handler}
    """)

    assert [(function.key, function.name) for function in project.functions] == [
        ("first", "first"),
        ("second", "second"),
    ]


def test_src_may_be_just_a_folder() -> None:
    assert parse("inputs: {src: ./app}").source == Source("./app")


def test_an_unset_variable_is_one_error_that_names_it_its_places_and_the_remedy() -> None:
    with pytest.raises(InvalidServerlessFileError) as refused:
        parse_project(FULL, {"OUTPUT_BUCKET": "out-1250000000"})

    assert refused.value.problems == (
        "serverless.yml: inputs.triggers[0].parameters.bucket: ${env:INPUT_BUCKET} is not set; "
        "export INPUT_BUCKET or write it into .env",
    )

    with pytest.raises(InvalidServerlessFileError) as refused:
        parse_project(FULL, {"INPUT_BUCKET": "media-1250000000"})

    assert refused.value.problems == (
        "serverless.yml: inputs.functions.submit.environments[0].value, "
        "inputs.functions.callback.environments[0].value: "
        "${env:OUTPUT_BUCKET} is not set; export OUTPUT_BUCKET or write it into .env",
    )


def test_a_variable_set_to_nothing_is_set() -> None:
    text = FULL.replace("prefix: incoming/", "prefix: '${env:INPUT_PREFIX}'")

    (trigger,) = (
        each
        for each in parse_project(text, {**ENVIRONMENT, "INPUT_PREFIX": ""}).triggers
        if isinstance(each, CosTrigger)
    )

    assert trigger.prefix == ""


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ("stage: '${colour}'", "stage: ${colour} is no variable; known are ${env:NAME}"),
        ("inputs: {role: '${output:dev:a:b.c}'}", "inputs.role: ${output:dev:a:b.c} is an output of another"),
        ("component: http", "component: Input should be 'multi-scf' or 'scf'"),
        ("inputs: {region: Guangzhou}", "inputs.region: String should match pattern"),
        ("inputs: {environment: {variables: {A: b}}}", "inputs.environment: multi-scf drops it"),
        (
            "inputs: {functions: {f: {environment: {variables: {A: b}}}}}",
            "inputs.functions.f.environment: multi-scf drops it",
        ),
        ("inputs: {functions: {f: {runtime: Nodejs18.15}}}", "localcloud runs functions of a Python 3 runtime"),
        ("inputs: {functions: {f: {runtime: Python2.7}}}", "localcloud runs functions of a Python 3 runtime"),
        ("inputs: {functions: {f: {type: web}}}", "inputs.functions.f.type: Input should be 'event'"),
        ("inputs: {functions: {f: {handler: main}}}", "inputs.functions.f.handler: String should match"),
        ("inputs: {functions: {f: {memorySize: 200}}}", "200 MB is no memory size"),
        ("inputs: {functions: {f: {timeout: 901}}}", "inputs.functions.f.timeout: Input should be less than"),
        ("inputs: {functions: {f: {name: 1st}}}", "1st is no function name"),
        (
            "inputs: {functions: {f: {environments: [{key: SCF_MODE, value: a}]}}}",
            "inputs.functions.f.environments[0].key: names beginning with SCF_",
        ),
        (
            "inputs: {functions: {f: {environments: [{key: A, value: ''}]}}}",
            "inputs.functions.f.environments[0].value: SCF takes no variable with an empty value",
        ),
        (
            "inputs: {functions: {f: {environments: [{key: A, value: null}]}}}",
            "inputs.functions.f.environments[0].value: Input should be a valid string",
        ),
        (
            f"inputs: {{functions: {{f: {{environments: [{{key: A, value: {'x' * 4096}}}]}}}}}}",
            "inputs.functions.f.environments: 4097 bytes exceed the 4096",
        ),
        (
            "inputs: {functions: {f: {name: same}, g: {name: same, runtime: Python3.10, handler: a.b}}}",
            "inputs.functions: 2 functions are named same",
        ),
        ("inputs: {src: {bucket: code, object: code.zip}}", "inputs.src.src: Field required"),
    ],
)
def test_what_cannot_be_deployed_is_refused(changes: str, problem: str) -> None:
    (found,) = problems(changes)

    assert problem in found


def test_one_error_lists_every_problem() -> None:
    found = problems("""
        inputs:
          environment: {}
          functions:
            f: {handler: main, timeout: 0}
          triggers:
            - {type: mail, function: f}
            - {type: http, function: nobody, parameters: {netConfig: {enableExtranet: true}}}
    """)

    assert len(found) == 5
    with pytest.raises(InvalidServerlessFileError) as refused:
        parse("inputs: {functions: {f: {handler: main, timeout: 0}}}")
    lines = str(refused.value).splitlines()
    assert [line.partition(": Input")[0] for line in lines] == [
        "serverless.yml: inputs.functions.f.handler: String should match pattern '^[\\w/.-]+\\.[A-Za-z_]\\w*$'",
        "serverless.yml: inputs.functions.f.timeout",
    ]


@pytest.mark.parametrize(
    ("text", "problem"), [("a: [", "it is no YAML"), ("- a", "it holds no mapping"), ("", "no mapping")]
)
def test_what_is_no_mapping_is_refused(text: str, problem: str) -> None:
    with pytest.raises(InvalidServerlessFileError, match=problem):
        parse_project(text, {})


def test_a_yaml_tag_that_would_run_code_is_refused() -> None:
    with pytest.raises(InvalidServerlessFileError, match="it is no YAML"):
        parse_project("!!python/object/apply:os.getpid []", {})


def test_what_localcloud_leaves_out_is_a_warning() -> None:
    project = parse("inputs: {functions: {f: {layers: [{name: ffmpeg, version: 1}]}}}")

    assert project.warnings == (
        "serverless.yml: inputs.functions.f.layers: localcloud has no layers; the code must bring all it needs",
    )


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        ("inputs: {memorysize: 512}", "inputs.memorysize: localcloud knows no such key"),
        ("inputs: {functions: {f: {envs: []}}}", "inputs.functions.f.envs: localcloud knows no such key"),
        ("inputs: {functions: {f: {retryNum: 1}}}", "retryNum: does nothing without asyncRunEnable"),
        ("inputs: {functions: {f: {asyncRunEnable: true}}}", "asyncRunEnable: localcloud runs it like any other"),
        ("inputs: {functions: {f: {installDependency: true}}}", "installDependency: it is for Node.js only"),
    ],
)
def test_what_does_not_do_what_it_seems_to_is_a_warning(changes: str, warning: str) -> None:
    (found,) = parse(changes).warnings

    assert warning in found


def test_what_asks_for_nothing_and_what_matters_in_the_cloud_only_is_no_warning() -> None:
    project = parse("""
        inputs:
          tags: [{key: a, value: b}]
          vpc: {vpcId: vpc-1, subnetId: subnet-1}
          functions: {f: {description: x, cls: {topicId: t}, layers: [], asyncRunEnable: false, publicAccess: true}}
    """)

    assert project.warnings == ()


def test_a_dead_letter_queue_is_read() -> None:
    (function,) = parse("inputs: {functions: {f: {deadLetter: {type: CMQ, name: lost}}}}").functions

    assert function.dead_letter == DeadLetterQueue("CMQ", "lost")


def test_a_dead_letter_queue_without_a_name_is_refused() -> None:
    (problem,) = problems("inputs: {functions: {f: {deadLetter: {type: CMQ}}}}")

    assert problem == "serverless.yml: inputs.functions.f.deadLetter.name: Field required"


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InvalidServerlessFileError) as refused:
        read_project(tmp_path / "nowhere.yml", {})

    assert str(refused.value) == f"{tmp_path}/nowhere.yml: it cannot be read: No such file or directory"


def test_broken_yaml_is_one_line_that_names_the_place() -> None:
    with pytest.raises(InvalidServerlessFileError) as refused:
        parse_project("a: [\nb: }", {})

    (line,) = str(refused.value).splitlines()
    assert line.startswith("serverless.yml: the file: it is no YAML:")
    assert "line 2, column 4" in line


@pytest.mark.parametrize(
    ("src", "folder"), [("", "."), ("src: ./app", "app"), ("src: {src: ./, hook: make, dist: ./build}", "build")]
)
def test_code_is_where_the_file_says(tmp_path: Path, src: str, folder: str) -> None:
    project = parse_project(f"component: scf\nname: hello\ninputs:\n  runtime: Python3.10\n  {src}\n", {})

    assert project.source.root(tmp_path / "serverless.yml") == tmp_path / folder
