import subprocess
import sys

import click

from tests.support import ROOT
from tools import cli_page
from voicesep.main import main


def test_the_page_is_what_the_commands_say() -> None:
    """Asked in a process of its own: click remembers in a command how its help was first asked for."""
    said = "import sys; from tools import cli_page; sys.stdout.buffer.write(cli_page.page().encode())"
    done = subprocess.run([sys.executable, "-c", said], cwd=ROOT, capture_output=True, check=True)
    assert cli_page.PAGE.read_text(encoding="utf-8") == done.stdout.decode(), "run `make docs`"


def test_every_command_and_every_option_says_what_it_is_for() -> None:
    for path, command in cli_page._commands(main, ("voicesep",)):
        assert command.help, path
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, (path, parameter.name)


def test_the_commands_that_the_page_begins_with_exist() -> None:
    typed = [line.split()[1] for line in cli_page.PREFACE.splitlines() if line.startswith("voicesep ")]
    assert len(typed) >= 8
    assert set(typed) <= set(main.commands)
