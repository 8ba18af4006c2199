"""What a chaos run is judged by: objects, jobs billed, entries and index.json compared with each other."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from benchmarks.chaos_cloud import ChaosCloud
from localcloud.ci.jobs import Job, State
from voice_separation.index.entries import Entry
from voice_separation.index.views import NEWEST, Index, read_segment

INDEX = "index/"
Searches = Mapping[str, list[datetime]]
"""When CI was asked for the jobs of each input object."""


@dataclass(frozen=True)
class Verdict:
    """The counts that matter; `problems` says the first few in words."""

    billed_twice: int
    hidden: int  # of those, where CI's list hid the first job when it was asked
    unfiled: int  # jobs billed without an entry of their own; the upload has that of its other job
    missing: int
    wrong: int
    index_wrong: int
    problems: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing is missing and nothing is wrong. A job billed twice is counted, not hidden."""
        return not (self.missing or self.wrong or self.index_wrong)


def judge(cloud: ChaosCloud, upload_ids: Mapping[str, str], searches: Searches) -> Verdict:
    """Compare everything; `upload_ids` are those of the keys that were uploaded."""
    jobs = {job.job_id: job for job in cloud.jobs()}
    entries = [Entry.model_validate_json(cloud.read(key)) for key in cloud.keys(f"{INDEX}jobs/")]
    by_upload = defaultdict(list)
    for entry in entries:
        by_upload[entry.upload_id].append(entry)
    missing = [key for key, upload_id in upload_ids.items() if upload_id not in by_upload]
    known = {entry.job_id for entry in entries}
    unfiled = [job_id for job_id, job in jobs.items() if job.state is not State.CANCEL and job_id not in known]
    wrong = [entry.job_id for entry in entries if not _is_right(entry, jobs.get(entry.job_id), upload_ids)]
    twice = [billed for billed in _billed(jobs.values()).values() if len(billed) > 1]
    index_wrong = _index_problems(cloud, entries)
    problems = [
        *(f"missing: {key}" for key in missing),
        *(f"billed without an entry: {job_id}" for job_id in unfiled),
        *(f"wrong: {job_id}" for job_id in wrong),
        *index_wrong,
    ]
    return Verdict(
        billed_twice=len(twice),
        hidden=sum(_was_hidden(billed, searches, timedelta(seconds=cloud.ci.list_lag_seconds)) for billed in twice),
        unfiled=len(unfiled),
        missing=len(missing),
        wrong=len(wrong),
        index_wrong=len(index_wrong),
        problems=tuple(problems[:20]),
    )


def _billed(jobs: Iterable[Job]) -> dict[str, list[Job]]:
    """Return the jobs of each input that were not cancelled in time, the first first."""
    billed = defaultdict(list)
    for job in jobs:
        if job.state is not State.CANCEL:
            billed[job.input_object].append(job)
    return billed


def _was_hidden(billed: list[Job], searches: Searches, list_lag: timedelta) -> bool:
    """Tell whether CI was asked before every further job, at a time when its list did not show the first yet."""
    first, *others = billed
    asked = searches.get(first.input_object, [])
    hidden = [at for at in asked if first.creation_time <= at <= first.creation_time + list_lag]
    return all(any(at <= job.creation_time for at in hidden) for job in others)


def _is_right(entry: Entry, job: Job | None, upload_ids: Mapping[str, str]) -> bool:
    if job is None:
        return False
    stems = {(stem, job.output_keys[stem]) for stem in job.output_keys} if job.files else set()
    return (
        entry.state == job.state.value
        and entry.input.key == job.input_object
        and entry.upload_id == upload_ids.get(job.input_object)
        and {(output.stem, output.key) for output in entry.outputs} == stems
        and {output.md5 for output in entry.outputs} == {file.md5 for file in job.files}
    )


def _index_problems(cloud: ChaosCloud, entries: list[Entry]) -> list[str]:
    """Return what index.json and its segments say otherwise than the entries."""
    if not cloud.keys(f"{INDEX}index.json"):
        return ["there is no index.json"]
    index = Index.model_validate_json(cloud.read(f"{INDEX}index.json"))
    filed = [entry for segment in index.segments for entry in read_segment(cloud.read(INDEX + segment.key))]
    by_id = {entry.job_id: entry for entry in entries}
    problems = []
    if index.jobs != len(entries) or index.counts != Counter(entry.state for entry in entries):
        problems.append(f"index.json counts {index.jobs} jobs, there are {len(entries)} entries")
    if sorted(entry.job_id for entry in filed) != sorted(by_id):
        problems.append(f"the segments hold {len(filed)} entries, there are {len(entries)}")
    if any(by_id.get(entry.job_id) != entry for entry in (*filed, *index.newest)):
        problems.append("a segment or the newest tell an entry otherwise than jobs/")
    ended = sorted((entry.finished_at for entry in entries if entry.finished_at), reverse=True)
    if [entry.finished_at for entry in index.newest] != ended[:NEWEST]:
        problems.append("the newest entries are not the newest")
    return problems
