"""`voicesep completion`: what a shell needs to complete commands and options."""

import click
from click.shell_completion import ShellComplete, get_completion_class

from voicesep.project import PROGRAM

SHELLS = ("bash", "fish", "zsh")


@click.command(short_help="Print what a shell needs to complete commands.")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    r"""Print the completion script of SHELL.

    \b
    bash: eval "$(voicesep completion bash)" in ~/.bashrc
    zsh:  eval "$(voicesep completion zsh)" in ~/.zshrc
    fish: voicesep completion fish > ~/.config/fish/completions/voicesep.fish
    """
    completer = get_completion_class(shell)
    assert completer is not None, shell
    root = context.find_root().command
    # Not the shell's own `source`, which starts bash to ask for its version.
    click.echo(ShellComplete.source(completer(root, {}, PROGRAM, f"_{PROGRAM.upper()}_COMPLETE")))
