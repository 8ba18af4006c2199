"""The app in a local cloud: the functions of serverless.yml deployed, a bucket to upload into, the index to read."""

import json
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from localcloud import LocalCloud, Options
from localcloud.ci.jobs import Job
from localcloud.scf.invocation import LogListener
from voice_separation.bucket import Bucket
from voice_separation.index.documents import Refused
from voice_separation.index.entries import Entry
from voicesep.project import LOCAL_CODE, SERVERLESS, local_environment

INDEX = "index/"
PREFIX = "incoming/"  # where files go that are uploaded for somebody who names no key
DEFAULTS = Options()


@dataclass(frozen=True)
class Separated:
    """What became of one uploaded file: its entry, or the reason why there is none."""

    key: str
    entry: Entry | None
    reason: str | None = None

    @property
    def succeeded(self) -> bool:
        """Whether there are stems."""
        return self.entry is not None and self.entry.state == "Success"


class LocalApp:
    """The app, deployed into a local cloud of its own for as long as the context lasts.

    `overrides` are settings, and `REGION`, that differ from the local defaults, `options` those of the cloud.
    """

    def __init__(
        self, project: Path, overrides: Mapping[str, str], on_log: LogListener, options: Options = DEFAULTS
    ) -> None:
        self._project = project
        self.environment = local_environment(overrides)
        self.bucket = Bucket(self.environment["INPUT_BUCKET"], self.environment["REGION"])
        self.cloud = LocalCloud(replace(options, appid=self.bucket.name.rpartition("-")[2], on_log=on_log))

    def __enter__(self) -> "LocalApp":
        self.cloud.start()
        self.cloud.cos.ensure_bucket(self.bucket.name, self.bucket.region)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.cloud.stop()

    def deploy(self) -> None:
        """Deploy as on the real cloud: once to learn the callback's address, and again to tell it to `submit`."""
        endpoints = ("COS_ENDPOINT", "CI_ENDPOINT", "SSM_ENDPOINT")
        self.environment.update(dict.fromkeys(endpoints, self.cloud.endpoint))
        self._deploy()
        self.environment["CALLBACK_URL"] = self.cloud.scf.function_url("callback")
        self._deploy()

    def upload(self, file: Path, key: str) -> None:
        """Upload a file; the trigger of serverless.yml does the rest."""
        copy = self.cloud.cos.new_upload()
        with file.open("rb") as source, copy.open("wb") as target:
            while block := source.read(1 << 20):
                target.write(block)
        content_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        self.cloud.cos.put_file(self.bucket.name, key, copy, content_type=content_type)

    def progress(self) -> dict[str, int]:
        """Return how far the job of each uploaded key is, in percent."""
        jobs = [job for job in self.cloud.ci.jobs() if isinstance(job, Job)]
        return {job.request.input.object: job.progress for job in jobs}

    def outcome(self, key: str) -> Separated:
        """Read from the index what became of an upload."""
        for document in self._documents("jobs/"):
            entry = Entry.model_validate(document)
            if entry.input.key == key:
                return Separated(key, entry)
        for document in self._documents("refused/"):
            refused = Refused.model_validate(document)
            if refused.upload.key == key:
                return Separated(key, None, refused.reason.message)
        return Separated(key, None, "nothing was submitted; the log of the function submit says why")

    def fetch(self, bucket: str, key: str, target: Path) -> None:
        """Copy an object to a file."""
        target.parent.mkdir(parents=True, exist_ok=True)
        _, content = self.cloud.cos.open(bucket, key)
        with content, target.open("wb") as file:
            while block := content.read(1 << 20):
                file.write(block)

    def _deploy(self) -> None:
        self.cloud.deploy(self._project / SERVERLESS, self._project / LOCAL_CODE, self.environment)

    def _documents(self, folder: str) -> list[Any]:
        listing = self.cloud.cos.list(self.bucket.name, prefix=INDEX + folder)
        objects = [self.cloud.cos.get(self.bucket.name, stored.key) for stored in listing.contents]
        return [json.loads(stored.path.read_bytes()) for stored in objects]
