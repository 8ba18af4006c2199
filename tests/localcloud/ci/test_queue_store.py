from pathlib import Path

import pytest

from localcloud.ci.call_backs import CallBack, KafkaConfig
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


def test_limits_are_changed_one_at_a_time(queues: Queues) -> None:
    before = queues.get(BUCKET, "Speeching")
    queues.set_limits(BUCKET, "Speeching", max_size=3)
    after = queues.set_limits(BUCKET, "Speeching", max_concurrent=2)
    assert (after.max_size, after.max_concurrent, after.queue_id) == (3, 2, before.queue_id)
    assert queues.most_concurrent(after.queue_id) == 2
    assert queues.most_concurrent("pnobodys") == 10


def test_a_closed_queue_is_gone_and_the_next_is_another(queues: Queues) -> None:
    before = queues.update(BUCKET, "Speeching", queues.get(BUCKET, "Speeching").queue_id, PAUSED)
    queues.close(BUCKET, "Speeching")
    after = queues.get(BUCKET, "Speeching")
    assert after.queue_id != before.queue_id
    assert (after.name, after.state) == ("queue-smart-audio-1", "Active")


def test_a_later_start_finds_the_queues_as_they_were(tmp_path: Path) -> None:
    first = Queues(Clock(), TokenHex(), tmp_path)
    kafka = KafkaConfig(region="ap-guangzhou", instance_id="ckafka-1", topic="news")
    config = NotifyConfig(state="On", event="TaskFinish", type="Kafka", kafka_config=kafka)
    update = QueueUpdate(name="mine", state="Paused", notify_config=config)
    first.update(BUCKET, "Speeching", first.get(BUCKET, "Speeching").queue_id, update)
    kept = first.set_limits(BUCKET, "Speeching", max_size=7)
    other = first.get("other-1250000000", "Transcoding")
    again = Queues(Clock(), TokenHex(), tmp_path)
    assert again.get(BUCKET, "Speeching") == kept
    assert again.get("other-1250000000", "Transcoding") == other
    assert kept.notify_config.call_back("TaskFinish") == CallBack(kafka, "XML")


def test_how_many_jobs_run_at_once_is_for_each_start_to_say(tmp_path: Path) -> None:
    queue_id = Queues(Clock(), TokenHex(), tmp_path, max_concurrent=4).get(BUCKET, "Speeching").queue_id
    assert Queues(Clock(), TokenHex(), tmp_path, max_concurrent=2).most_concurrent(queue_id) == 2


def test_only_the_owner_can_read_what_may_hold_a_secret(tmp_path: Path) -> None:
    Queues(Clock(), TokenHex(), tmp_path).get(BUCKET, "Speeching")
    assert (tmp_path / "queues.json").stat().st_mode & 0o077 == 0
