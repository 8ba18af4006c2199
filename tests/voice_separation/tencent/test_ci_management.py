"""Templates, queues and Smart Audio: the app's client against the local cloud."""

import pytest
from pytest_mock import MockerFixture

from tests.voice_separation.conftest import BUCKET, Workbench
from voice_separation import errors
from voice_separation.jobs.audio import AudioConfig, AudioMode, Codec, VoiceSeparate
from voice_separation.jobs.queues import QueueKind
from voice_separation.jobs.templates import Category, TemplateRequest
from voice_separation.tencent.ci_management import CiManagement
from voice_separation.tencent.transport import Answer, Session


def management(bench: Workbench) -> CiManagement:
    call = bench.invocation()
    return CiManagement(call.session, call.settings.ci_endpoint)


def template(name: str, mode: AudioMode = AudioMode.IS_AUDIO) -> TemplateRequest:
    config = AudioConfig(codec=Codec.MP3, samplerate=44100, bitrate=128, channels=2)
    return TemplateRequest(name=name, parameters=VoiceSeparate(audio_mode=mode, audio_config=config))


def test_a_template_is_created_shown_changed_listed_and_deleted(bench: Workbench) -> None:
    ci = management(bench)
    made = ci.create_template(BUCKET, template("voice-人声"))
    assert made.bucket_id == BUCKET.name
    shown = ci.get_template(BUCKET, made.template_id)
    assert shown is not None
    assert (shown.name, shown.tag, shown.category) == ("voice-人声", "VoiceSeparate", "Custom")
    assert shown.voice_separate is not None
    assert shown.voice_separate.audio_mode == "IsAudio"
    assert shown.voice_separate.audio_config is not None
    assert shown.voice_separate.audio_config.bitrate == "128"
    assert shown.create_time is not None
    changed = ci.update_template(BUCKET, made.template_id, template("both", AudioMode.AUDIO_AND_BACKGROUND))
    assert changed.voice_separate is not None
    assert (changed.name, changed.voice_separate.audio_mode) == ("both", "AudioAndBackground")
    assert [each.template_id for each in ci.list_templates(BUCKET)] == [made.template_id]
    assert list(ci.list_templates(BUCKET, category=Category.OFFICIAL)) == []
    ci.delete_template(BUCKET, made.template_id)
    assert ci.get_template(BUCKET, made.template_id) is None


def test_templates_are_listed_page_by_page_and_by_the_beginning_of_their_name(bench: Workbench) -> None:
    ci = management(bench)
    names = [f"a{n:03}" for n in range(101)] + ["b"]
    for name in names:
        ci.create_template(BUCKET, template(name))
    assert sorted(each.name or "" for each in ci.list_templates(BUCKET)) == names
    assert len(list(ci.list_templates(BUCKET, name="a"))) == 101


def test_a_list_of_which_a_page_is_empty_ends_whatever_its_total_says(bench: Workbench, mocker: MockerFixture) -> None:
    page = b"<Response><TotalCount>500</TotalCount></Response>"
    asked = mocker.patch.object(Session, "send", return_value=Answer(200, {}, page))
    assert list(management(bench).list_templates(BUCKET)) == []
    assert asked.call_count == 1


def test_a_name_that_is_taken_and_an_id_that_is_not_are_refused(bench: Workbench) -> None:
    ci = management(bench)
    ci.create_template(BUCKET, template("taken"))
    with pytest.raises(errors.Misconfigured):
        ci.create_template(BUCKET, template("taken"))
    with pytest.raises(errors.Misconfigured, match="TemplateNotFound"):
        ci.update_template(BUCKET, "tnone", template("other"))


def test_both_families_of_queues_are_told(bench: Workbench) -> None:
    ci = management(bench)
    (smart_audio,) = ci.list_queues(BUCKET, QueueKind.SMART_AUDIO)
    (media,) = ci.list_queues(BUCKET, QueueKind.MEDIA, state="Active")
    assert (smart_audio.name, media.name) == ("queue-smart-audio-1", "queue-1")
    assert smart_audio.state == "Active"
    assert list(ci.list_queues(BUCKET, QueueKind.MEDIA, state="Paused")) == []
    (again,) = ci.list_queues(BUCKET, QueueKind.SMART_AUDIO, ids=(smart_audio.queue_id,))
    assert again == smart_audio


def test_smart_audio_is_asked_for_by_region(bench: Workbench) -> None:
    ci = management(bench)
    (opened,) = ci.smart_audio_buckets(BUCKET.region, (BUCKET.name,))
    assert (opened.bucket_id, opened.region) == (BUCKET.name, BUCKET.region)
    assert ci.smart_audio_buckets("ap-beijing") == ()
