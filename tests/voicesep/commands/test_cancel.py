from collections.abc import Iterator

import pytest

from localcloud import LocalCloud, Options
from localcloud.ci.jobs import Job
from localcloud.ci.pace import Manual
from tests.voice_separation.conftest import BUCKET
from tests.voicesep.terminal import Terminal


@pytest.fixture
def cloud() -> Iterator[LocalCloud]:
    """A local cloud whose jobs begin when they are told to."""
    with LocalCloud(Options(pace=Manual())) as cloud:
        yield cloud


def submitted(terminal: Terminal, key: str) -> str:
    (outcome,) = terminal.bench.submission().submit_all((terminal.bench.upload(key),))
    return str(outcome.job_id)


def state(terminal: Terminal, job_id: str) -> str:
    (job,) = terminal.bench.cloud.ci.get(BUCKET.name, [job_id]).jobs
    assert isinstance(job, Job)
    return job.state.value


def test_jobs_are_cancelled_by_key_and_by_id_and_their_ids_are_printed(terminal: Terminal) -> None:
    first, second = submitted(terminal, "incoming/a.mp3"), submitted(terminal, "incoming/b.mp3")
    result = terminal.done("cancel", "incoming/a.mp3", second)
    assert result.stdout.split() == [first, second]
    assert [state(terminal, job) for job in (first, second)] == ["Cancel", "Cancel"]
    assert terminal.done("show", first).stdout.startswith("incoming/a.mp3: Cancel")


def test_a_dry_run_cancels_nothing(terminal: Terminal) -> None:
    job_id = submitted(terminal, "incoming/a.mp3")
    result = terminal.done("cancel", "incoming/a.mp3", "--dry-run")
    assert (result.stdout, result.stderr) == ("", f"would cancel job {job_id}\n")
    assert state(terminal, job_id) == "Submitted"


def test_names_come_from_standard_input_one_a_line(terminal: Terminal) -> None:
    jobs = [submitted(terminal, f"incoming/{name}.mp3") for name in ("a", "b c")]
    result = terminal.done("cancel", "-", stdin="incoming/a.mp3\n\nincoming/b c.mp3\r\n")
    assert result.stdout.split() == jobs


def test_what_a_refusal_is_about_is_said_once(terminal: Terminal) -> None:
    terminal.bench.upload("incoming/unseen.mp3")
    result = terminal.run("cancel", "incoming/unseen.mp3")
    assert (result.exit_code, result.stderr.count("incoming/unseen.mp3")) == (1, 1)


@pytest.mark.parametrize("command", ["cancel", "retry", "show"])
def test_an_empty_name_is_wrong_usage(terminal: Terminal, command: str) -> None:
    result = terminal.run(command, "")
    assert result.exit_code == 2
    assert "the name is empty; give a key, an upload_id or a job_id" in result.stderr


def test_what_cannot_be_cancelled_is_told_and_the_others_are(terminal: Terminal) -> None:
    job_id = submitted(terminal, "incoming/a.mp3")
    result = terminal.run("cancel", "incoming/none.mp3", "incoming/a.mp3")
    assert (result.exit_code, result.stdout.split()) == (1, [job_id])
    assert "no object, no upload and no job incoming/none.mp3" in result.stderr


def test_what_was_cancelled_can_be_retried(terminal: Terminal) -> None:
    submitted(terminal, "incoming/a.mp3")
    terminal.done("cancel", "incoming/a.mp3")
    terminal.done("retry", "incoming/a.mp3")
    assert len(terminal.bench.cloud.ci.jobs()) == 2
