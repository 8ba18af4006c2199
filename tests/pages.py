"""The project's pages, as tests read them: fences, headings, links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support import ROOT

SHELL = ("sh", "")
FENCE = re.compile(r"^ *```(?P<language>[^\n]*)\n(?P<content>.*?)^ *```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(?P<marks>#{1,6}) (?P<title>.+)$", re.MULTILINE)
_LINK = re.compile(
    r"(?<!!)\[[^\]]+\]\((?P<target>[^)\s]+)\)|(?:src|srcset)=\"(?P<image>[^\"]+)\"|!\[[^\]]*\]\((?P<shown>[^)]+)\)"
)
_COMMENT = re.compile(r"(^|\s{2,}|\s)#\s.*$")


@dataclass(frozen=True)
class Fence:
    """A block of code in a page."""

    language: str
    content: str

    @property
    def commands(self) -> list[str]:
        """What would be typed: lines without comments, those that go on in the next line joined."""
        joined = re.sub(r" *\\\n\s*", " ", self.content)
        return [typed for line in joined.splitlines() if (typed := _COMMENT.sub("", line).strip())]


@dataclass(frozen=True)
class Page:
    """A page in Markdown."""

    path: Path

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def prose(self) -> str:
        """The text without what stands in fences."""
        return FENCE.sub("", self.text)

    @property
    def fences(self) -> list[Fence]:
        return [Fence(found["language"], found["content"]) for found in FENCE.finditer(self.text)]

    @property
    def headings(self) -> list[tuple[int, str]]:
        return [(len(found["marks"]), found["title"]) for found in _HEADING.finditer(self.prose)]

    @property
    def anchors(self) -> set[str]:
        """What GitHub makes of the headings, to link to."""
        words = (re.sub(r"[^\w\- ]", "", title.lower()) for _, title in self.headings)
        return {title.replace(" ", "-") for title in words}

    @property
    def links(self) -> list[str]:
        """Where the page leads to, images included."""
        return [found["target"] or found["image"] or found["shown"] for found in _LINK.finditer(self.prose)]

    @property
    def commands(self) -> list[str]:
        """What would be typed, of the whole page."""
        return typed(self.fences)

    def commands_below(self, title: str) -> list[str]:
        """Return what would be typed, below a heading."""
        return typed(self.below(title))

    def below(self, title: str) -> "list[Fence]":
        """Return the fences below a heading, up to the next of any level."""
        found = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#+ |\Z)", self.text, re.MULTILINE | re.DOTALL)
        assert found, title
        return [Fence(each["language"], each["content"]) for each in FENCE.finditer(found[1])]


def typed(fences: list[Fence]) -> list[str]:
    """Return the commands of those blocks of code that have some."""
    return [command for fence in fences if fence.language in SHELL for command in fence.commands]


README = Page(ROOT / "README.md")
CHINESE = Page(ROOT / "README.zh-CN.md")


def pages() -> Iterator[Page]:
    """Yield every page of the project."""
    for path in (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))):
        yield Page(path)
