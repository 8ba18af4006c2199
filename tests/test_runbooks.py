"""Every runbook of docs/operations.md: the fault, the line it names, the remedy it tells, and that all is well then."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from localcloud.ci.pace import Manual
from localcloud.ci.queues import NotifyConfig, QueueState, QueueUpdate
from localcloud.clock import MovableClock, system_clock
from localcloud.cls.records import records_of
from localcloud.faults import Refuse, Requests
from tests.beginning import let_it_have_begun
from tests.operations_page import OF_SCF, Record, daily, runbook, titles
from tests.pages import Page
from tests.support import ROOT, SAMPLE
from tests.voicesep.conftest import new_site  # noqa: F401 - a fixture
from tests.voicesep.site import BUCKET, SECRET, Found, Site
from tools.log_catalogue import FIELDS, LINES, OF_EVERY_LINE
from voice_separation.index.entries import Entry
from voice_separation.telemetry import Event, Level

KEY = "incoming/talk.mp3"
AT_ONCE = {"PENDING_GRACE_SECONDS": "0", "CLAIM_SETTLE_SECONDS": "0"}
LONG_AGO = timedelta(hours=1)
CREATE_JOB = Requests(service="ci", method="POST", path="^/jobs$")
NO_MEDIA = b"no media, so that the job ends at once"


@dataclass(frozen=True)
class Trouble:
    """A deployment, and the hands of whoever puts it right."""

    site: Site
    clock: MovableClock
    pace: Manual | None = None

    def put(self, key: str = KEY, content: bytes = NO_MEDIA) -> None:
        self.site.cloud.cos.put(BUCKET, key, content)
        self.rest()

    def fire(self, timer: str = "every-minute") -> None:
        self.site.cloud.scf.fire_timer(timer)
        self.rest()

    def rest(self) -> None:
        assert self.site.cloud.wait_until_idle(60)

    def set_and_deploy(self, **settings: str) -> None:
        self.site.set(**settings)
        self.site.deploy()

    def set_queue(self, state: QueueState) -> None:
        queue = self.site.cloud.ci.queue(BUCKET)
        update = QueueUpdate(name=queue.name, state=state, notify_config=NotifyConfig())
        self.site.cloud.ci.update_queue(BUCKET, queue.category, queue.queue_id, update)

    def end_jobs(self) -> None:
        """Let jobs that are held take the two steps to their end."""
        assert self.pace
        for job in self.site.cloud.ci.jobs():
            for _ in ("to run", "to end"):
                self.pace.advance(job.job_id)
                self.rest()

    def records(self) -> list[Record]:
        """The log as CLS has it."""
        return [record.fields for record in records_of(self.site.cloud.scf.invocations, {})]

    def entries(self) -> list[Entry]:
        cos = self.site.cloud.cos
        listed = cos.list(BUCKET, prefix="index/jobs/").contents
        return [Entry.model_validate_json(cos.get(BUCKET, stored.key).path.read_bytes()) for stored in listed]

    def left(self) -> list[str]:
        """What is not done: notes of uploads that wait, are refused or run."""
        listed = self.site.cloud.cos.list(BUCKET, prefix="index/").contents
        return [each.key for each in listed if each.key.split("/")[1] in {"waiting", "refused", "pending"}]


Step = Callable[[Trouble], object]


def one_entry_and_nothing_left(trouble: Trouble) -> bool:
    return [entry.input.key for entry in trouble.entries()] == [KEY] and trouble.left() == []


def lose_the_event(trouble: Trouble) -> None:
    let_it_have_begun(trouble.site.cloud, BUCKET, trouble.clock())
    trouble.site.cloud.faults.events.cos.lose(1.0)
    trouble.put()
    trouble.clock.advance(LONG_AGO.total_seconds())
    trouble.fire("daily-audit")
    remove_what_the_audit_has_noted(trouble)


def remove_what_the_audit_has_noted(trouble: Trouble) -> None:
    """So that it is the typed command that finds the upload again."""
    for key in trouble.left():
        trouble.site.cloud.cos.delete(BUCKET, key)


def lose_the_callback(trouble: Trouble) -> None:
    trouble.site.set(CALLBACK_URL="https://nobody.example")
    trouble.site.deploy()
    trouble.put("incoming/first.mp3")
    trouble.fire()
    trouble.put()


def deploy_and_upload_once_more(trouble: Trouble) -> None:
    """The command has written the address; the next deployment tells `submit`."""
    trouble.site.deploy()
    trouble.put("incoming/next.mp3")


def the_last_is_stored_by_callback(trouble: Trouble) -> bool:
    stored = [record for record in trouble.records() if record.get("event") == "entry.stored"]
    return stored[-1]["function"] == "voice-dev-separation-callback" and len(trouble.entries()) == 3


def change_the_secret_too_early(trouble: Trouble) -> None:
    trouble.put()
    trouble.set_and_deploy(CALLBACK_SECRETS="another-secret-of-tests")
    trouble.end_jobs()


def put_the_old_secret_second(trouble: Trouble) -> None:
    trouble.set_and_deploy(CALLBACK_SECRETS=f"another-secret-of-tests,{SECRET}")


def fill_the_queue(trouble: Trouble) -> None:
    trouble.site.cloud.ci.set_max_size(BUCKET, 0)
    trouble.put()


def make_room(trouble: Trouble) -> None:
    trouble.site.cloud.ci.set_max_size(BUCKET, 100)


def pause_the_queue(trouble: Trouble) -> None:
    trouble.set_queue("Paused")
    trouble.put()


DENIED = (KEY, "incoming/second.mp3", "incoming/third.mp3")


def deny_access(trouble: Trouble) -> None:
    trouble.site.cloud.faults.add(Refuse(403, "AccessDenied"), CREATE_JOB)
    for key in DENIED:
        trouble.put(key)


def all_that_were_denied_are_done(trouble: Trouble) -> bool:
    return sorted(entry.input.key or "" for entry in trouble.entries()) == sorted(DENIED) and trouble.left() == []


def clear_faults(trouble: Trouble) -> None:
    trouble.site.cloud.faults.clear()


def set_a_wrong_mode(trouble: Trouble) -> None:
    trouble.set_and_deploy(AUDIO_MODE="Loud")
    trouble.put()


def upload_no_media(trouble: Trouble) -> None:
    trouble.put()
    trouble.fire()


def upload_it_corrected(trouble: Trouble) -> None:
    trouble.put(content=SAMPLE.read_bytes())


def failed_once_and_then_separated(trouble: Trouble) -> bool:
    return sorted(entry.state for entry in trouble.entries()) == ["Failed", "Success"]


def upload_what_is_too_large(trouble: Trouble) -> None:
    trouble.set_and_deploy(MAX_INPUT_BYTES="10")
    trouble.put()


def silence_ci(trouble: Trouble) -> None:
    asked = Requests(service="ci", method="GET", function="callback")
    trouble.site.cloud.faults.add(Refuse(503, "ServiceUnavailable"), asked)
    trouble.put()


def call_the_job_invalid(trouble: Trouble) -> None:
    trouble.site.cloud.faults.add(Refuse(400, "InvalidArgument"), CREATE_JOB)
    trouble.put()


@dataclass(frozen=True)
class Fault:
    """How a fault comes about, how its cause is removed, what happens after the remedy, and when all is well."""

    bring_about: Step
    correct: Step
    afterwards: Step = Trouble.fire
    is_well: Callable[[Trouble], bool] = one_entry_and_nothing_left
    jobs_are_held: bool = False
    asked: str = ""  # what is asked, and answered with yes, before the remedy costs anything


FAULTS = {
    "1. Uploads do nothing": Fault(lose_the_event, clear_faults),
    "2. Callbacks do not arrive": Fault(
        lose_the_callback, lambda _: None, deploy_and_upload_once_more, the_last_is_stored_by_callback
    ),
    "3. Callbacks are refused": Fault(change_the_secret_too_early, put_the_old_secret_second, jobs_are_held=True),
    "4. The queue is full": Fault(fill_the_queue, make_room),
    "5. The queue is paused": Fault(pause_the_queue, lambda trouble: trouble.set_queue("Active")),
    "6. Access is denied": Fault(deny_access, clear_faults, is_well=all_that_were_denied_are_done),
    "7. A setting is wrong": Fault(
        set_a_wrong_mode, lambda trouble: trouble.set_and_deploy(AUDIO_MODE="-"), asked="Submit 1 uploads?"
    ),
    "8. Jobs fail": Fault(upload_no_media, upload_it_corrected, is_well=failed_once_and_then_separated),
    "9. Uploads are refused": Fault(
        upload_what_is_too_large, lambda trouble: trouble.set_and_deploy(MAX_INPUT_BYTES="-")
    ),
    "10. CI or COS does not answer": Fault(silence_ci, clear_faults),
    "11. CI calls a job invalid": Fault(call_the_job_invalid, clear_faults),
}


def test_every_runbook_has_its_fault() -> None:
    assert titles("Runbooks") == list(FAULTS)


def test_every_command_of_the_page_is_typed_here() -> None:
    everywhere = Page(ROOT / "docs" / "operations.md").commands
    assert len(everywhere) == len(daily()) + sum(len(runbook(title).commands) for title in FAULTS)


@pytest.mark.parametrize("title", FAULTS)
def test_a_runbook_names_the_line_of_its_fault_and_mends_it(title: str, new_site: Found) -> None:  # noqa: F811
    fault, told = FAULTS[title], runbook(title)
    clock = MovableClock(lambda: system_clock() - LONG_AGO)
    pace = Manual() if fault.jobs_are_held else None
    trouble = Trouble(new_site(clock=clock, pace=pace), clock, pace)
    trouble.set_and_deploy(**AT_ONCE)
    trouble.fire()
    assert told.lines(trouble.records()) == []
    fault.bring_about(trouble)
    assert told.lines(trouble.records()) != []
    assert not fault.is_well(trouble)
    fault.correct(trouble)
    for command in told.commands:
        typed = trouble.site.run(*command, answer="y\n" if fault.asked else "")
        assert typed.exit_code == 0, typed.output
        assert fault.asked in typed.output
        trouble.rest()
    fault.afterwards(trouble)
    assert fault.is_well(trouble)
    assert_in_the_catalogue(trouble.records())


def assert_in_the_catalogue(records: list[Record]) -> None:
    own = [record for record in records if "event" in record]
    assert own
    for record in own:
        row = LINES[Event(record["event"])]
        assert Level[record["level"]] in row.levels, record
        assert {name for name in record if not name.startswith("SCF_")} <= {*OF_EVERY_LINE, *row.fields}, record


def test_the_commands_of_every_day_say_what_there_is(new_site: Found) -> None:  # noqa: F811
    clock = MovableClock()
    trouble = Trouble(new_site(clock=clock), clock)
    trouble.set_and_deploy(**AT_ONCE)
    trouble.put()
    trouble.fire()
    told = {arguments[0]: trouble.site.run(*arguments) for arguments in daily()}
    assert list(told) == ["doctor", "jobs", "show", "logs", "reconcile"]
    assert {name: result.exit_code for name, result in told.items()} == dict.fromkeys(told, 0)
    assert all(KEY in told[name].stdout for name in ("jobs", "show", "logs"))
    assert json.loads(told["reconcile"].stdout) == {"pending": 0, "waiting": 0, "refused": 0}


def test_what_is_said_of_scfs_fields_holds_here_too(new_site: Found) -> None:  # noqa: F811
    site = new_site()
    site.cloud.scf.fire_timer("every-minute")
    assert site.cloud.wait_until_idle(60)
    told = [record.fields for record in records_of(site.cloud.scf.invocations, {})]
    assert all(set(OF_SCF) <= set(fields) for fields in told)
    numbers = {name for name, (kind, _) in FIELDS.items() if kind != "text"}
    assert all(isinstance(json.loads(fields[name]), int | float) for fields in told for name in numbers & set(fields))
