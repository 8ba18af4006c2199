import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.receiver import SECRET as RECEIVERS
from tests.support import ROOT
from voice_separation.errors import InvalidSettings
from voice_separation.jobs.audio import AudioMode, Codec
from voice_separation.secret_rings import StoredSecret
from voice_separation.settings import NAMES, Settings, from_environment
from voice_separation.webhook import parse_webhook_secrets

SECRET = "0123456789abcdef0123456789abcdef"


def problems(**environment: str) -> dict[str, str]:
    with pytest.raises(InvalidSettings) as caught:
        from_environment(environment)
    return caught.value.problems


def test_an_empty_environment_gives_the_documented_defaults() -> None:
    settings = from_environment({})
    assert settings.input_prefix == "incoming/"
    assert settings.output_prefix == "separated/"
    assert settings.output_name == "{key}/{stem}.{ext}"
    assert settings.index_prefix == "index/"
    assert settings.audio_mode is AudioMode.AUDIO_AND_BACKGROUND
    assert (settings.audio_codec, settings.audio_samplerate, settings.audio_channels) == (Codec.MP3, 44100, 2)
    assert settings.audio_bitrate is None
    assert settings.max_input_bytes == 5 * 1024**3
    assert settings.callback_ttl_hours == 72
    assert settings.verify_callbacks
    assert settings.enabled
    assert (settings.pending_grace_seconds, settings.segment_grace_seconds) == (600, 1800)
    assert settings.input_suffixes == (".mp4", ".avi", ".mov", ".flac", ".wav", ".amr", ".mp3", ".aac")


@pytest.mark.parametrize("value", ["", "-", " - "])
def test_an_empty_variable_and_a_dash_count_as_not_set(value: str) -> None:
    assert from_environment(dict.fromkeys(NAMES, value)) == from_environment({})


def test_every_bad_variable_is_listed_at_once_whether_alone_or_together_with_others() -> None:
    found = problems(
        INPUT_BUCKET="media",
        JOB_LEVEL="9",
        LOG_LEVEL="LOUD",
        ENABLED="perhaps",
        INDEX_PREFIX="separated/",
        CALLBACK_URL="https://example.com",
    )
    assert set(found) == {"INPUT_BUCKET", "JOB_LEVEL", "LOG_LEVEL", "ENABLED", "INDEX_PREFIX", "CALLBACK_SECRETS"}


def test_the_text_undefined_is_recognised_as_a_variable_that_the_deployment_lost() -> None:
    assert ".env did not set" in problems(QUEUE_ID="undefined")["QUEUE_ID"]


@pytest.mark.parametrize(
    ("environment", "variable"),
    [
        ({"INDEX_PREFIX": "incoming/index/"}, "INDEX_PREFIX"),
        ({"OUTPUT_PREFIX": "incoming/stems/"}, "OUTPUT_PREFIX"),
        ({"INPUT_PREFIX": "separated/voice"}, "OUTPUT_PREFIX"),
        ({"INDEX_PREFIX": "separated/index/"}, "INDEX_PREFIX"),
        (
            {"INPUT_BUCKET": "media-1250000000", "OUTPUT_BUCKET": "media-1250000000", "OUTPUT_PREFIX": "incoming/x/"},
            "OUTPUT_PREFIX",
        ),
    ],
)
def test_places_that_overlap_in_one_bucket_are_refused_because_they_would_loop(
    environment: dict[str, str], variable: str
) -> None:
    assert "overlaps" in problems(**environment)[variable]


def test_the_same_prefix_in_another_bucket_is_no_overlap() -> None:
    settings = from_environment(
        {"INPUT_BUCKET": "media-1250000000", "OUTPUT_BUCKET": "stems-1250000000", "OUTPUT_PREFIX": "incoming/"}
    )
    assert settings.output_prefix == "incoming/"


@pytest.mark.parametrize(
    ("environment", "variable", "rule"),
    [
        ({"AUDIO_CODEC": "mp3", "AUDIO_SAMPLERATE": "96000"}, "AUDIO_SAMPLERATE", "mp3 takes"),
        ({"AUDIO_CODEC": "amr"}, "AUDIO_SAMPLERATE", "8000 Hz"),
        ({"AUDIO_CODEC": "mp3", "AUDIO_CHANNELS": "6"}, "AUDIO_CHANNELS", "1 or 2"),
        ({"AUDIO_BITRATE": "4"}, "AUDIO_BITRATE", "8 to 1000"),
        ({"AUDIO_MODE": "MusicMode", "AUDIO_CODEC": "flac"}, "AUDIO_CODEC", "MusicMode takes"),
    ],
)
def test_audio_that_the_service_would_refuse_is_refused_here_by_its_rule(
    environment: dict[str, str], variable: str, rule: str
) -> None:
    assert rule in problems(**environment)[variable]


