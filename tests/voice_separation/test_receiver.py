"""What is posted to the receiver of notices, and what its answers mean."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone

import pytest
import urllib3
from pytest_mock import MockerFixture

from tests.receiver import OLD_SECRET, PATH, SECRET, Listener, Reply, listening
from tests.support import Lines, StoppedClock
from voice_separation.clock import SystemClock
from voice_separation.errors import NoticeNotTaken, NoticeUnwanted
from voice_separation.receiver import Receiver
from voice_separation.telemetry import Level, Telemetry
from voice_separation.tencent.transport import connection_pool
from voice_separation.webhook import parse_webhook_secrets

TOKEN = "planted-token-in-the-address"


@dataclass
class Teller:
    """Posts a message to a listener, and keeps what is logged of it."""

    lines: Lines = field(default_factory=Lines)

    def tell(self, url: str, *, ring: str = SECRET, seconds: float = 5.0, body: bytes = b'{"a":1}') -> None:
        clock = SystemClock()
        telemetry = Telemetry(clock, Level.DEBUG, self.lines)
        receiver = Receiver(url, lambda: parse_webhook_secrets(ring), connection_pool(), clock, telemetry)
        receiver.tell("msg_1", body, seconds=seconds)


@pytest.fixture
def teller() -> Teller:
    return Teller()


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


def test_a_message_is_posted_whole_signed_and_under_its_id(listener: Listener, teller: Teller) -> None:
    teller.tell(listener.url, body='{"键": "值"}'.encode())
    (post,) = listener.posts
    assert (post.path, post.id, post.headers["content-type"]) == (PATH, "msg_1", "application/json")
    assert post.verified() == {"键": "值"}


def test_while_a_secret_is_replaced_the_old_and_the_new_verify(listener: Listener, teller: Teller) -> None:
    teller.tell(listener.url, ring=f"{SECRET},{OLD_SECRET}")
    (post,) = listener.posts
    assert post.verified(SECRET) == post.verified(OLD_SECRET) == {"a": 1}


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_says_that_it_was_taken(listener: Listener, teller: Teller, status: int) -> None:
    listener.answers(status)
    teller.tell(listener.url)
    assert teller.lines.events()[-1]["status"] == status


@pytest.mark.parametrize("status", [300, 304, 400, 401, 404, 409, 429, 500, 502, 503, 504])
def test_whatever_is_not_2xx_says_that_it_was_not(listener: Listener, teller: Teller, status: int) -> None:
    listener.answers(status)
    with pytest.raises(NoticeNotTaken, match=f"answered {status}"):
        teller.tell(listener.url)
    assert len(listener.posts) == 1


def test_410_says_that_it_is_never_wanted(listener: Listener, teller: Teller) -> None:
    listener.answers(410)
    with pytest.raises(NoticeUnwanted):
        teller.tell(listener.url)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(listener: Listener, teller: Teller, status: int) -> None:
    with listening() as elsewhere:
        listener.reply = lambda _post: Reply(status, {"Location": elsewhere.url})
        with pytest.raises(NoticeNotTaken, match=f"answered {status}"):
            teller.tell(listener.url)
        assert elsewhere.posts == []


def test_a_lost_answer_and_a_receiver_that_is_nowhere_are_told_apart_by_nobody(
    listener: Listener, teller: Teller
) -> None:
    listener.reply = lambda _post: Reply(status=0)
    for url in (listener.url, f"http://127.0.0.1:1{PATH}"):
        with pytest.raises(NoticeNotTaken, match="did not answer"):
            teller.tell(url)
    assert [event["status"] for event in teller.lines.events()] == [0, 0]


def test_a_slow_receiver_is_not_waited_for_beyond_its_time(listener: Listener, teller: Teller) -> None:
    listener.reply = lambda _post: Reply(after_seconds=3.0)
    with pytest.raises(NoticeNotTaken, match="did not answer"):
        teller.tell(listener.url, seconds=0.3)


def test_the_time_that_reading_the_ring_takes_is_taken_from_the_receiver_s_but_for_half_a_second(
    listener: Listener, teller: Teller, mocker: MockerFixture
) -> None:
    limits = mocker.spy(urllib3, "Timeout")
    for reading, left in ((0.0, 2.0), (1.5, 0.5), (4.0, 0.5)):
        clock = StoppedClock(datetime.now(timezone.utc))

        def ring(clock: StoppedClock = clock, reading: float = reading) -> tuple[bytes, ...]:
            clock.advance(reading)
            return parse_webhook_secrets(SECRET)

        telemetry = Telemetry(clock, sink=teller.lines)
        Receiver(listener.url, ring, connection_pool(), clock, telemetry).tell("msg_1", b"{}", seconds=2.0)
        assert limits.call_args.kwargs["total"] == left
    assert len(listener.posts) == 3


def test_the_body_of_an_answer_is_not_read_however_long_it_claims_to_be(listener: Listener, teller: Teller) -> None:
    listener.reply = lambda _post: Reply(200, {"Content-Length": str(1 << 40)}, b"x" * 100_000)
    teller.tell(listener.url, seconds=1.0)
    assert len(listener.posts) == 1


def test_the_address_and_the_secret_are_in_no_error_no_log_and_no_text_of_the_receiver(
    listener: Listener, teller: Teller
) -> None:
    told = ""
    for status in (204, 404, 410):
        listener.answers(status)
        try:
            teller.tell(listener.url)
        except NoticeNotTaken as error:
            told += f"{error!r} {error.__cause__!r}"
    with pytest.raises(NoticeNotTaken) as caught:
        teller.tell(f"http://127.0.0.1:1{PATH}")
    clock = SystemClock()
    ring = parse_webhook_secrets(SECRET)
    silent = Receiver(listener.url, lambda: ring, connection_pool(), clock, Telemetry(clock, sink=teller.lines))
    told += f"{caught.value!r} {caught.value.__cause__!r} {silent!r} {teller.lines.text}"
    assert "request.sent" in told
    assert TOKEN not in told
    assert SECRET.removeprefix("whsec_") not in told
    assert "planted-secret-of-the-receiver" not in told
