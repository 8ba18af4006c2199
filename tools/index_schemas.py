"""Write the JSON Schema of every document of the index, from the models themselves."""

import json
import sys
from pathlib import Path

from voice_separation.index.canonical import Document
from voice_separation.index.documents import Claim, Pending, Refused, Waiting
from voice_separation.index.entries import Entry
from voice_separation.index.notice import Notice
from voice_separation.index.views import Index

FOLDER = Path(__file__).resolve().parent.parent / "src" / "voice_separation" / "index" / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"

# A row of a segment is an entry.
DOCUMENTS: tuple[type[Document], ...] = (Claim, Pending, Waiting, Refused, Entry, Notice, Index)


def schemas() -> dict[str, str]:
    """Return the text of every schema by the name of its file."""
    return {f"{model.__name__.lower()}.json": schema(model) for model in DOCUMENTS}


def schema(model: type[Document]) -> str:
    """Return the schema of documents as they are written; fields that a later version adds are valid too."""
    name = model.model_fields["schema_"].default
    told = {"$schema": DIALECT, "$id": f"urn:{name.replace('/', ':')}", **model.model_json_schema(mode="serialization")}
    return f"{json.dumps(told, indent=2, ensure_ascii=False)}\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for file_name, text in schemas().items():
        (FOLDER / file_name).write_text(text, encoding="utf-8")
        print(f"wrote {file_name}", file=sys.stderr)  # noqa: T201 - a tool talks
