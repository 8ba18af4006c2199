"""docs/deploy.md as it is read: its steps, the commands of each, and what it says that they print."""

import re
from dataclasses import dataclass, field

from tests.pages import FENCE, SHELL, Fence, Page
from tests.support import ROOT
from tools.package.bytecode import find_python310

PYTHON310 = find_python310()
PAGE = Page(ROOT / "docs" / "deploy.md")

# Commands of the page, in a block or within a sentence, that are not run here, and why.
NOT_RUN = {
    r"npm install ": "npm's registry does not have it; a stand-in for `scf` is on PATH",
    r"(export|terraform) ": "Terraform and its provider come from no registry that tests may ask; test_terraform.py",
    r"scf deploy --noValidation": "only where the platform refuses the runtime; otherwise it is `scf deploy`",
    r"scf deploy$": "`make deploy` runs it",
    r"scf deploy --stage prod": "the page advises against it",
    r"scf info": "what it prints is not known; `voicesep callback-url` tells the same",
    r"git switch -$": "the way back, of which a test could only see that git works",
    r"SERVERLESS_PLATFORM_VENDOR=tencent serverless deploy": "an older command line, run by hand: docs/proof.md",
    **({} if PYTHON310 else {r".* --python python3\.10": "there is no Python 3.10 here"}),
}

_TITLE = re.compile(r"^(?:\d+\. |- )\*\*(?P<item>[^*]+?)[.:]?\*\*|^##+ (?P<heading>.+)$", re.MULTILINE)
_PROGRAM = r"(?:\.venv/bin/)?voicesep|make|scf|git|cp|npm|openssl|terraform|SERVERLESS_\w+=\w+ serverless"
_COMMAND = re.compile(rf"`((?:{_PROGRAM}) [^`]+)`")


@dataclass(frozen=True)
class Block:
    """Commands that stand together, and what the page shows that the last of them prints, if it does."""

    commands: tuple[str, ...]
    shown: str | None


@dataclass
class Step:
    """A numbered step, a point of a list, or a section: whatever has a title, and commands below it."""

    title: str
    blocks: list[Block] = field(default_factory=list)

    @property
    def commands(self) -> list[str]:
        """All of its commands, in order."""
        return [command for block in self.blocks for command in block.commands]


def steps(text: str) -> list[Step]:
    """Return the steps of a page that have commands, in order."""
    titles = [(found.start(), found["item"] or found["heading"]) for found in _TITLE.finditer(text)]
    fences = list(FENCE.finditer(text))
    read: list[Step] = []
    for fence, following in zip(fences, [*fences[1:], None], strict=True):
        if fence["language"] not in SHELL:
            continue
        title = [title for at, title in titles if at < fence.start()][-1]
        if not read or read[-1].title != title:
            read.append(Step(title))
        is_shown = following and following["language"] == "text" and not text[fence.end() : following.start()].strip()
        commands = Fence(fence["language"], fence["content"]).commands
        read[-1].blocks.append(Block(tuple(commands), following["content"] if following and is_shown else None))
    return read


def mentioned(text: str) -> set[str]:
    """Return the commands that stand within sentences."""
    return {" ".join(found.split()) for found in _COMMAND.findall(FENCE.sub("", text))}


def why_not_run(command: str) -> str | None:
    """Return the reason why a command is not run, if there is one."""
    return next((reason for pattern, reason in NOT_RUN.items() if re.match(pattern, command)), None)


def looks_like(printed: str, shown: str) -> bool:
    """Whether a command has printed what the page shows, where … is anything, and on a line of its own any lines."""
    lines = [line.strip() for line in shown.strip().splitlines()]
    patterns = [r"(.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + r"\n" for line in lines]
    told = "".join(f"{line.strip()}\n" for line in printed.strip().splitlines())
    return re.fullmatch("".join(patterns), told) is not None
