"""How long a ring is remembered, when it is read again, and how rarely Secrets Manager is asked."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import Lines, StoppedClock
from voice_separation.callback_secrets import parse_callback_secrets
from voice_separation.capability import Grant, KeyRing
from voice_separation.errors import CapabilityRefused, Misconfigured, SecretRefused, Unavailable
from voice_separation.stored_ring import ASKED_EVERY, KEPT_FOR, USED_FOR, RingMemory, StoredKeyRing, StoredRing
from voice_separation.telemetry import Telemetry

OLD, NEW, FOREIGN = "old-secret-old-secret", "new-secret-new-secret", "foreign-secret-foreign"
UPLOAD = "0123456789abcdef0123456789abcdef"
TTL = timedelta(hours=72)
SECOND = timedelta(seconds=1)
DOWN = Unavailable("GetSecretValue", "voice-ring", status=0, code="Down", reason="no usable answer came")


@dataclass
class Instance:
    """A warm instance whose Secrets Manager holds `text`, or fails."""

    text: str | Exception = OLD
    reads: int = 0
    clock: StoppedClock = field(default_factory=StoppedClock)
    memory: RingMemory[str] = field(default_factory=RingMemory)
    lines: Lines = field(default_factory=Lines)

    def read(self) -> str:
        self.reads += 1
        if isinstance(self.text, Exception):
            raise self.text
        return self.text

    @property
    def ring(self) -> StoredKeyRing:
        """The ring of a new invocation."""
        telemetry = Telemetry(self.clock, sink=self.lines)
        return StoredKeyRing(
            StoredRing("CALLBACK_SECRETS", self.read, parse_callback_secrets, self.memory, self.clock, telemetry)
        )

    def signs_with(self, secret: str) -> bool:
        path = self.ring.path(UPLOAD, now=self.clock.now(), ttl=TTL)
        return path == KeyRing((secret,)).path(UPLOAD, now=self.clock.now(), ttl=TTL)

    def accepts(self, secret: str, ttl: timedelta = TTL) -> bool:
        path = KeyRing((secret,)).path(UPLOAD, now=self.clock.now(), ttl=ttl)
        try:
            return self.ring.verify(path, now=self.clock.now()) == Grant(UPLOAD)
        except CapabilityRefused:
            return False

    def passes(self, time: timedelta) -> None:
        self.clock.advance(time.total_seconds())

    def events(self) -> list[str]:
        return [event["event"] for event in self.lines.events()]


def test_a_ring_is_read_when_it_is_first_needed_and_remembered_for_five_minutes() -> None:
    instance = Instance()
    assert instance.ring.stored.memory.ring == ()
    assert instance.reads == 0
    assert instance.signs_with(OLD)
    assert instance.accepts(OLD)
    instance.passes(KEPT_FOR - SECOND)
    assert instance.signs_with(OLD)
    assert instance.reads == 1
    instance.passes(SECOND)
    assert instance.signs_with(OLD)
    assert instance.reads == 2
    assert instance.events() == ["ring.read", "ring.read"]


def test_an_instance_signs_with_a_new_first_secret_when_it_has_read_the_ring_again() -> None:
    instance = Instance()
    assert instance.signs_with(OLD)
    instance.text = f"{NEW},{OLD}"
    assert instance.signs_with(OLD)
    instance.passes(KEPT_FOR)
    assert instance.signs_with(NEW)
    assert instance.accepts(OLD)


def test_a_capability_of_a_secret_that_is_not_known_yet_makes_the_ring_be_read_again_at_once() -> None:
    instance = Instance()
    assert instance.accepts(OLD)
    instance.text = f"{NEW},{OLD}"
    instance.passes(ASKED_EVERY)
    assert instance.accepts(NEW)
    assert instance.reads == 2


def test_a_ring_that_was_read_just_now_is_not_read_again() -> None:
    instance = Instance()
    assert instance.accepts(OLD)
    instance.text = NEW
    instance.passes(ASKED_EVERY - SECOND)
    assert not instance.accepts(NEW)
    assert instance.reads == 1


@given(st.lists(st.timedeltas(timedelta(0), timedelta(seconds=30)), max_size=60))
def test_a_flood_of_forgeries_asks_at_most_once_in_ten_seconds(pauses: list[timedelta]) -> None:
    instance = Instance()
    for pause in pauses:
        instance.passes(pause)
        assert not instance.accepts(FOREIGN)
    assert instance.reads <= 1 + sum(pauses, timedelta(0)) / ASKED_EVERY


@pytest.mark.parametrize("path", ["/", "/v1/static/short", "/v1/" + "x" * 3000])
def test_what_has_not_the_shape_of_a_capability_never_makes_the_ring_be_read_again(path: str) -> None:
    instance = Instance()
    assert instance.accepts(OLD)
    instance.passes(ASKED_EVERY)
    with pytest.raises(CapabilityRefused):
        instance.ring.verify(path, now=instance.clock.now())
    assert instance.reads == 1


def test_an_expired_capability_does_not_either() -> None:
    instance = Instance()
    assert instance.accepts(OLD)
    instance.passes(ASKED_EVERY)
    assert not instance.accepts(OLD, ttl=-SECOND)
    assert instance.reads == 1


def test_while_secrets_manager_fails_the_old_ring_serves_for_an_hour_and_that_is_logged() -> None:
    instance = Instance()
    assert instance.accepts(OLD)
    instance.text = DOWN
    instance.passes(USED_FOR - SECOND)
    assert instance.accepts(OLD)
    assert instance.events() == ["ring.read", "ring.stale"]
    instance.passes(SECOND)
    with pytest.raises(Unavailable):
        instance.accepts(OLD)


def test_a_failure_is_not_repeated_for_every_callback_but_the_recovery_is_noticed_soon() -> None:
    instance = Instance(DOWN)
    for _ in range(5):
        with pytest.raises(Unavailable):
            instance.accepts(OLD)
    assert instance.reads == 1
    instance.text = OLD
    instance.passes(ASKED_EVERY)
    assert instance.accepts(OLD)
    assert instance.reads == 2


def test_when_a_forgery_meets_a_failing_secrets_manager_it_stays_a_forgery() -> None:
    instance = Instance()
    assert instance.accepts(OLD)
    instance.text = DOWN
    instance.passes(ASKED_EVERY)
    assert not instance.accepts(FOREIGN)
    assert instance.events() == ["ring.read", "ring.stale"]


@pytest.mark.parametrize("text", ["", "short", "[", '["short"]', "[1]"])
def test_a_secret_that_holds_no_ring_is_refused_with_advice_and_without_its_text(text: str) -> None:
    with pytest.raises(SecretRefused, match=r"CALLBACK_SECRETS .*check the setting") as refused:
        Instance(text).accepts(OLD)
    assert isinstance(refused.value, Misconfigured)
    assert text == "" or f" {text}" not in str(refused.value)


def test_a_damaged_secret_does_not_drive_out_a_good_ring() -> None:
    instance = Instance()
    assert instance.accepts(OLD)
    instance.text = "short"
    instance.passes(KEPT_FOR)
    assert instance.accepts(OLD)


def test_a_clock_that_was_set_back_does_not_keep_a_ring_for_longer() -> None:
    instance = Instance()
    assert instance.accepts(OLD)
    instance.passes(-KEPT_FOR)
    assert instance.accepts(OLD)
    assert instance.reads == 2


def test_threads_of_one_invocation_read_the_ring_once() -> None:
    class Slow(Instance):
        def read(self) -> str:
            time.sleep(0.05)  # long enough for the others to come in
            return super().read()

    together = threading.Barrier(8)
    instance = Slow()

    def sign(_: int) -> bool:
        together.wait(30)
        return instance.signs_with(OLD)

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(sign, range(8)))
    assert instance.reads == 1


def test_neither_representations_nor_log_lines_show_a_secret() -> None:
    instance = Instance()
    assert instance.accepts(OLD)
    assert OLD not in repr(instance.memory) + instance.lines.text
