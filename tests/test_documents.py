"""Pages lead somewhere, say the same in both languages, and each of their commands is run or listed with the reason."""

import ast
import importlib
import json
import re
import shlex
from collections.abc import Iterator

import click
import pytest

from localcloud.command import main as localcloud
from tests.pages import CHINESE, README, SHELL, Fence, Page, pages
from tests.support import ROOT
from voice_separation.index.entries import Entry
from voicesep.main import main as voicesep

PAGES = list(pages())
DOCS = [page for page in PAGES if page.path.parent.name == "docs"]
PROGRAMS = {"voicesep": voicesep, "localcloud": localcloud}
MAKE_TARGETS = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)

# Where the commands of a page are run, a pattern for those that are: the tests type what stands in the page.
TYPED_AS_THEY_STAND = {
    "README.md": (
        "tests/test_readme.py",
        r"\S+/voicesep (separate|upload|jobs|show|ui|reconcile|backfill)(?!.*--live)|curl |mkdir |make local|cp ",
    ),
    "docs/deploy.md": ("tests/deploy/test_walk.py", r"(?!npm |export |terraform )"),
    "docs/operations.md": ("tests/test_runbooks.py", r"\.venv/bin/voicesep "),
    "docs/index-format.md": ("tests/test_index_format.py", r"jq |gunzip "),
}

# Commands that another test runs with arguments of its own.
RUN_ELSEWHERE = {
    r"make demo|voicesep demo": "tests/voicesep/test_demo.py",
    r"make deploy": "tests/deploy/test_make_deploy.py",
    r"make package": "tests/deploy/test_package.py",
    r"voicesep callback-url": "tests/voicesep/test_callback_url.py",
    r"voicesep doctor": "tests/voicesep/doctor",
    r"voicesep logs": "tests/voicesep/test_logs.py",
    r"voicesep cam-policy": "tests/voicesep/test_cam_policy.py",
    r"voicesep live-checks": "tests/voicesep/test_live_checks.py",
    r"voicesep jobs": "tests/voicesep/test_jobs.py",
    r"voicesep local": "tests/voicesep/test_local_command.py",
    r"voicesep upload": "tests/voicesep/test_upload.py",
    r"voicesep show": "tests/voicesep/test_show.py",
    r"voicesep retry": "tests/voicesep/test_retry.py",
    r"voicesep backfill": "tests/voicesep/test_backfill.py",
    r"voicesep ui|voicesep publish-page": "tests/voicesep/test_ui.py",
    r"localcloud ": "tests/localcloud/test_command.py",
    r"curl .*\$at/": "tests/localcloud/control",
    r"terraform .*apply": "tests/deploy/test_terraform.py",
}

# Commands that no test runs.
NOT_RUN = {
    r"make (test|setup|lint|test-pythons)$": "it runs the tests, or is what they run in",
    r"terraform ": "Terraform and its provider come from no registry that tests may ask; its files are read instead",
    r"export |at=http": "it prepares the command after it",
    r"npm install -g serverless-cloud-framework": "npm's registry does not have it; a stand-in for `scf` is on PATH",
    r"pip install 'voice-separation": "the package is not published; `make setup` installs it from here",
    r"(one|two)/serverless.yml:": "no command, but what one prints",
}


def shell_fences(page: Page) -> Iterator[Fence]:
    yield from (fence for fence in page.fences if fence.language in SHELL)


def commands() -> list[tuple[str, str]]:
    """Every command of every page that is written by hand, with the page's name."""
    by_hand = [page for page in PAGES if page.name != "docs/cli.md"]
    return [(page.name, typed) for page in by_hand for fence in shell_fences(page) for typed in fence.commands]


def how_it_is_covered(page: str, command: str) -> str:
    """Return the test that runs a command, or why none does; nothing if nobody knows."""
    test, pattern = TYPED_AS_THEY_STAND.get("README.md" if page == CHINESE.name else page, ("", "$never"))
    if re.match(pattern, command):
        return test
    for table in (RUN_ELSEWHERE, NOT_RUN):
        for each, covered in table.items():
            if re.match(rf"(\.venv/bin/)?({each})", command):
                return covered
    return ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(page: Page) -> None:
    for link in page.links:
        if re.match(r"https?://", link):
            continue
        path, _, anchor = link.partition("#")
        target = Page((page.path.parent / path).resolve() if path else page.path)
        assert target.path.exists(), link
        if anchor:
            assert anchor in target.anchors, link


