import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.ci.templates import TemplateRequest, read_template_request
from localcloud.ci.voice_separate import AudioMode
from localcloud.errors import CloudError
from tests.localcloud.ci.lab import MP3


def template(name: str = "mine", mode: str = "IsAudio", config: str = MP3, tag: str = "VoiceSeparate") -> bytes:
    return f"<Request><Tag>{tag}</Tag><Name>{name}</Name><AudioMode>{mode}</AudioMode>{config}</Request>".encode()


def read(body: bytes) -> TemplateRequest:
    return read_template_request(body)


def test_parameters_lie_directly_below_the_request() -> None:
    request = read(template())
    assert request.name == "mine"
    assert request.voice_separate.audio_mode is AudioMode.IS_AUDIO
    assert request.voice_separate.nodes() == {
        "AudioMode": "IsAudio",
        "AudioConfig": {"Codec": "mp3", "Samplerate": 44100, "Bitrate": 128},
    }


def test_empty_parameters_are_the_defaults_as_in_the_vendors_demo() -> None:
    config = "<AudioConfig><Codec>aac</Codec><Bitrate/><Channels></Channels></AudioConfig>"
    audio = read(template(config=config)).voice_separate.audio_config
    assert (audio.bitrate, audio.channels) == (None, None)


@pytest.mark.parametrize("name", ["a", "人声分离", "A-Z_0*9", "x" * 64, "声" * 64])
def test_a_name_has_letters_digits_chinese_and_three_signs(name: str) -> None:
    assert read(template(name)).name == name


@pytest.mark.parametrize("name", ["", "a b", "a.mp3", "a/b", "é", "x" * 65, "名\u3000字", "a\nb"])
def test_any_other_name_is_refused(name: str) -> None:
    with pytest.raises(CloudError, match=r"^400 InvalidArgument: Request\.Name"):
        read(template(name))


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (template(tag="Transcode"), r"Request\.Tag"),
        (template(mode="Everything"), r"Request\.AudioMode"),
        (template(mode=""), r"Request\.AudioMode"),
        (template(config="<AudioConfig><Codec>mp3</Codec><Samplerate>96000</Samplerate></AudioConfig>"), "96000"),
        (template(mode="MusicMode", config="<AudioConfig><Codec>flac</Codec></AudioConfig>"), "MusicMode"),
    ],
)
def test_what_cannot_be_separated_so_is_refused(body: bytes, names: str) -> None:
    with pytest.raises(CloudError, match=f"^400 InvalidArgument: .*{names}"):
        read(body)


@pytest.mark.parametrize(("body", "code"), [(b"", "MissingContent"), (b"{}", "InvalidContent")])
def test_a_body_that_is_no_request_is_refused(body: bytes, code: str) -> None:
    with pytest.raises(CloudError, match=f"^400 {code}"):
        read(body)


@given(st.one_of(st.binary(), st.text().map(lambda text: f"<Request>{text}</Request>".encode(errors="replace"))))
def test_whatever_comes_is_refused_in_the_vendors_words(body: bytes) -> None:
    with pytest.raises(CloudError):
        read(body)
