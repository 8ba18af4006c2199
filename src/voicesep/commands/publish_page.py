"""`voicesep publish-page`: the page beside `index.json`, for whoever may read the bucket."""

import click

from voice_separation.index.canonical import JSON
from voicesep.app import App, open_app
from voicesep.console import print_json, talk
from voicesep.page.config import PageConfig
from voicesep.page.files import CONFIG, HOME, PageFile, page_files
from voicesep.project import program
from voicesep.where import Where, app_options

ASK_FIRST = "no-cache"  # a browser keeps a file, and asks each time whether there is a newer one


@click.command("publish-page", short_help="Put the page beside index.json.")
@app_options
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
def publish_page(*, dry_run: bool, where: Where) -> None:
    """Put the page beside index.json, and print the keys.

    It shows what index.json and the segments say, to everybody who may read them: names of recordings, job ids,
    reasons. The page changes no permission. docs/page.md says which keys have to be readable, and by which address a
    browser opens the page instead of saving it. Publishing again replaces it.
    """
    console = talk()
    with open_app(where) as app:
        config = PageConfig.of(app, "static")
        reader = app.call.reader(app.bucket)
        files = (PageFile(CONFIG, config.content(), JSON), *page_files())
        if not dry_run:
            for file in files:
                key = reader.prefix + file.path
                app.call.cos.put(
                    reader.bucket, key, file.content, content_type=file.content_type, cache_control=ASK_FIRST
                )
    print_json([reader.prefix + file.path for file in files])
    if not dry_run:
        console.print(_told(app, f"{reader.prefix}{HOME}"), markup=False)


def _told(app: App, home: str) -> str:
    """Return where the page is; of the local cloud not the address that somebody else's bucket may have."""
    bucket = app.call.reader(app.bucket).bucket
    if app.live:
        return f"published: https://{bucket.cos_host}/{home}, for whoever may read it; see docs/page.md"
    return f"published: {bucket.name}/{home} in the local cloud; `{program()} ui` shows the page"
