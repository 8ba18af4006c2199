"""Reading the index, for repair and publication; a document that cannot be read is told, never fatal."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from pydantic import ValidationError

from voice_separation.bucket import Bucket
from voice_separation.errors import ObjectNotFound
from voice_separation.index import keys
from voice_separation.index.canonical import Document
from voice_separation.tencent.cos import Cos, ListedObject

DocumentT = TypeVar("DocumentT", bound=Document)


@dataclass(frozen=True)
class IndexReader:
    """Reads below `prefix` of a bucket; keys are given and told without it."""

    cos: Cos
    bucket: Bucket
    prefix: str

    def list(self, folder: str, *, after: str = "") -> Iterator[ListedObject]:
        """Yield what is listed below a folder, after a key; what was written just now may be missing (436/7734)."""
        for listed in self.cos.list(self.bucket, self.prefix + folder, after=after and self.prefix + after):
            key = listed.key.removeprefix(self.prefix)
            if keys.is_ours(key) and not key.endswith("/"):  # a folder made in the console, somebody's notes
                yield replace(listed, key=key)

    def read(self, key: str, model: type[DocumentT]) -> DocumentT | None:
        """Return a document; None when there is none, or none of that shape."""
        content = self.content(key)
        try:
            return None if content is None else model.model_validate_json(content)
        except ValidationError:
            return None

    def content(self, key: str) -> bytes | None:
        """Return the bytes of a document; None when there is none."""
        try:
            return self.cos.get(self.bucket, self.prefix + key)
        except ObjectNotFound:
            return None

    def exists(self, key: str) -> ListedObject | None:
        """Return the facts of a document without reading it; None when there is none."""
        try:
            head = self.cos.head(self.bucket, self.prefix + key)
        except ObjectNotFound:
            return None
        return ListedObject(key, head.etag, head.size, head.modified_at)
