"""What `make deploy` refuses to deploy."""

from pathlib import Path

import pytest

from tests.deploy.project import ENV_EXAMPLE, SERVERLESS_YML
from tools.check_deployment import problems


def found(folder: Path, old: str = "", new: str = "") -> list[str]:
    """Return the problems of .env.example with one text replaced."""
    env_file = folder / ".env"
    text = ENV_EXAMPLE.read_text()
    assert old in text
    env_file.write_text(text.replace(old, new, 1) if old else text)
    return problems(SERVERLESS_YML, env_file)


def test_env_example_as_it_is_may_be_deployed(tmp_path: Path) -> None:
    assert found(tmp_path) == []


def test_without_an_env_file_it_says_how_to_make_one(tmp_path: Path) -> None:
    assert problems(SERVERLESS_YML, tmp_path / ".env") == ["there is no .env; copy .env.example to it and fill it in"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("QUEUE_ID=-", "QUEUE_ID=", "SCF takes no variable with an empty value"),
        ("QUEUE_ID=-\n", "", "${env:QUEUE_ID} is not set; export QUEUE_ID or write it into .env"),
        ("OUTPUT_PREFIX=separated/", "OUTPUT_PREFIX=incoming/stems/", "OUTPUT_PREFIX: it overlaps INPUT_PREFIX"),
        ("REGION=ap-guangzhou", "REGION=Guangzhou", "inputs.region"),
        ("LOG_LEVEL=INFO", "LOG_LEVEL=INFO # or DEBUG", ".env: LOG_LEVEL=INFO # or DEBUG"),
    ],
)
def test_what_would_not_work_is_refused_with_the_reason(tmp_path: Path, old: str, new: str, problem: str) -> None:
    reasons = found(tmp_path, old, new)
    assert any(problem in reason for reason in reasons), reasons
