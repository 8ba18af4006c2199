"""`voicesep ui`: the page, served on loopback until Ctrl-C."""

import webbrowser

import click

from voicesep.app import open_app
from voicesep.console import talk
from voicesep.interrupt import until_interrupted
from voicesep.page.app import keep_addresses_out_of_logs, page_server
from voicesep.where import Where, app_options


@click.command(short_help="Look at jobs and play stems in a browser.")
@app_options
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, show_default="a free one", help="Where to listen on 127.0.0.1."
)
@click.option("--no-browser", is_flag=True, help="Only print the address.")
def ui(*, port: int, no_browser: bool, where: Where) -> None:
    """Show the index in a browser: jobs with search and filters, their story, and players for what was separated.

    The page is served on 127.0.0.1 until Ctrl-C; it reads with your key, and writes nothing. With --live recordings
    come straight from COS, by presigned addresses that end after an hour.
    """
    keep_addresses_out_of_logs()
    with open_app(where) as app:
        server = page_server(app, port)
        try:
            server.start()
        except OSError as error:
            raise click.ClickException(f"port {port} is taken; leave --port out to have a free one") from error
        try:
            click.echo(f"{server.url}/")
            talk().print("Ctrl-C ends it", style="dim")
            if not no_browser:
                webbrowser.open(f"{server.url}/")
            until_interrupted()
        finally:
            server.stop()
