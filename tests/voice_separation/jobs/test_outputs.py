import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import EVENTS
from voice_separation.jobs.audio import Stem
from voice_separation.jobs.detail import JobDetail, MediaResult, Operation, Output, OutputFile, VoiceSeparateNode
from voice_separation.jobs.outputs import stem_files
from voice_separation.notifications import parse_notification


def finished(output: Output | None, written: OutputFile) -> JobDetail:
    operation = Operation(output=output, media_result=MediaResult(output_file=written))
    return JobDetail(job_id="j1", state="Success", operation=operation)


def stems(output: Output | None, *names: str) -> list[Stem | None]:
    return [file.stem for file in stem_files(finished(output, OutputFile(object_name=names)))]


def test_the_vendor_s_sample_has_its_voice_and_its_background_with_their_checksums() -> None:
    (detail,) = parse_notification((EVENTS / "callback-job.xml").read_bytes())
    voice, background = stem_files(detail)
    assert (voice.stem, voice.key, voice.md5) == (Stem.VOICE, "output/audio.mp3", "3b883c0462ba845acdf3eb7e30db1a1c")
    assert (background.stem, background.key, background.md5) == (
        Stem.BACKGROUND, "output/backgroud.mp3", "62de6bb513d6105eeeb1a6ab0077cb5a"
    )  # fmt: skip
    assert (voice.bucket, voice.region) == ("test-123456789", "ap-chongqing")


@pytest.mark.parametrize(
    ("voice", "background"),
    [
        ("out/voice.mp3", "out/background.mp3"),
        ("out/voice.${ext}", "out/background.${ext}"),
        ("out/voice-${jobid}.${Ext}", "out/${jobid}/background.mp3"),
        ("/out/voice.mp3", "/out/background.mp3"),
    ],
)
def test_real_names_are_matched_against_names_with_placeholders_in_any_order(voice: str, background: str) -> None:
    def real(name: str) -> str:
        return name.replace("${jobid}", "j1").replace("${ext}", "mp3").replace("${Ext}", "mp3")

    asked = Output(au_object=voice, object=background)
    assert stems(asked, real(voice), real(background)) == [Stem.VOICE, Stem.BACKGROUND]
    assert stems(asked, real(background), real(voice)) == [Stem.BACKGROUND, Stem.VOICE]


def test_all_four_stems_of_music_mode_are_told_apart() -> None:
    asked = Output(au_object="v.${ext}", object="b.${ext}", bass_object="bass.${ext}", drum_object="drum.${ext}")
    assert stems(asked, "drum.mp3", "bass.mp3", "b.mp3", "v.mp3") == [
        Stem.DRUM, Stem.BASS, Stem.BACKGROUND, Stem.VOICE
    ]  # fmt: skip


def test_what_matches_no_name_or_more_than_one_is_of_unknown_stem() -> None:
    assert stems(Output(au_object="voice.mp3"), "other.mp3") == [None]
    assert stems(Output(au_object="${jobid}.${ext}", object="${ext}.mp3"), "x.mp3") == [None]
    assert stems(None, "voice.mp3") == [None]


def test_an_exact_name_wins_over_a_placeholder_that_would_match_too() -> None:
    assert stems(Output(au_object="${jobid}.mp3", object="background.mp3"), "background.mp3") == [Stem.BACKGROUND]


@pytest.mark.parametrize(("mode", "stem"), [("IsAudio", Stem.VOICE), ("IsBackground", Stem.BACKGROUND)])
@pytest.mark.parametrize("node", ["object", "au_object"])
def test_a_mode_with_one_stem_writes_it_wherever_it_was_told_to(mode: str, stem: Stem, node: str) -> None:
    operation = Operation(
        voice_separate=VoiceSeparateNode(audio_mode=mode),
        output=Output(**{node: "out.mp3"}),
        media_result=MediaResult(output_file=OutputFile(object_name=("out.mp3",))),
    )
    (file,) = stem_files(JobDetail(job_id="j1", state="Success", operation=operation))
    assert file.stem is stem


def test_a_prefix_is_part_of_the_key_and_a_leading_slash_is_not() -> None:
    written = OutputFile(object_prefix="out/", object_name=("/voice.mp3", "voice.mp3"))
    assert [file.key for file in stem_files(finished(Output(au_object="out/voice.mp3"), written))] == ["out/voice.mp3"]


def test_a_job_that_wrote_nothing_has_no_files() -> None:
    assert stem_files(JobDetail(job_id="j1", state="Failed")) == ()
    assert stem_files(JobDetail(job_id="j1", state="Failed", operation=Operation())) == ()


@given(
    name=st.lists(st.sampled_from(["${a}", "${ext}", "a", "b", ".", "/", "ab"]), min_size=1, max_size=6).map("".join),
    key=st.from_regex(r"[ab.][ab./]{0,7}", fullmatch=True),
)
def test_placeholders_match_what_the_regular_expression_for_them_would(name: str, key: str) -> None:
    fixed = (re.escape(part) for part in re.split(r"\$\{[^}]*\}", name.lstrip("/")))
    matches = re.fullmatch("[^/]+".join(fixed), key) is not None
    assert stems(Output(au_object=name), key) == [Stem.VOICE if matches else None]


def test_placeholders_that_match_in_very_many_ways_take_no_time() -> None:
    names = Output(au_object="${a}" * 200 + "x", object="${" * 400)
    assert stems(names, "y" * 1000) == [None]
