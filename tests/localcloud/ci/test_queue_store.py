import pytest

from localcloud.ci.queue_store import Queues
from localcloud.ci.queues import NotifyConfig, QueueCategory, QueueUpdate
from localcloud.errors import CloudError
from tests.localcloud.ci.lab import BUCKET, Clock, TokenHex

PAUSED = QueueUpdate(name="mine", state="Paused", notify_config=NotifyConfig())


@pytest.fixture
def queues() -> Queues:
    return Queues(Clock(), TokenHex())


def test_a_bucket_has_two_queues_that_stay_the_same(queues: Queues) -> None:
    media, audio = queues.get(BUCKET, "Transcoding"), queues.get(BUCKET, "Speeching")
    assert (media.name, audio.name) == ("queue-1", "queue-smart-audio-1")
    assert media.queue_id != audio.queue_id
    assert (audio.queue_id[0], len(audio.queue_id)) == ("p", 33)
    assert (audio.state, audio.max_size, audio.notify_config.state) == ("Active", 10000, "Off")
    assert queues.get(BUCKET, "Speeching") == audio
    assert queues.find(BUCKET, audio.queue_id) == audio
    assert queues.get("other-1250000000", "Speeching").queue_id != audio.queue_id
    assert queues.find("other-1250000000", audio.queue_id) is None


def test_an_update_is_seen_from_then_on(queues: Queues) -> None:
    before = queues.get(BUCKET, "Speeching")
    after = queues.update(BUCKET, "Speeching", before.queue_id, PAUSED)
    assert (after.name, after.state, after.queue_id) == ("mine", "Paused", before.queue_id)
    assert after.create_time == before.create_time
    assert after.update_time > before.update_time
    assert queues.get(BUCKET, "Speeching") == after


def test_a_queue_is_updated_as_what_it_is(queues: Queues) -> None:
    media = queues.get(BUCKET, "Transcoding")
    wrong: list[tuple[QueueCategory, str]] = [("Speeching", media.queue_id), ("Transcoding", "p404")]
    for category, queue_id in wrong:
        with pytest.raises(CloudError, match=r"^400 QueueNotFound"):
            queues.update(BUCKET, category, queue_id, PAUSED)
