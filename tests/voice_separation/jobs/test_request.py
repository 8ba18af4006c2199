from typing import Any

import pytest
import xmltodict
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from voice_separation.jobs.audio import AudioConfig, AudioMode, Codec, Stem, VoiceSeparate
from voice_separation.jobs.callbacks import UrlCallback
from voice_separation.jobs.formats import CallbackFormat
from voice_separation.jobs.request import JobRequest, can_be_named, render

PARAMETERS = VoiceSeparate(
    audio_mode=AudioMode.AUDIO_AND_BACKGROUND,
    audio_config=AudioConfig(codec=Codec.MP3, samplerate=44100, bitrate=128, channels=2),
)


def request(**changes: Any) -> JobRequest:
    fields: dict[str, Any] = {
        "object": "in/song.mp3",
        "output_bucket": "out-1250000000",
        "output_region": "ap-beijing",
        "outputs": {Stem.VOICE: "out/voice.mp3", Stem.BACKGROUND: "out/background.mp3"},
        "parameters": PARAMETERS,
    }
    return JobRequest(**{**fields, **changes})


def test_inline_parameters_are_written_in_the_vendor_s_order() -> None:
    callback = UrlCallback(url="https://h.example/cb", format=CallbackFormat.JSON)
    told = request(user_data="u", job_level=1, callback=callback)
    assert render(told).decode() == (
        "<Request><Tag>VoiceSeparate</Tag><Input><Object>in/song.mp3</Object></Input>"
        "<Operation><VoiceSeparate><AudioMode>AudioAndBackground</AudioMode>"
        "<AudioConfig><Codec>mp3</Codec><Samplerate>44100</Samplerate><Bitrate>128</Bitrate>"
        "<Channels>2</Channels></AudioConfig></VoiceSeparate>"
        "<Output><Region>ap-beijing</Region><Bucket>out-1250000000</Bucket>"
        "<Object>out/background.mp3</Object><AuObject>out/voice.mp3</AuObject></Output>"
        "<UserData>u</UserData><JobLevel>1</JobLevel></Operation>"
        "<CallBackFormat>JSON</CallBackFormat><CallBackType>Url</CallBackType><CallBack>https://h.example/cb</CallBack></Request>"
    )


def test_a_template_wins_over_inline_parameters() -> None:
    operation = xmltodict.parse(render(request(template_id="t1460606b")))["Request"]["Operation"]
    assert operation["TemplateId"] == "t1460606b"
    assert "VoiceSeparate" not in operation


def test_what_is_not_set_is_not_sent() -> None:
    sent = xmltodict.parse(render(request()))["Request"]
    assert set(sent) == {"Tag", "Input", "Operation"}
    assert set(sent["Operation"]) == {"VoiceSeparate", "Output"}


def test_music_mode_names_all_four_outputs() -> None:
    outputs = {stem: f"out/{stem.value}.mp3" for stem in Stem}
    music = VoiceSeparate(audio_mode=AudioMode.MUSIC_MODE, audio_config=AudioConfig(codec=Codec.MP3))
    output = xmltodict.parse(render(request(outputs=outputs, parameters=music)))["Request"]["Operation"]["Output"]
    assert output["BassObject"] == "out/bass.mp3"
    assert output["DrumObject"] == "out/drum.mp3"


def test_a_job_without_parameters_or_without_outputs_cannot_be_made() -> None:
    with pytest.raises(ValidationError, match="template id or inline parameters"):
        request(parameters=None)
    with pytest.raises(ValidationError, match="must not both be empty"):
        request(outputs={Stem.BASS: "b"})


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_any_key_that_xml_can_carry_arrives_as_it_was(key: str) -> None:
    told = request(object=f"in{key}.mp3", user_data="<&>")
    if can_be_named(key):
        arrived = xmltodict.parse(render(told), strip_whitespace=False)["Request"]
        assert arrived["Input"]["Object"] == f"in{key}.mp3"


@pytest.mark.parametrize("character", ["\x00", "\x1f", "\r", "\ud800", "\uffff"])
def test_characters_that_xml_does_not_carry_as_they_are_are_known(character: str) -> None:
    assert not can_be_named(f"a{character}b")
    assert can_be_named("a b\tc\n中文🎵")


@pytest.mark.parametrize(
    ("mode", "outputs", "legal"),
    [
        ("IsAudio", {Stem.VOICE}, True),
        ("IsAudio", {Stem.BACKGROUND}, True),  # the vendor's own sample, 1045/43712
        ("IsAudio", {Stem.VOICE, Stem.BACKGROUND}, False),
        ("IsBackground", {Stem.BACKGROUND}, True),
        ("AudioAndBackground", {Stem.VOICE, Stem.BACKGROUND}, True),
        ("AudioAndBackground", {Stem.VOICE}, False),
        ("MusicMode", set(Stem), True),
        ("MusicMode", {Stem.VOICE, Stem.BACKGROUND}, False),
    ],
)
def test_each_mode_needs_its_output_keys(mode: str, outputs: set[Stem], *, legal: bool) -> None:
    parameters = VoiceSeparate(audio_mode=AudioMode(mode), audio_config=AudioConfig(codec=Codec.MP3))
    asked = {"parameters": parameters, "outputs": {stem: f"{stem.value}.mp3" for stem in outputs}}
    if legal:
        assert request(**asked).outputs.keys() == outputs
    else:
        with pytest.raises(ValidationError, match=f"{mode} needs just the output keys"):
            request(**asked)


@pytest.mark.parametrize(
    ("field", "value"), [("user_data", "x" * 1025), ("user_data", "中"), ("job_level", 3), ("object", "")]
)
def test_what_the_vendor_limits_is_limited_here(field: str, value: object) -> None:
    with pytest.raises(ValidationError, match=field):
        request(**{field: value})
