"""`voicesep`: the commands. Data goes to stdout, talk to stderr; exit 0 done, 1 failed, 2 wrong usage."""

import click

from voicesep.demo import demo
from voicesep.generate_event import generate_event
from voicesep.invoke import invoke
from voicesep.queue import queue
from voicesep.rebuild import rebuild_index
from voicesep.separate import separate
from voicesep.template import template


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="voice-separation")
def main() -> None:
    """Separate voice and background of recordings, with the functions that run on Tencent Cloud.

    Everything runs in a local cloud on loopback, unless --live says otherwise.
    """


main.add_command(demo)
main.add_command(generate_event)
main.add_command(invoke)
main.add_command(separate)
main.add_command(queue)
main.add_command(rebuild_index)
main.add_command(template)
