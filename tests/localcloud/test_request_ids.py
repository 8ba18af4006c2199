import base64
import re
import uuid
from datetime import datetime, timezone

from localcloud.request_ids import RequestIds, trace_id, uuid_of

NOON = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)


def test_ids_look_like_the_vendors_and_begin_with_the_second() -> None:
    text = base64.b64decode(RequestIds(lambda: NOON).next()).decode()
    assert re.fullmatch("[0-9a-f]{8}_[0-9a-f]{8}_[0-9a-f]{4}_[0-9a-f]+", text)
    assert int(text[:8], 16) == NOON.timestamp()


def test_no_two_requests_have_the_same_id() -> None:
    ids = RequestIds(lambda: NOON)
    assert len({ids.next() for _ in range(100)}) == 100


def test_a_trace_id_belongs_to_its_request() -> None:
    assert trace_id("one") == trace_id("one") != trace_id("other")
    assert re.fullmatch(b"[0-9a-f]{96}", base64.b64decode(trace_id("one")))


def test_the_id_of_an_api_call_is_a_uuid_and_belongs_to_its_request() -> None:
    assert uuid_of("one") == uuid_of("one") != uuid_of("other")
    assert str(uuid.UUID(uuid_of("one"))) == uuid_of("one")
