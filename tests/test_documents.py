"""Pages lead somewhere, say the same in both languages, and name what there is; commands: test_page_commands.py."""

import ast
import importlib
import json
import re
import unicodedata

import pytest

from tests.pages import CHINESE, README, SHELL, Page, pages
from tests.support import ROOT
from voice_separation.index.entries import Entry

PAGES = list(pages())
DOCS = [page for page in PAGES if page.path.parent.name == "docs"]
MAKE_TARGETS = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


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


def test_the_diagrams_of_both_readmes_have_their_lines_in_the_same_columns() -> None:
    def drawn(page: Page) -> list[dict[int, str]]:
        (diagram,) = [fence.content for fence in page.fences if fence.language == "text"]
        return [_lines_by_column(row) for row in diagram.splitlines()]

    assert drawn(README) == drawn(CHINESE)


def _lines_by_column(row: str) -> dict[int, str]:
    found, column = {}, 0
    for sign in row:
        if sign in "│├┤┘▲":
            found[column] = sign
        column += 2 if unicodedata.east_asian_width(sign) in "WF" else 1
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_code_stands_in_fences_where_tests_see_it(page: Page) -> None:
    assert re.findall(r"\n\n {4,}\S.*", page.prose) == []


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


def test_modules_are_as_short_as_contributors_are_told() -> None:
    (told,) = re.findall(r"Modules of `src/` stay under (\d+) lines", Page(ROOT / "CONTRIBUTING.md").text)
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in (ROOT / "src").rglob("*.py")}
    assert {str(path): length for path, length in lengths.items() if length >= int(told)} == {}
