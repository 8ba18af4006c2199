"""What CI does where its documents are silent: shapes, errors, placeholders, repetitions."""

from collections.abc import Iterator
from itertools import chain

from voice_separation.errors import Retryable, TencentRefusal
from voice_separation.jobs.detail import JobDetail
from voice_separation.jobs.queues import QueueKind
from voicesep.live_checks.bench import Bench, Nodes


def two_stems(bench: Bench) -> Iterator[str]:
    """Separate the sample into both stems, and look at everything that comes back."""
    key = bench.put_sample("two-stems.mp3")
    outputs = _both(bench, "two-stems")
    job = bench.submit(key, "AudioAndBackground", outputs)
    yield f"submitted with 200: state `{job.state}`, code `{job.code}`"
    management = bench.cloud.ci_management
    kinds = (QueueKind.SMART_AUDIO, QueueKind.MEDIA)
    queues = chain.from_iterable(management.list_queues(bench.bucket, kind) for kind in kinds)
    owner = next((queue for queue in queues if queue.queue_id == job.queue_id), None)
    if owner:
        yield f"its queue is one of category `{owner.category}`: {owner.name}"
        yield f"which holds {owner.max_size} and runs {owner.max_concurrent}"
    else:
        yield f"its queue {job.queue_id} is in neither list"
    yield from _outcome(bench, job)
    yield from _overwriting(bench, key, outputs)


def _overwriting(bench: Bench, key: str, outputs: Nodes) -> Iterator[str]:
    """Submit again, with something else where the voice is to be written."""
    voice = bench.put("two-stems/voice.mp3", b"in the way")
    job, _ = bench.finished(bench.submit(key, "AudioAndBackground", outputs))
    is_kept = bench.cloud.cos.get(bench.bucket, voice) == b"in the way"
    yield f"onto an object that is there: `{job.state}`, and it is {'as it was' if is_kept else 'overwritten'}"


def one_stem_with_the_other_key(bench: Bench) -> Iterator[str]:
    """Ask for the voice, and name a key for the background only."""
    key = bench.put_sample("is-audio.mp3")
    yield from _attempt(bench, key, "IsAudio", {"Object": f"{bench.prefix}is-audio/object.mp3"})


def music_placeholders(bench: Bench) -> Iterator[str]:
    """Ask for four stems with placeholders in all names."""
    key = bench.put_sample("music.mp3")
    nodes = {"Object": "background", "AuObject": "voice", "BassObject": "bass", "DrumObject": "drum"}
    outputs = {node: f"{bench.prefix}music/{stem}-${{jobid}}.${{ext}}" for node, stem in nodes.items()}
    yield from _attempt(bench, key, "MusicMode", outputs)


def repetition(bench: Bench) -> Iterator[str]:
    """Submit the very same job twice."""
    key = bench.put_sample("twice.mp3")
    outputs = {"AuObject": f"{bench.prefix}twice/voice.mp3"}
    first, second = bench.submit(key, "IsAudio", outputs), bench.submit(key, "IsAudio", outputs)
    yield "one and the same job" if first.job_id == second.job_id else "two jobs, each of them billed"
    for job in {each.job_id: each for each in (first, second)}.values():
        yield f"`{bench.finished(job)[0].state}`"


def missing_input(bench: Bench) -> Iterator[str]:
    """Submit a job for an object that is not there."""
    yield from _attempt(bench, f"{bench.prefix}not-there.mp3", "AudioAndBackground", _both(bench, "not-there"))


def no_recording(bench: Bench) -> Iterator[str]:
    """Submit a job for a text that calls itself a recording."""
    key = bench.put("no-recording.mp3", b"This is no recording.\n" * 100, "audio/mpeg")
    yield from _attempt(bench, key, "AudioAndBackground", _both(bench, "no-recording"))


def _attempt(bench: Bench, key: str, mode: str, output: Nodes) -> Iterator[str]:
    try:
        job = bench.submit(key, mode, output)
    except Retryable:
        raise  # no answer, or one that is true for now only
    except TencentRefusal as refused:
        yield f"refused at once: {refused.status} `{refused.code}`, {refused.reason}"
        return
    yield f"submitted with 200: state `{job.state}`, code `{job.code}`"
    yield from _outcome(bench, job)


def _outcome(bench: Bench, job: JobDetail) -> Iterator[str]:
    detail, wire = bench.finished(job)
    yield f"then `{detail.state}`, code `{detail.code}`, message `{detail.message}`"
    result = detail.operation.media_result if detail.operation else None
    for name in result.output_file.object_name if result and result.output_file else ():
        yield f"wrote `{name.removeprefix(bench.prefix)}`"
    yield f"on the wire:\n\n```xml\n{wire}\n```"


def _both(bench: Bench, name: str) -> Nodes:
    return {"Object": f"{bench.prefix}{name}/background.mp3", "AuObject": f"{bench.prefix}{name}/voice.mp3"}
