"""`voicesep`: the commands. Data goes to stdout, talk to stderr; exit 0 done, 1 failed, 2 wrong usage, 130 Ctrl-C."""

from typing import Any

import click

from voicesep.backfill import backfill
from voicesep.callback_url import callback_url
from voicesep.cam_policy import cam_policy
from voicesep.cancel import cancel
from voicesep.completion import completion
from voicesep.demo import demo
from voicesep.doctor.command import doctor
from voicesep.generate_event import generate_event
from voicesep.invoke import invoke
from voicesep.jobs import jobs
from voicesep.live_checks.command import live_checks
from voicesep.local_command import local
from voicesep.logs import logs
from voicesep.publish_page import publish_page
from voicesep.queue import queue
from voicesep.rebuild import rebuild_index
from voicesep.reconcile_command import reconcile
from voicesep.retry import retry
from voicesep.separate import separate
from voicesep.show import show
from voicesep.template import template
from voicesep.ui import ui
from voicesep.upload import upload

INTERRUPTED = 130  # 128 + SIGINT


class Commands(click.Group):
    """A group whose commands end with 130 at Ctrl-C, as shells expect it, instead of click's 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(INTERRUPTED)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="voice-separation")
def main() -> None:
    """Separate voice and background of recordings, with the functions that run on Tencent Cloud.

    Everything runs in a local cloud on loopback, unless --live says otherwise.
    """


main.add_command(callback_url)
main.add_command(cam_policy)
main.add_command(demo)
main.add_command(doctor)
main.add_command(generate_event)
main.add_command(invoke)
main.add_command(separate)
main.add_command(live_checks)
main.add_command(logs)
main.add_command(publish_page)
main.add_command(queue)
main.add_command(rebuild_index)
main.add_command(template)
main.add_command(ui)
main.add_command(backfill)
main.add_command(cancel)
main.add_command(completion)
main.add_command(jobs)
main.add_command(local)
main.add_command(reconcile)
main.add_command(retry)
main.add_command(show)
main.add_command(upload)
