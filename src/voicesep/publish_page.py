"""`voicesep publish-page`: the page beside `index.json`, for whoever may read the bucket."""

import click

from voice_separation.index.views import JSON
from voicesep.app import Where, app_options, open_app
from voicesep.console import print_json, talk
from voicesep.page.config import PageConfig
from voicesep.page.files import CONFIG, HOME, PageFile, page_files

ASK_FIRST = "no-cache"  # a browser keeps a file, and asks each time whether there is a newer one


@click.command("publish-page")
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
        home = f"https://{reader.bucket.cos_host}/{reader.prefix}{HOME}"
        console.print(f"published: {home}, for whoever may read it; see docs/page.md", markup=False)
