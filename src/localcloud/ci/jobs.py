"""What CI knows of a job at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import PurePosixPath
from typing import Any

from localcloud.ci.job_request import JobRequest
from localcloud.ci.templates import Template
from localcloud.ci.voice_separate import TAG, VoiceSeparate
from localcloud.media.models import MediaInfo, Stem


class State(str, Enum):
    """CI's states of a job (436/120621)."""

    SUBMITTED = "Submitted"
    RUNNING = "Running"
    SUCCESS = "Success"
    FAILED = "Failed"
    PAUSE = "Pause"
    CANCEL = "Cancel"


@dataclass(frozen=True)
class Workflow:
    """The run of a workflow that a job is part of: `name` is the node's, `cos_headers` are the upload's."""

    name: str
    run_id: str
    workflow_id: str
    workflow_name: str
    cos_headers: Mapping[str, str]

    def placeholders(self, key: str) -> Mapping[str, str]:
        """Return what the names of outputs may refer to, for an input of this key (460/76856)."""
        path = PurePosixPath(key)
        folder = str(path.parent) if path.parent.name else ""
        return {"inputPath": folder, "inputName": path.stem, "inputNameAndExt": path.name, "runId": self.run_id}


@dataclass(frozen=True)
class OutputFile:
    """One stem as stored."""

    key: str
    md5: str  # hex
    media_info: MediaInfo


@dataclass(frozen=True)
class Job:
    """A job of this CI. `code` and `message` mean something when it failed; `progress` is 0 to 100."""

    job_id: str
    bucket: str  # the input's
    region: str
    queue_id: str
    request: JobRequest
    template: Template | None
    voice_separate: VoiceSeparate
    output_keys: Mapping[Stem, str]
    creation_time: datetime
    start_time: datetime | None = None
    end_time: datetime | None = None
    state: State = State.SUBMITTED
    code: str = "Success"
    message: str = ""
    progress: int = 0
    files: tuple[OutputFile, ...] = ()
    workflow: Workflow | None = None

    @property
    def tag(self) -> str:
        """What kind of job it is."""
        return TAG

    @property
    def input_object(self) -> str:
        """The key that is separated."""
        return self.request.input.object

    @property
    def workflow_id(self) -> str:
        """The workflow that made it, if one did."""
        return self.workflow.workflow_id if self.workflow else ""


@dataclass(frozen=True)
class RestoredJob:
    """A finished job of another CI, known from its notification, kept to the letter."""

    job_id: str
    bucket: str
    nodes: Mapping[str, Any] = field(repr=False)
    tag: str
    queue_id: str
    input_object: str
    workflow_id: str
    state: str
    creation_time: datetime


KnownJob = Job | RestoredJob