def test_a_template_decides_alone_so_the_audio_settings_need_not_be_legal() -> None:
    settings = from_environment({"TEMPLATE_ID": "t1f6ac18da8bdc403fa27ac4ff", "AUDIO_CODEC": "amr"})
    assert settings.template_id == "t1f6ac18da8bdc403fa27ac4ff"


@pytest.mark.parametrize(
    "name",
    [
        "{key}",
        "{stem}.{ext}",
        "{name}/{stem}.{ext}",
        "/{key}/{stem}",
        "../{key}/{stem}",
        "{nonsense}/{stem}",
        "{key!r}/{stem}",
        "{key}/{stem",
        "{}/{stem}{key}",
    ],
)
def test_an_output_name_that_could_overwrite_or_cannot_be_filled_is_refused(name: str) -> None:
    assert "OUTPUT_NAME" in problems(OUTPUT_NAME=name)


def test_a_prefix_that_no_key_can_have_is_refused() -> None:
    assert "no key begins with a slash" in problems(INPUT_PREFIX="/incoming/")["INPUT_PREFIX"]


def test_short_callback_secrets_are_refused() -> None:
    assert "at least 16" in problems(CALLBACK_SECRETS=f"{SECRET},short")["CALLBACK_SECRETS"]


def test_a_callback_address_without_a_secret_is_refused() -> None:
    assert "CALLBACK_SECRETS" in problems(CALLBACK_URL="https://1250000000-abc.ap-guangzhou.tencentscf.com")


def test_the_ring_keeps_its_order_because_the_first_secret_signs() -> None:
    settings = from_environment({"CALLBACK_SECRETS": f"{SECRET}, {SECRET[::-1]}"})
    assert settings.callback_secrets == (SECRET, SECRET[::-1])


def test_no_error_and_no_representation_quotes_a_secret() -> None:
    with pytest.raises(InvalidSettings) as caught:
        from_environment({"CALLBACK_SECRETS": "hunter2hunter2", "JOB_LEVEL": "hunter2"})
    assert "hunter2" not in str(caught.value)
    assert SECRET not in repr(from_environment({"CALLBACK_SECRETS": SECRET}))


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=60)))
def test_any_environment_gives_settings_or_the_names_of_its_bad_variables(environment: dict[str, str]) -> None:
    try:
        from_environment(environment)
    except InvalidSettings as error:
        assert set(error.problems) <= set(NAMES)


WEBHOOK = {"WEBHOOK_URL": "https://app.example.com/told?token=hunter2", "WEBHOOK_SECRETS": RECEIVERS}


def test_a_receiver_is_named_with_its_secrets_or_not_at_all() -> None:
    assert (from_environment({}).webhook_url, from_environment({}).webhook_secrets) == (None, ())
    settings = from_environment(WEBHOOK)
    assert settings.webhook_url == WEBHOOK["WEBHOOK_URL"]
    assert settings.webhook_secrets == parse_webhook_secrets(RECEIVERS)
    for name, other in (("WEBHOOK_URL", "WEBHOOK_SECRETS"), ("WEBHOOK_SECRETS", "WEBHOOK_URL")):
        assert set(problems(**{name: WEBHOOK[name]})) == {other}


@pytest.mark.parametrize("name", ["CALLBACK_SECRETS", "WEBHOOK_SECRETS"])
def test_both_rings_may_be_in_secrets_manager_and_are_named_alike(name: str) -> None:
    environment = {**WEBHOOK, "CALLBACK_SECRETS": SECRET, name: "ssm:voice-ring:v2"}
    settings = from_environment(environment)
    assert getattr(settings, name.lower()) == StoredSecret("voice-ring", "v2")
    assert "ssm:<name>" in problems(**{**environment, name: "ssm:voice ring"})[name]


def test_what_is_wrong_with_a_receiver_is_said_and_nothing_of_it_is_quoted() -> None:
    found = problems(WEBHOOK_URL="http://app.example.com/hunter2", WEBHOOK_SECRETS="whsec_aHVudGVyMg==")
    assert "https only" in found["WEBHOOK_URL"]
    assert "24 to 64 random bytes" in found["WEBHOOK_SECRETS"]
    assert not {"hunter2", "aHVudGVyMg"} & set(repr(found).replace("/", " ").replace("_", " ").split())
    assert "hunter2" not in repr(from_environment(WEBHOOK))
    assert "planted-secret" not in repr(from_environment(WEBHOOK))


def test_serverless_yml_passes_every_setting_and_env_example_lists_it() -> None:
    deployed = (ROOT / "serverless.yml").read_text()
    example = (ROOT / ".env.example").read_text()
    for name in NAMES:
        assert f"{{ key: {name}, value: '${{env:{name}}}' }}" in deployed
        assert f"\n{name}=" in example


def test_env_example_alone_is_a_valid_environment() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    environment = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert isinstance(from_environment(environment), Settings)
