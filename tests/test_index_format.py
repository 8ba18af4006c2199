"""docs/index-format.md and the schemas say what is stored; every example of the page is run."""

import contextlib
import gzip
import importlib.util
import io
import json
import re
import subprocess
from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import pytest

from tests import index_run
from tests.programs import needs
from tests.support import ROOT
from voice_separation.index import documents, keys, views
from voice_separation.index.canonical import Document
from voice_separation.index.entries import Entry
from voice_separation.index.notice import Notice
from voice_separation.index.views import Index

PAGE = (ROOT / "docs" / "index-format.md").read_text(encoding="utf-8")
BLOCKS: list[tuple[str, str]] = re.findall(r"^```([^\n]+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SCHEMAS = ROOT / "src" / "voice_separation" / "index" / "schemas"
FOLDERS = {
    "claims": "claim",
    "pending": "pending",
    "waiting": "waiting",
    "refused": "refused",
    "jobs": "entry",
    "log": "entry",
    "uploads": "entry",
    "notices": "notice",
    "undelivered": "notice",
    "segments": "entry",
    "index.json": "index",
}
MODELS: dict[str, type[Document]] = {
    "claim": documents.Claim,
    "pending": documents.Pending,
    "waiting": documents.Waiting,
    "refused": documents.Refused,
    "entry": Entry,
    "notice": Notice,
}

FORMATS = jsonschema.FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def is_a_time_with_offset(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


def examples(kind: str) -> list[str]:
    return [content for info, content in BLOCKS if info == kind]


def with_output(kind: str) -> list[tuple[str, str]]:
    """Every example of that kind and what the page says that it prints."""
    return [(content, after) for (info, content), (then, after) in pairwise(BLOCKS) if (info, then) == (kind, "text")]


def validate(document: Any, name: str) -> None:
    schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema, format_checker=FORMATS).validate(document)


@pytest.fixture(scope="module")
def written() -> dict[str, bytes]:
    """Every document of a run of the deployed functions."""
    return index_run.run()


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the index that the page's own entries make, as the folder that we are in."""
    entries = tuple(Entry.model_validate_json(example) for example in examples("json entry"))
    shown = Index.model_validate({**json.loads(examples("json index")[0]), "newest": []})
    hour = shown.segments[0].hour
    assert shown.began_at
    content = views.segment_content(entries)
    index = views.index_of(
        [views.describe(hour, entries, content, sealed=False)],
        views.newest(entries),
        began_at=shown.began_at,
        generated_at=shown.generated_at,
        complete_through=shown.complete_through,
    )
    segment = tmp_path / keys.segment(hour)
    segment.parent.mkdir(parents=True)
    segment.write_bytes(content)
    (tmp_path / keys.INDEX).write_bytes(index.content())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_document_of_a_real_run_is_as_its_schema_says(written: dict[str, bytes]) -> None:
    seen = set()
    for key, content in written.items():
        folder = key.split("/", maxsplit=1)[0]
        rows = gzip.decompress(content).splitlines() if folder == "segments" else [content]
        for row in rows:
            validate(json.loads(row), FOLDERS[folder])
        seen.add(folder)
    assert seen == set(FOLDERS)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_schema_refuses_a_document_that_lacks_anything_or_has_something_else_in_its_place(
    written: dict[str, bytes], folder: str
) -> None:
    key = next(key for key in written if key.startswith(folder))
    content = gzip.decompress(written[key]).splitlines()[0] if folder == "segments" else written[key]
    document = json.loads(content)
    for name in document:
        with pytest.raises(jsonschema.ValidationError):
            validate({**document, name: {"some": "thing else"}}, FOLDERS[folder])
        with pytest.raises(jsonschema.ValidationError):
            validate({other: value for other, value in document.items() if other != name}, FOLDERS[folder])


def test_the_schemas_are_what_the_models_say() -> None:
    spec = importlib.util.spec_from_file_location("index_schemas", ROOT / "tools" / "index_schemas.py")
    assert spec
    assert spec.loader
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    shipped = {path.name: path.read_text(encoding="utf-8") for path in SCHEMAS.iterdir()}
    assert shipped == tool.schemas(), "run `make docs`"
    for schema in shipped.values():
        jsonschema.Draft202012Validator.check_schema(json.loads(schema))


@pytest.mark.parametrize("name", MODELS)
def test_the_page_shows_every_document_as_it_is_stored_and_under_its_key(name: str) -> None:
    assert examples(f"json {name}")
    for example in examples(f"json {name}"):
        validate(json.loads(example), name)
        document = MODELS[name].model_validate_json(example)
        assert json.loads(document.content()) == json.loads(example)
        assert f"\n`{key_of(document)}`" in PAGE
        if isinstance(document, documents.Claim | documents.Pending | documents.Waiting | documents.Refused):
            assert document.upload.to_upload().id == document.upload.upload_id


def key_of(document: Document) -> str:
    if isinstance(document, documents.Claim):
        return keys.claim(document.upload.upload_id, document.attempt)
    if isinstance(document, documents.Pending):
        return keys.pending(document.upload.upload_id, document.submitted_at)
    if isinstance(document, documents.Waiting):
        return keys.waiting(document.upload.upload_id)
    if isinstance(document, documents.Refused):
        return keys.refused(document.upload.upload_id)
    if isinstance(document, Notice):
        return keys.notice(document.job_id, document.state)
    assert isinstance(document, Entry)
    return keys.job(document.job_id)


def test_the_page_names_every_kind_of_key_and_its_schema() -> None:
    rows = dict(re.findall(r"^\| `([a-z.]+)[^`]*` \| .*?`(\w+)\.json`", PAGE, re.MULTILINE))
    assert rows == FOLDERS


def test_the_summary_on_the_page_is_that_of_the_entries_on_it(copy: Path) -> None:
    index = json.loads((copy / keys.INDEX).read_bytes())
    shown = json.loads(examples("json index")[0])
    assert len(index.pop("newest")) == 2
    for each in (index, shown):  # the digest depends on how this machine's zlib compresses
        assert len(each["segments"][0].pop("sha256")) == 64
    assert index == shown


def test_the_stems_of_an_upload_are_found_in_at_most_three_gets(written: dict[str, bytes]) -> None:
    asked: list[str] = []

    def get(key: str) -> bytes | None:
        asked.append(key)
        return written.get(key)

    claims = [documents.Claim.model_validate_json(written[key]) for key in written if key.startswith(keys.CLAIMS)]
    found = {}
    for claim in claims:
        asked.clear()
        upload = claim.upload
        found[upload.key] = lookup()(get, upload.bucket, upload.key, upload.etag)
        assert len(asked) <= 3
    assert found["incoming/later.mp3"] is None
    assert found["incoming/notes.mp3"]["state"] == "Failed"
    stems = found["incoming/talk-over-music.mp3"]["outputs"]
    assert [output["stem"] for output in stems] == ["voice", "background"]


def test_of_several_jobs_of_an_upload_the_weightiest_is_found(written: dict[str, bytes]) -> None:
    key = next(key for key in written if key.startswith(keys.UPLOADS) and key.endswith("/Success.json"))
    entry = Entry.model_validate_json(written[key])
    upload = next(
        claim.upload
        for claim in (documents.Claim.model_validate_json(written[key]) for key in written if key.startswith("claims"))
        if claim.upload.upload_id == entry.upload_id
    )
    failed = entry.model_copy(update={"state": "Failed", "job_id": "jother"})
    both = {key: entry.content(), keys.upload(upload.upload_id, "Failed"): failed.content()}
    assert lookup()(both.get, upload.bucket, upload.key, upload.etag)["state"] == "Success"
    assert lookup()(both.get, upload.bucket, upload.key, "another etag") is None


def lookup() -> Callable[..., Any]:
    room: dict[str, Any] = {}
    exec(examples("python lookup")[0], room)  # noqa: S102 - the page's own example
    found: Callable[..., Any] = room["entry_of_upload"]
    return found


@needs("jq")
@pytest.mark.parametrize(("command", "output"), with_output("sh"))
def test_the_jq_examples_print_what_the_page_says(copy: Path, command: str, output: str) -> None:
    done = subprocess.run(["/bin/sh", "-c", command], cwd=copy, capture_output=True, text=True, check=True)
    assert done.stdout == output


@pytest.mark.parametrize(("code", "output"), with_output("python"))
def test_the_pandas_examples_print_what_the_page_says(copy: Path, code: str, output: str) -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(code, {})  # noqa: S102 - the page's own example
    assert printed.getvalue() == output


@pytest.mark.parametrize(("query", "output"), with_output("sql"))
def test_the_duckdb_examples_answer_what_the_page_says(copy: Path, query: str, output: str) -> None:
    with duckdb.connect() as connection:
        rows = connection.execute(query).fetchall()
    assert "".join("\t".join(map(str, row)) + "\n" for row in rows) == output


def test_every_tool_has_an_example() -> None:
    assert [len(with_output(kind)) for kind in ("sh", "python", "sql")] == [3, 1, 2]
