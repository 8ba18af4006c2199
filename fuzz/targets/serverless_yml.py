"""A serverless.yml that somebody gave to the local cloud."""

from localcloud.scf.problems import InvalidServerlessFileError
from localcloud.scf.serverless import parse_project

_ENVIRONMENT = {"REGION": "ap-guangzhou", "INPUT_BUCKET": "media-1250000000", "INPUT_PREFIX": "incoming/"}
_MOST_FUNCTIONS = 20_000


def target(data: bytes) -> None:
    """Read `data`: a project, or an error that lists what is wrong."""
    try:
        project = parse_project(data, _ENVIRONMENT)
    except InvalidServerlessFileError as invalid:
        if not invalid.problems:
            raise AssertionError("refused without a reason") from invalid
        return
    if len(project.functions) + len(project.triggers) > _MOST_FUNCTIONS:
        raise AssertionError("a small file made a large project")
