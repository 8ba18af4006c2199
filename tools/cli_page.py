"""Write docs/cli.md: every command's own help, so that the page cannot say anything else."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from voicesep.main import main

PAGE = Path(__file__).resolve().parent.parent / "docs" / "cli.md"
PROGRAM = "voicesep"
WIDTH = 100

PREFACE = """# The command line

`make docs` writes this page from the commands themselves; `voicesep COMMAND --help` says the same.

Data goes to stdout, everything else to stderr: progress, warnings, what to do next. On a terminal progress is a bar,
in a pipe a line every few seconds. `NO_COLOR` switches colours off. Exit status: 0 done; 1 failed, or something is
left; 2 wrong usage; 130 after Ctrl-C.

All commands work on this machine unless `--live` is given. Those that look after an app (`upload`, `jobs`, `show`,
`retry`, `cancel`, `reconcile`, `resend`, `backfill`, `rebuild-index`, `ui`, `publish-page`) need one that runs:
`voicesep local`, in another terminal. With `--live` they work on the deployed app: its settings come from `.env`, or
`--env-file`, or with `--profile NAME` from `.env.NAME`; the key from the environment or the same file. `--dry-run`
says what a command would do wherever money or data moves. An upload is named by its key, its upload_id, or the id of
one of its jobs; for `retry`, `cancel` and `resend`, `-` reads names from standard input.

What the key must be allowed, `voicesep cam-policy` prints: `viewer` for `jobs`, `show`, `logs` and `ui`; with it `role`
and `operator` for what changes something ([security](security.md#people)).

## An afternoon with it

```
voicesep local                               # in a terminal of its own
voicesep upload talks/*.mp3 --wait           # separate files, see their entries
voicesep jobs --since 1h --state failed      # what went wrong
voicesep show incoming/talk.mp3              # all that is known of one upload
voicesep retry --failed                      # once the cause is gone
voicesep jobs --format jsonl | jq -r .key    # for programs; `voicesep retry -` and `cancel -` read such lines
```

With an existing bucket, on the real cloud:

```
voicesep backfill --live --dry-run           # how many, and what it may cost
voicesep backfill --live --rate 5            # asks first; Ctrl-C, and the same again, goes on
```
"""


def page() -> str:
    """Return the text of the page."""
    return "\n".join([PREFACE, *_sections()])


def _sections() -> Iterator[str]:
    for path, command in _commands(main, (PROGRAM,)):
        context = click.Context(command, info_name=" ".join(path), **main.context_settings)
        context.terminal_width = WIDTH
        help_text = command.get_help(context)
        yield f"## `{' '.join(path)}`\n\n```\n{help_text}\n```\n"


def _commands(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield a command and those below it, by their full names."""
    yield path, command
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from _commands(command.commands[name], (*path, name))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.name}", file=sys.stderr)  # noqa: T201 - a tool talks
