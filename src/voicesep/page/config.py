"""What the page is told of where it is."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from voicesep.app import App
from voicesep.project import PROGRAM, program


class PageConfig(BaseModel):
    """Which index it shows; `server`: behind `voicesep ui`, `static`: beside `index.json`, with nobody to ask.

    `live` is whether commands about it need --live, `program` how they begin where the page is looked at.
    """

    model_config = ConfigDict(frozen=True)

    mode: Literal["server", "static"]
    bucket: str
    region: str
    prefix: str
    live: bool
    program: str

    @classmethod
    def of(cls, app: App, mode: Literal["server", "static"]) -> "PageConfig":
        """Return the configuration for the index of an app."""
        reader = app.call.reader(app.bucket)
        bucket = reader.bucket
        typed = program() if mode == "server" else PROGRAM  # whoever looks at a published page has another machine
        return cls(
            mode=mode, bucket=bucket.name, region=bucket.region, prefix=reader.prefix, live=app.live, program=typed
        )

    def content(self) -> bytes:
        """Return it as the page reads it."""
        return self.model_dump_json().encode()
