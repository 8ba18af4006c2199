from datetime import datetime, timezone

import pytest

from voice_separation.bucket import Bucket
from voice_separation.naming import output_keys
from voice_separation.options import options_for
from voice_separation.settings import from_environment
from voice_separation.uploads import Upload

TODAY = datetime(2026, 11, 21, tzinfo=timezone.utc)


def upload(key: str) -> Upload:
    return Upload(Bucket("media-1250000000", "ap-guangzhou"), key, "d41d8cd98f00b204e9800998ecf8427e", 1)


def named(key: str, **environment: str) -> dict[str, str]:
    settings = from_environment(environment)
    keys = output_keys(upload(key), options_for({}, settings), settings, today=TODAY)
    return {stem.value: name for stem, name in keys.items()}


def test_stems_are_named_after_their_source() -> None:
    assert named("incoming/shows/talk.mp3") == {
        "voice": "separated/incoming/shows/talk.mp3/voice.mp3",
        "background": "separated/incoming/shows/talk.mp3/background.mp3",
    }


def test_every_field_of_the_name_is_filled_in() -> None:
    name = "{date}/{dir}/{name}-{stem}-{upload_id}.{ext}"
    key = "incoming/a.b.wav"
    assert named(key, OUTPUT_NAME=name, AUDIO_MODE="IsAudio", AUDIO_CODEC="flac") == {
        "voice": f"separated/2026-11-21/incoming/a.b-voice-{upload(key).id}.flac"
    }


def test_music_mode_has_four_names() -> None:
    assert set(named("incoming/a.mp3", AUDIO_MODE="MusicMode")) == {"voice", "background", "bass", "drum"}


def test_with_a_template_the_service_fills_in_the_extension() -> None:
    assert named("incoming/a.mp3", TEMPLATE_ID="t1")["voice"] == "separated/incoming/a.mp3/voice.${ext}"


def test_braces_and_fields_in_a_key_are_text() -> None:
    assert named("incoming/{stem}{0}.mp3")["voice"] == "separated/incoming/{stem}{0}.mp3/voice.mp3"


def test_a_placeholder_of_the_service_in_a_key_gives_way_to_the_upload_id() -> None:
    key = "incoming/${jobid}.mp3"
    assert named(key)["voice"] == f"separated/{upload(key).id}/voice.mp3"


@pytest.mark.parametrize("key", ["incoming/../../index/a.mp3", "incoming/./a.mp3", "incoming/a/../b.mp3"])
def test_a_key_that_climbs_gives_way_to_the_upload_id(key: str) -> None:
    assert named(key)["voice"] == f"separated/{upload(key).id}/voice.mp3"
    assert named(key, OUTPUT_NAME="{dir}/{upload_id}-{stem}")["voice"] == f"separated/{upload(key).id}/voice.mp3"


@pytest.mark.parametrize("key", ["incoming/..a/b...mp3", "incoming/...", "incoming/a..mp3"])
def test_dots_within_a_name_are_text(key: str) -> None:
    assert named(key)["voice"] == f"separated/{key}/voice.mp3"


def test_the_longest_key_that_cos_allows_is_still_used() -> None:
    key = "incoming/" + "x" * (1024 - len("separated/incoming//background.mp3"))
    assert len(named(key)["background"]) == 1024
    assert named(key + "x")["background"] == f"separated/{upload(key + 'x').id}/background.mp3"


def test_a_key_too_long_for_a_name_below_it_gives_way_to_the_upload_id() -> None:
    long = "incoming/" + "中" * 330 + ".mp3"
    assert named(long)["voice"] == f"separated/{upload(long).id}/voice.mp3"
