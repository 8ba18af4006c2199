"""A job done: the input read from COS, separated, its stems put back."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from localcloud.ci.jobs import Job, OutputFile
from localcloud.cos.models import Cos
from localcloud.errors import CloudError
from localcloud.media.errors import NoAudio, NotEncodable, NotMedia
from localcloud.media.models import Progress

_CONTENT_TYPES = {
    ".aac": "audio/aac",
    ".amr": "audio/amr",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".mp4": "audio/mp4",
    ".wav": "audio/wav",
}
_LONGEST_SUFFIX = 16  # file names here are shorter than keys may be


class JobFailedError(Exception):
    """The job cannot be done; `code` and `message` are for its document.

    The codes are those CI answers requests with (436/53899). Which a failed job bears is UNVERIFIED.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def run_job(job: Job, cos: Cos, progress: Progress) -> tuple[OutputFile, ...]:
    """Separate the job's input and store its stems. Raises JobFailedError, and whatever `progress` raises."""
    # Here, because PyAV and NumPy are a quarter of the time it takes to start, and a cloud without jobs needs neither.
    from localcloud.media.probe import probe  # noqa: PLC0415 - as said
    from localcloud.media.stems import separate_file  # noqa: PLC0415 - as said

    output = job.request.operation.output
    with TemporaryDirectory(prefix="localcloud-ci-") as name, _refusals_named(job):
        folder = Path(name)
        _check_output_bucket(job, cos)
        source = _fetch(job, cos, folder)
        stems = {stem: folder / f"{stem}{_suffix(key)}" for stem, key in job.output_keys.items()}
        separate = job.voice_separate
        separate_file(source, stems, separate.encoding, separation=separate.separation, progress=progress)
        probed = {stem: probe(path) for stem, path in stems.items()}
        return tuple(
            OutputFile(key, _store(stems[stem], cos, output.bucket, key, job), probed[stem])
            for stem, key in job.output_keys.items()
        )


@contextmanager
def _refusals_named(job: Job) -> Iterator[None]:
    """Say what is wrong in the words of who submitted the job: the media's own quote files of this machine."""
    key = job.input_object
    try:
        yield
    except NotMedia as error:
        message = f"{key!r} is no audio or video that can be decoded. Convert it first."
        raise JobFailedError("ResourceNotSupported", message) from error
    except NoAudio as error:
        message = f"{key!r} is media without sound that can be decoded. Give one with an audio track."
        raise JobFailedError("ResourceNotSupported", message) from error
    except NotEncodable as error:
        raise JobFailedError("InvalidArgument", _not_encodable(job)) from error
    except CloudError as error:
        raise JobFailedError(error.code, error.message) from error


def _not_encodable(job: Job) -> str:
    encoding = job.voice_separate.encoding
    keys = " and ".join(map(repr, job.output_keys.values()))
    channels = encoding.channels or "the source’s"
    return (
        f"{encoding.codec} at {encoding.sample_rate} Hz with {channels} channels cannot be written to {keys}. Choose a"
        " codec, a sample rate, channels and suffixes that go together."
    )


def _check_output_bucket(job: Job, cos: Cos) -> None:
    output = job.request.operation.output
    try:
        cos.require_bucket(output.bucket, output.region)
    except CloudError as error:
        raise JobFailedError("WriteTargetBucketDenied", error.message) from error


def _fetch(job: Job, cos: Cos, folder: Path) -> Path:
    """Copy the input, so that nobody can change or delete it while it is read."""
    key = job.input_object
    copy = folder / f"input{_suffix(key)}"
    try:
        _, content = cos.open(job.bucket, key)
    except CloudError as error:
        code = "ResourceNotFound" if error.status == 404 else "ResourceAccessDenied"
        raise JobFailedError(code, error.message) from error
    with content, copy.open("wb") as to:
        shutil.copyfileobj(content, to)
    return copy


def _store(path: Path, cos: Cos, bucket: str, key: str, job: Job) -> str:
    """Move the file into COS and return its MD5."""
    codec = job.voice_separate.audio_config.codec
    content_type = _CONTENT_TYPES.get(_suffix(key), _CONTENT_TYPES[f".{codec}"])
    return cos.put_file(bucket, key, path, content_type=content_type).etag


def _suffix(key: str) -> str:
    suffix = PurePosixPath(key).suffix.lower()
    return suffix if len(suffix) <= _LONGEST_SUFFIX else ""