def test_the_list_of_documents_names_every_page() -> None:
    listed = {link.partition("#")[0] for link in Page(ROOT / "docs" / "README.md").links}
    assert {page.path.name for page in DOCS} - {"README.md"} <= listed


def test_both_readmes_have_the_same_headings_in_the_same_order() -> None:
    assert [level for level, _ in README.headings] == [level for level, _ in CHINESE.headings]
    assert len({title for _, title in CHINESE.headings}) == len(README.headings)


def test_both_readmes_have_the_same_code_in_the_same_order() -> None:
    assert [fence.language for fence in README.fences] == [fence.language for fence in CHINESE.fences]
    for english, chinese in zip(README.fences, CHINESE.fences, strict=True):
        if english.language == "json":
            assert english.content == chinese.content
        elif english.language in SHELL:
            assert english.commands == chinese.commands


def test_both_readmes_lead_to_the_same_places() -> None:
    def inside(page: Page) -> list[str]:
        return sorted(link for link in page.links if not link.startswith(("http", "README")))

    assert inside(README) == inside(CHINESE)


def test_both_readmes_have_the_same_lists_and_name_the_same_code() -> None:
    def shape(page: Page) -> list[str]:
        return re.findall(r"^(\d\.|-) ", page.prose, re.MULTILINE)

    def code(page: Page) -> set[str]:
        return set(re.findall(r"`([^`\n]+)`", page.prose))

    assert shape(README) == shape(CHINESE)
    assert code(README) == code(CHINESE)


@pytest.mark.parametrize(("page", "command"), commands())
def test_every_command_in_a_page_is_run_by_a_test_or_listed_with_the_reason(page: str, command: str) -> None:
    covered = how_it_is_covered(page, command)
    assert covered, f"{page}: nothing runs `{command}`, and no reason is given"
    if covered.startswith("tests/"):
        assert (ROOT / covered).exists(), covered


def test_no_reason_is_left_over() -> None:
    typed = [command for _, command in commands()]
    for pattern in (*RUN_ELSEWHERE, *NOT_RUN):
        in_cli_page = any(
            re.match(f"({pattern})", command) for command in Page(ROOT / "docs" / "cli.md").fences[0].commands
        )
        assert in_cli_page or any(re.match(rf"(\.venv/bin/)?({pattern})", each) for each in typed), pattern


def typed_programs() -> list[tuple[str, str]]:
    """Every call of a program of ours in any page, docs/cli.md included."""
    found = []
    for page in PAGES:
        for fence in shell_fences(page):
            for command in fence.commands:
                found += [(page.name, part.strip()) for part in re.split(r"[|;]|&&", command)]
    return [(page, part) for page, part in found if re.match(r"(\.venv/bin/)?(voicesep|localcloud) ", part)]


@pytest.mark.parametrize(("page", "typed"), typed_programs())
def test_every_option_that_a_page_types_is_an_option_of_the_command(page: str, typed: str) -> None:
    program, *arguments = shlex.split(typed)
    command: click.Command = PROGRAMS[program.rpartition("/")[2]]
    while isinstance(command, click.Group):
        name, *arguments = arguments
        assert name in command.commands, f"{page}: {typed}"
        command = command.commands[name]
    context = click.Context(command)
    command.make_parser(context).parse_args(arguments)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_that_a_page_names_is_there(page: Page) -> None:
    named = re.findall(r"`make ([a-z-]+)", page.text) + re.findall(r"^make ([a-z-]+)", page.text, re.MULTILINE)
    assert set(named) <= set(MAKE_TARGETS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_test_that_a_page_names_is_there(page: Page) -> None:
    named = set(re.findall(r"`(tests/[\w./]+)`", page.text))
    assert [name for name in named if not (ROOT / name).exists()] == []


def python_fences() -> list[tuple[str, str]]:
    return [(page.name, fence.content) for page in PAGES for fence in page.fences if fence.language == "python"]


@pytest.mark.parametrize(("page", "code"), python_fences())
def test_every_example_in_python_compiles_and_imports_what_there_is(page: str, code: str) -> None:
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and node.module:
            module = importlib.import_module(node.module)
            assert [each.name for each in node.names if not hasattr(module, each.name)] == [], page


def test_the_entry_in_the_readme_has_the_fields_of_an_entry_and_names_the_rest() -> None:
    (shown,) = [json.loads(fence.content) for fence in README.fences if fence.language == "json"]
    left_out = shown.pop("…").split(", ")
    entry = Entry.model_validate({**dict.fromkeys(left_out), "code": "Success", **shown})
    assert set(entry.model_dump(mode="json", by_alias=True)) == {*shown, *left_out}
