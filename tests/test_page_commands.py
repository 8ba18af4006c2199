"""Every command in a page is typed by a test, or listed with the reason; and all of them mean what they seem to."""

import re
import shlex

import click
import pytest

from localcloud.command import main as localcloud
from tests.pages import CHINESE, Page, pages
from tests.support import ROOT
from voicesep.main import main as voicesep

PAGES = list(pages())
PROGRAMS = {"voicesep": voicesep, "localcloud": localcloud}
CLI = "docs/cli.md"  # generated, but for the afternoon that it begins with
ALL = ""

# The test that types a page's commands as they stand, and a pattern for those that it types.
TYPED_AS_THEY_STAND = {
    "README.md": ("tests/test_readme.py", ALL),
    CHINESE.name: ("tests/test_readme.py", ALL),  # its commands are those of README.md
    CLI: ("tests/test_cli_page_walk.py", ALL),
    "docs/deploy.md": ("tests/deploy/test_walk.py", r"(?!npm |export |terraform )"),
    "docs/index-format.md": ("tests/test_index_format.py", r"jq |gunzip "),
    "docs/localcloud.md": ("tests/test_localcloud_page.py", ALL),
    "docs/operations.md": ("tests/test_runbooks.py", r"\.venv/bin/voicesep "),
    "docs/security.md": ("tests/test_security_page.py", r"printf "),
}

# Commands that another test types with arguments of its own: at least once with each option that the page shows.
TYPED_LIKE_THEM = {r"\.venv/bin/voicesep live-checks": "tests/voicesep/commands/test_live_checks.py"}
TYPED_BY_SITE = {"--live"}

# Commands that no test runs.
NOT_RUN = {
    r"make (test|setup|lint)$": "it runs the tests, or is what they run in",
    r"make chaos ": "it takes a quarter of an hour; tests/test_chaos.py has runs of seconds",
    r"terraform ": "Terraform's provider comes from no registry that tests may ask; tests/deploy/test_terraform.py",
    r"export ": "it prepares the command after it",
    r"npm install -g serverless-cloud-framework": "npm's registry does not have it; a stand-in for `scf` is on PATH",
}


def commands() -> list[tuple[str, str]]:
    """Every command of every page, with the page's name."""
    found = []
    for page in PAGES:
        typed = page.commands_below("An afternoon with it") if page.name == CLI else page.commands
        found += [(page.name, each) for each in typed]
    return found


@pytest.mark.parametrize(("page", "command"), commands())
def test_every_command_in_a_page_is_typed_by_a_test_or_listed_with_the_reason(page: str, command: str) -> None:
    test, pattern = TYPED_AS_THEY_STAND.get(page, ("", "$never"))
    if re.match(pattern, command):
        assert (ROOT / test).exists(), test
        return
    like = [test for each, test in TYPED_LIKE_THEM.items() if re.match(each, command)]
    if like:
        literals = re.findall(r'"([^"\n]+)"', (ROOT / like[0]).read_text(encoding="utf-8"))
        options = {word for word in shlex.split(command) if word.startswith("-")} - TYPED_BY_SITE
        assert options <= set(literals), f"{like[0]} never types {options - set(literals)}"
        return
    assert any(re.match(each, command) for each in NOT_RUN), f"{page}: nothing runs `{command}`, without a reason"


def test_no_reason_is_left_over() -> None:
    typed = commands()
    assert set(TYPED_AS_THEY_STAND) <= {page for page, _ in typed}
    for pattern in (*TYPED_LIKE_THEM, *NOT_RUN):
        assert any(re.match(pattern, command) for _, command in typed), pattern


def in_fences() -> list[tuple[str, str]]:
    """Every call of a program of ours in any page, those in the help of docs/cli.md included."""
    found = []
    for page in PAGES:
        found += [(page.name, part.strip()) for command in page.commands for part in re.split(r"[|;]|&&", command)]
    return [(page, part) for page, part in found if re.match(r"(\.venv/bin/)?(voicesep|localcloud) ", part)]


def in_prose() -> list[tuple[str, str]]:
    """Every call of a program of ours that a sentence or a table mentions, but for those with a blank to fill in."""
    found = [(page.name, typed) for page in PAGES for typed in _mentioned(page)]
    return sorted({(page, typed) for page, typed in found if not re.search(r"[<…]|COMMAND", typed)})


def _mentioned(page: Page) -> list[str]:
    return re.findall(r"`((?:\.venv/bin/)?(?:voicesep|localcloud) [^`\n]+)`", page.prose)


@pytest.mark.parametrize(("page", "typed"), in_fences() + in_prose())
def test_every_command_that_a_page_names_is_one_with_such_options_and_arguments(page: str, typed: str) -> None:
    program, *words = shlex.split(typed.removesuffix(" --help"))
    command: click.Command = PROGRAMS[program.rpartition("/")[2]]
    while isinstance(command, click.Group) and words:
        name, *words = words
        assert name in command.commands, f"{page}: {typed}"
        command = command.commands[name]
    context = click.Context(command)
    given, left, _ = command.make_parser(context).parse_args(words)
    assert left == [], f"{page}: {typed}"
    for parameter in command.params:
        if isinstance(value := given.get(parameter.name or ""), str) and not isinstance(parameter.type, click.Path):
            parameter.type_cast_value(context, value)


def test_the_pages_name_enough_commands_for_these_tests_to_mean_something() -> None:
    assert len(in_fences()) > 60
    assert len(in_prose()) > 60
