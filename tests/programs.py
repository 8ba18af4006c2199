"""Programs that some tests need, and how a machine gets them."""

import shutil

import pytest

_PACKAGES = {  # Debian's, and Homebrew's
    "basenc": ("coreutils", "coreutils"),
    "bash": ("bash", "bash"),
    "chromium": ("chromium", "--cask google-chrome"),
    "curl": ("curl", "curl"),
    "git": ("git", "git"),
    "jq": ("jq", "jq"),
    "make": ("make", "make"),
    "node": ("nodejs npm", "node"),
    "openssl": ("openssl", "openssl"),
}
_ELSEWHERE = {  # the same everywhere, or not in Debian
    "python3.10": ".venv/bin/uv python install 3.10",
    "terraform": "https://developer.hashicorp.com/terraform/install; macOS: brew install hashicorp/tap/terraform",
}


def how_to_install(*programs: str) -> str:
    """Return the commands that install programs, those of Debian and of macOS."""
    ways = [_ELSEWHERE[program] for program in programs if program in _ELSEWHERE]
    packaged = [_PACKAGES[program] for program in programs if program in _PACKAGES]
    if packaged:
        debian, homebrew = (" ".join(names) for names in zip(*packaged, strict=True))
        ways.append(f"Debian: apt-get install -y {debian}; macOS: brew install {homebrew}")
    return "; ".join(ways)


def missing(*programs: str) -> str:
    """Return what to say where some of these programs are not on the machine, nothing where all are."""
    absent = [program for program in programs if shutil.which(program) is None]
    return f"there is no {' and no '.join(absent)} on this machine. {how_to_install(*absent)}" if absent else ""


def needs(*programs: str) -> pytest.MarkDecorator:
    """Return the mark of tests that are skipped, with a word, where one of the programs is not on the machine."""
    told = missing(*programs)
    return pytest.mark.skipif(bool(told), reason=f"NOT TESTED: {told}")
