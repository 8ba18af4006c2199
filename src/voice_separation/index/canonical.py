"""What every document of the index is, and the one way to write it: canonical JSON, the same content the same bytes."""

import json
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, PlainSerializer, WithJsonSchema

from voice_separation.clock import rfc3339

JSON = "application/json"
Moment = Annotated[
    datetime,
    PlainSerializer(rfc3339),
    WithJsonSchema({"type": "string", "format": "date-time"}, mode="serialization"),
]


class Document(BaseModel):
    """Anything that is stored; `schema` names its shape and version."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        serialize_by_alias=True,
        hide_input_in_errors=True,
        json_schema_serialization_defaults_required=True,
        defer_build=True,  # as in jobs/nodes.py
        cache_strings="keys",  # nonces and ids never come again, and a warm instance would keep thousands of them
    )

    def content(self) -> bytes:
        """Return the canonical bytes: sorted keys, no spaces, UTF-8, a newline at the end."""
        return canonical(self.model_dump(mode="json"))


def canonical(value: Any) -> bytes:
    """Write JSON so that equal values have equal bytes."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return f"{text}\n".encode()
