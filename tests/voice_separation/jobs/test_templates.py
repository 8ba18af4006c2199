import pytest
import xmltodict
from pydantic import ValidationError

from voice_separation.jobs.audio import AudioConfig, AudioMode, Codec, VoiceSeparate
from voice_separation.jobs.templates import TemplateRequest

PARAMETERS = VoiceSeparate(audio_mode=AudioMode.IS_AUDIO, audio_config=AudioConfig(codec=Codec.AAC, samplerate=44100))


def test_in_a_template_the_parameters_are_direct_children_of_the_request() -> None:
    assert xmltodict.parse(TemplateRequest(name="voice_1", parameters=PARAMETERS).render())["Request"] == {
        "Tag": "VoiceSeparate",
        "Name": "voice_1",
        "AudioMode": "IsAudio",
        "AudioConfig": {"Codec": "aac", "Samplerate": "44100"},
    }


@pytest.mark.parametrize("name", ["a", "人声-1", "A_b*c-9", "x" * 64])
def test_names_that_the_vendor_allows(name: str) -> None:
    assert TemplateRequest(name=name, parameters=PARAMETERS).name == name


@pytest.mark.parametrize("name", ["", "a b", "a/b", "x" * 65, "naïve"])
def test_names_that_it_does_not_allow(name: str) -> None:
    with pytest.raises(ValidationError, match="1 to 64"):
        TemplateRequest(name=name, parameters=PARAMETERS)
