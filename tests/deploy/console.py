"""What docs/deploy.md has done by hand: in the console, in an editor, by those who maintain the project."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qcloud_cos import CosConfig, CosS3Client

from localcloud import LocalCloud
from localcloud.cam.documents import parse_policy
from localcloud.cam.policy import Policy
from tests.deploy.walk import plain_environment
from tests.voicesep.site import BUCKET, REGION, Site
from voice_separation.index.entries import Entry

SUB_ACCOUNT = "deployer"
MAY_UPLOAD = {
    "version": "2.0",
    "statement": [
        {
            "effect": "allow",
            "action": ["name/cos:PutObject"],
            "resource": [f"qcs::cos:{REGION}:uid/1250000000:{BUCKET}/incoming/*"],
        }
    ],
}
NO_SOUND = b"no sound, so that its job ends at once"


def git(folder: Path, *arguments: str) -> None:
    """Run git, in nobody's name."""
    who = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com")
    command = ("/usr/bin/env", "git", *who, *arguments)
    subprocess.run(command, cwd=folder, env=plain_environment(), check=True, capture_output=True)


@dataclass(frozen=True)
class Console:
    """The account, what its roles may do, the checkout that it is deployed from, and where that was cloned from."""

    cloud: LocalCloud
    policies: dict[str, Policy]
    checkout: Path
    upstream: Path

    def make_bucket_and_activate_smart_audio(self) -> None:
        """Use the vendor's client, with the key of the account itself."""
        key = self.cloud.credentials
        config = CosConfig(
            Region=REGION,
            SecretId=key.access_key_id,
            SecretKey=key.secret_key,
            Scheme="http",
            Proxies={"http": self.cloud.endpoint},
        )
        client = CosS3Client(config, retry=0)
        client.create_bucket(Bucket=BUCKET)
        client.ci_open_asr_bucket(Bucket=BUCKET)

    def edit_env(self, **settings: str) -> None:
        """Change lines of `.env`."""
        Site(self.cloud, self.checkout / ".env").set(**settings)

    def create_role(self, name: str, *printed: str) -> None:
        """Give a new role the policies that were printed."""
        statements = [statement for document in printed for statement in parse_policy(document).statements]
        self.policies[name] = Policy(tuple(statements))

    def create_sub_account(self, *printed: str) -> None:
        """Give a new sub-account the policies that were printed, let it upload, and write its key into `.env`."""
        self.create_role(SUB_ACCOUNT, *printed, json.dumps(MAY_UPLOAD))
        key = self.cloud._keys.add("AKIDdeployer", "the-deployers-secret", role=SUB_ACCOUNT)
        self.edit_env(TENCENT_SECRET_ID=key.access_key_id, TENCENT_SECRET_KEY=key.secret_key)

    def publish_next_version(self, line: str) -> None:
        """Commit a line more in a door, where the checkout was cloned from."""
        with (self.upstream / "src" / "submit.py").open("a") as source:
            source.write(line)
        git(self.upstream, "commit", "--quiet", "--all", "--message", "the next version")

    def upload(self, key: str) -> None:
        """Upload something whose job fails, and wait until it has."""
        self.cloud.cos.put(BUCKET, key, NO_SOUND)
        assert self.cloud.wait_until_idle(60)

    def keys_below(self, prefix: str) -> list[str]:
        """Look into the bucket."""
        return [stored.key for stored in self.cloud.cos.list(BUCKET, prefix=prefix).contents]

    def states(self, key: str) -> list[str]:
        """Return how the jobs of an object ended, as the entries of the index say."""
        stored = [self.cloud.cos.get(BUCKET, each) for each in self.keys_below("index/jobs/")]
        entries = [Entry.model_validate_json(each.path.read_bytes()) for each in stored]
        return [entry.state for entry in entries if entry.input.key == key]

    def counts(self) -> Any:
        """Return the counts of the published index."""
        return json.loads(self.cloud.cos.get(BUCKET, "index/index.json").path.read_bytes())["counts"]
