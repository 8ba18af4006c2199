import threading
from pathlib import Path

import pytest

from localcloud.ci.template_store import Templates
from localcloud.ci.templates import Template, TemplateFilter, TemplateRequest
from localcloud.ci.voice_separate import AudioConfig, AudioMode, VoiceSeparate
from localcloud.errors import CloudError
from tests.localcloud.ci.lab import BUCKET, Clock, TokenHex

VOICE = VoiceSeparate(audio_mode=AudioMode.IS_AUDIO, audio_config=AudioConfig(codec="mp3"))
OTHER = "other-1250000000"


@pytest.fixture
def templates() -> Templates:
    return Templates(Clock(), TokenHex(), None)


def names(templates: Templates, wanted: TemplateFilter, bucket: str = BUCKET) -> list[str]:
    return [template.name for template in templates.page(bucket, wanted).items]


def test_a_new_template_is_the_buckets_own(templates: Templates) -> None:
    template = templates.create(BUCKET, TemplateRequest("mine", VOICE))
    assert (template.template_id, template.bucket, template.category) == ("t" + "1".zfill(32), BUCKET, "Custom")
    assert template.create_time == template.update_time
    assert templates.get(BUCKET, template.template_id) == template
    with pytest.raises(CloudError, match=r"^400 TemplateNotFound"):
        templates.get(OTHER, template.template_id)


def test_a_name_is_given_once_in_a_bucket(templates: Templates) -> None:
    first = templates.create(BUCKET, TemplateRequest("mine", VOICE))
    second = templates.create(BUCKET, TemplateRequest("another", VOICE))
    templates.create(OTHER, TemplateRequest("mine", VOICE))
    with pytest.raises(CloudError, match=r"^400 TemplateNameDuplicate: .*'mine'"):
        templates.create(BUCKET, TemplateRequest("mine", VOICE))
    with pytest.raises(CloudError, match=r"^400 TemplateNameDuplicate"):
        templates.update(BUCKET, second.template_id, TemplateRequest("mine", VOICE))
    assert templates.update(BUCKET, first.template_id, TemplateRequest("mine", VOICE)).name == "mine"


def test_an_update_replaces_what_the_template_says_and_keeps_whose_it_is(templates: Templates) -> None:
    made = templates.create(BUCKET, TemplateRequest("mine", VOICE))
    both = VoiceSeparate(audio_mode=AudioMode.AUDIO_AND_BACKGROUND)
    changed = templates.update(BUCKET, made.template_id, TemplateRequest("new", both))
    assert (changed.name, changed.voice_separate, changed.bucket) == ("new", both, BUCKET)
    assert changed.create_time == made.create_time
    assert changed.update_time is not None
    assert made.update_time is not None
    assert changed.update_time > made.update_time
    assert templates.get(BUCKET, made.template_id) == changed


def test_a_deleted_template_is_gone_and_its_name_free(templates: Templates) -> None:
    made = templates.create(BUCKET, TemplateRequest("mine", VOICE))
    templates.delete(BUCKET, made.template_id)
    with pytest.raises(CloudError, match=r"^400 TemplateNotFound"):
        templates.get(BUCKET, made.template_id)
    assert templates.create(BUCKET, TemplateRequest("mine", VOICE)).template_id != made.template_id


@pytest.mark.parametrize("bucket", [OTHER, ""])
def test_only_a_bucket_of_ones_own_changes_its_templates(templates: Templates, bucket: str) -> None:
    templates.add(Template("t1", "theirs", VOICE, bucket))
    with pytest.raises(CloudError, match=r"^400 TemplateNotFound"):
        templates.update(BUCKET, "t1", TemplateRequest("mine", VOICE))
    with pytest.raises(CloudError, match=r"^400 TemplateNotFound"):
        templates.delete(BUCKET, "t1")


def test_a_template_without_a_bucket_is_official_and_everyones(templates: Templates) -> None:
    templates.add(Template("t1", "preset", VOICE))
    assert templates.get(BUCKET, "t1").category == "Official"
    assert names(templates, TemplateFilter()) == []
    assert names(templates, TemplateFilter(category="Official")) == ["preset"]


def test_templates_are_searched(templates: Templates) -> None:
    made = [templates.create(BUCKET, TemplateRequest(name, VOICE)) for name in ("voice-a", "voice-b", "other")]
    ids = tuple(template.template_id for template in made)
    assert names(templates, TemplateFilter()) == ["voice-a", "voice-b", "other"]
    assert names(templates, TemplateFilter(tag="VoiceSeparate", name="voice")) == ["voice-a", "voice-b"]
    assert names(templates, TemplateFilter(tag="Transcode")) == []
    assert names(templates, TemplateFilter(ids=(ids[2], ids[0], "t404"))) == ["voice-a", "other"]
    assert names(templates, TemplateFilter(page_size=2, page_number=2)) == ["other"]
    assert names(templates, TemplateFilter(), OTHER) == []
    assert templates.missing(BUCKET, (ids[2], "t404")) == ("t404",)


def test_templates_are_kept_in_their_directory_to_the_letter(tmp_path: Path) -> None:
    first = Templates(Clock(), TokenHex(), tmp_path / "ci")
    kept = [first.create(BUCKET, TemplateRequest(name, VOICE)) for name in ("人声", "b", "c")]
    first.delete(BUCKET, kept[1].template_id)
    later = Templates(Clock(), TokenHex(), tmp_path / "ci")
    assert later.of(BUCKET) == (kept[0], kept[2])
    assert later.of(BUCKET)[0].voice_separate.nodes() == {"AudioMode": "IsAudio", "AudioConfig": {"Codec": "mp3"}}
    assert [path.name for path in (tmp_path / "ci").iterdir()] == ["templates.json"]


def test_without_a_directory_nothing_is_written(templates: Templates, tmp_path: Path) -> None:
    templates.create(BUCKET, TemplateRequest("mine", VOICE))
    assert list(tmp_path.iterdir()) == []


def test_of_many_threads_one_gets_the_name(templates: Templates) -> None:
    refused: list[CloudError] = []

    def create() -> None:
        try:
            templates.create(BUCKET, TemplateRequest("mine", VOICE))
        except CloudError as error:
            refused.append(error)

    threads = [threading.Thread(target=create) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(templates.of(BUCKET)), len(refused)) == (1, 9)
