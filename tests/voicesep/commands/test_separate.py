import json
from pathlib import Path

import av
import pytest
from click.testing import CliRunner, Result

from tests.support import SAMPLE
from voicesep.main import main


def separate(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["separate", *map(str, arguments)])


def entries(result: Result) -> list[dict[str, str]]:
    decoder, text, found = json.JSONDecoder(), result.stdout, []
    while text := text.strip():
        entry, end = decoder.raw_decode(text)
        found.append(entry)
        text = text[end:]
    return found


def codec_of(path: Path) -> str:
    with av.open(str(path)) as container:
        return str(container.streams.audio[0].codec_context.name)


def test_stems_are_written_beside_the_source_and_the_entry_is_printed(tmp_path: Path) -> None:
    talk = tmp_path / "talk.mp3"
    talk.write_bytes(SAMPLE.read_bytes())
    result = separate(talk)
    assert result.exit_code == 0, result.stderr
    (entry,) = entries(result)
    assert entry["state"] == "Success"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["talk.background.mp3", "talk.mp3", "talk.voice.mp3"]


def test_an_output_folder_is_made_and_the_codec_chosen(tmp_path: Path) -> None:
    result = separate(SAMPLE, "-o", tmp_path / "new" / "stems", "--mode", "IsAudio", "--codec", "flac")
    assert result.exit_code == 0, result.stderr
    (stem,) = (tmp_path / "new" / "stems").iterdir()
    assert stem.name == "talk-over-music.voice.flac"
    assert codec_of(stem) == "flac"


def test_files_of_the_same_name_and_files_without_a_suffix_are_kept_apart(tmp_path: Path) -> None:
    files = [tmp_path / "a" / "talk.mp3", tmp_path / "b" / "talk.mp3", tmp_path / "talk"]
    for file in files:
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(SAMPLE.read_bytes())
    result = separate(*files)
    assert result.exit_code == 0, result.stderr
    assert len({entry["job_id"] for entry in entries(result)}) == 3
    assert (tmp_path / "a" / "talk.voice.mp3").is_file()
    assert (tmp_path / "b" / "talk.voice.mp3").is_file()
    assert (tmp_path / "talk.voice.mp3").is_file()


def test_files_whose_stems_would_have_the_same_name_keep_their_suffix_or_are_numbered(tmp_path: Path) -> None:
    files = [tmp_path / "talk.mp3", tmp_path / "talk.wav", tmp_path / "b" / "talk.wav", tmp_path / "odd.m,3"]
    for file in files:
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(SAMPLE.read_bytes())
    result = separate(*files[:2], "--mode", "IsAudio", "-o", tmp_path / "1")
    assert result.exit_code == 0, result.stderr
    assert {path.name for path in (tmp_path / "1").iterdir()} == {"talk.mp3.voice.mp3", "talk.wav.voice.mp3"}
    result = separate(*files[1:], "--mode", "IsAudio", "-o", tmp_path / "2")
    assert result.exit_code == 0, result.stderr
    assert {path.name for path in (tmp_path / "2").iterdir()} == {
        "1-talk.wav.voice.mp3",
        "2-talk.wav.voice.mp3",
        "3-odd.m,3.voice.mp3",
    }


def test_a_file_that_is_no_media_ends_with_1_and_does_not_stop_the_others(tmp_path: Path) -> None:
    text = tmp_path / "notes.mp3"
    text.write_text("no recording")
    result = separate(text, SAMPLE, "-o", tmp_path)
    assert result.exit_code == 1
    assert [entry["state"] for entry in entries(result)] == ["Failed", "Success"]
    assert "notes.mp3: the job is Failed" in result.stderr


def test_an_empty_file_is_refused_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "empty.mp3").touch()
    result = separate(tmp_path / "empty.mp3")
    assert result.exit_code == 1
    assert "the object is empty" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "Missing argument"),
        (["missing.mp3"], "does not exist"),
        ([SAMPLE, "--mode", "Loud"], "Invalid value for '--mode'"),
        ([SAMPLE, "--mode", "MusicMode", "--codec", "flac"], "MusicMode takes the codecs"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_is_wrong(arguments: list[object], told: str) -> None:
    result = separate(*arguments)
    assert result.exit_code == 2
    assert told in result.stderr
