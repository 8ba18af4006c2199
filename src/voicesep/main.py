"""`voicesep`: the commands. Data goes to stdout, talk to stderr; exit 0 done, 1 failed, 2 wrong usage, 130 Ctrl-C."""

from typing import Any

import click

from voicesep.commands.backfill import backfill
from voicesep.commands.callback_url import callback_url
from voicesep.commands.cam_policy import cam_policy
from voicesep.commands.cancel import cancel
from voicesep.commands.completion import completion
from voicesep.commands.demo import demo
from voicesep.commands.doctor import doctor
from voicesep.commands.generate_event import generate_event
from voicesep.commands.invoke import invoke
from voicesep.commands.jobs import jobs
from voicesep.commands.live_checks import live_checks
from voicesep.commands.local import local
from voicesep.commands.logs import logs
from voicesep.commands.publish_page import publish_page
from voicesep.commands.queue import queue
from voicesep.commands.rebuild_index import rebuild_index
from voicesep.commands.reconcile import reconcile
from voicesep.commands.resend import resend
from voicesep.commands.retry import retry
from voicesep.commands.separate import separate
from voicesep.commands.show import show
from voicesep.commands.template import template
from voicesep.commands.ui import ui
from voicesep.commands.upload import upload
from voicesep.interrupt import EXIT_INTERRUPTED


class Commands(click.Group):
    """A group whose help lists commands by what they are for, and whose commands end with 130 at Ctrl-C, not click's 1.

    What the machine refuses to do with a file ends them with 1 and one line.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._sections: dict[str, tuple[click.Command, ...]] = {}

    def add_section(self, title: str, *commands: click.Command) -> None:
        """Add commands that are listed together, in this order."""
        self._sections[title] = commands
        for command in commands:
            self.add_command(command)

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what each command is for, section by section."""
        longest = max(map(len, self.commands))
        for title, commands in self._sections.items():
            with formatter.section(title):
                formatter.write_dl(
                    [(str(command.name).ljust(longest), command.get_short_help_str()) for command in commands]
                )

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(EXIT_INTERRUPTED)
        except OSError as error:  # of a file that somebody has named, or that cannot be kept
            if error.filename is None:
                raise
            raise click.ClickException(f"{error.filename}: {error.strerror}") from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="voice-separation")
def main() -> None:
    """Separate voice and background of recordings, with the functions that run on Tencent Cloud.

    Everything runs in a local cloud on loopback, unless --live says otherwise.
    """


main.add_section("Every day", local, separate, upload, jobs, show, ui)
main.add_section("Repair", retry, cancel, backfill, reconcile, resend, rebuild_index, logs)
main.add_section("Deploy", cam_policy, callback_url, doctor, live_checks, publish_page, queue, template)
main.add_section("Develop", demo, invoke, generate_event, completion)
