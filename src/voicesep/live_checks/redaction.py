"""What a report must not name: buckets, account, key."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from voicesep.cloud import Cloud
from voicesep.deployment import Deployment

_OWNER = re.compile(r"\buin/[0-9]+")  # in what CAM says when it denies


@dataclass(frozen=True)
class Redaction:
    """Words that stand for names, longest name first. Plain words: Markdown would swallow `<bucket>` as a tag."""

    words: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, deployment: Deployment, cloud: Cloud) -> "Redaction":
        """Return what hides the buckets of a deployment, its account and the key that asks."""
        words = {cloud.session.credentials.secret_id: "KEY-ID", deployment.appid: "APPID"}
        for bucket in (deployment.bucket, deployment.index_bucket, deployment.output_bucket):
            name, _, appid = bucket.name.rpartition("-")
            words[bucket.name] = "BUCKET"
            for slash in ("/", "%2F", "%2f"):  # as events of COS have it before a key
                words[slash.join(("", appid, name, ""))] = slash.join(("", "APPID", "BUCKET", ""))
        return cls.replacing(words)

    @classmethod
    def replacing(cls, words: Mapping[str, str]) -> "Redaction":
        """Return what replaces each of these names by a word."""
        return cls(tuple(sorted(words.items(), key=lambda pair: -len(pair[0]))))

    def hide(self, text: str) -> str:
        """Return a text without the names."""
        for name, word in self.words:
            text = text.replace(name, word)
        return _OWNER.sub("uin/UIN", text)
