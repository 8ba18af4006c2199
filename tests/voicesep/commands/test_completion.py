import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.programs import needs
from voicesep.main import main

BASH = shutil.which("bash") or ""
VOICESEP = str(Path(sys.executable).with_name("voicesep"))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script_that_asks_this_program(shell: str) -> None:
    result = CliRunner().invoke(main, ["completion", shell])
    assert result.exit_code == 0
    assert f"_VOICESEP_COMPLETE={shell}_complete" in result.stdout


@needs("bash")
def test_bash_reads_the_script_and_completes_commands_with_it() -> None:
    script = CliRunner().invoke(main, ["completion", "bash"]).stdout
    typed = 'COMP_WORDS=(voicesep back); COMP_CWORD=1; _voicesep_completion voicesep; echo "${COMPREPLY[@]}"'
    environment = {**os.environ, "PATH": f"{Path(VOICESEP).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        [BASH, "--norc", "-c", f"{script}\n{typed}"], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.split() == ["backfill"], done.stderr


def test_an_unknown_shell_is_wrong_usage() -> None:
    assert CliRunner().invoke(main, ["completion", "tcsh"]).exit_code == 2
