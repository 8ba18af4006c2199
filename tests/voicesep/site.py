"""A deployment in a local cloud, as `--live` commands meet the real one: over HTTP, signed, from what `.env` says."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from localcloud import LocalCloud, Options
from localcloud.scf.descriptions import trigger_info
from tests.support import ROOT
from voicesep.main import main
from voicesep.where import read_env

BUCKET, REGION = "media-1250000000", "ap-guangzhou"
SECRET = "a-callback-secret-of-tests-only"


@dataclass(frozen=True)
class Site:
    """The cloud, and the `.env` that describes what is, or is to be, deployed there."""

    cloud: LocalCloud
    env_file: Path

    def set(self, **settings: str) -> None:
        """Change settings in `.env`; what is deployed stays as it is."""
        text = self.env_file.read_text()
        for name, value in settings.items():
            old = next(line for line in text.splitlines() if line.startswith((f"{name}=", f"# {name}=")))
            text = text.replace(f"{old}\n", f"{name}={value}\n")
        self.env_file.write_text(text)

    @property
    def environment(self) -> Mapping[str, str]:
        return read_env(self.env_file)

    def deploy(self, change: Callable[[str], str] = lambda text: text, **settings: str) -> None:
        """Deploy serverless.yml, changed, with the settings of `.env` and these."""
        file = self.env_file.with_name("serverless.yml")
        file.write_text(change((ROOT / "serverless.yml").read_text()))
        self.cloud.deploy(file, ROOT / "src", {**self.environment, **settings})

    def run(self, *arguments: str, answer: str = "") -> Result:
        """Run a command against this cloud; `answer` is typed when it asks."""
        return CliRunner().invoke(main, [*arguments, "--live", "--env-file", str(self.env_file)], input=answer)


def keep_addresses_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have SCF list triggers without the address of a function URL, which its documents do not promise."""
    monkeypatch.setattr(
        "localcloud.scf.responses.trigger_info", lambda trigger, at, _url: trigger_info(trigger, at, "")
    )


def without_function_url(text: str) -> str:
    """Return serverless.yml without the trigger of the type http."""
    start = text.index("    - type: http")
    return text[:start] + text[text.index("    - type: timer") :]


Found = Callable[..., Site]


def founding(folder: Path) -> Iterator[Found]:
    """Yield what founds sites: a bucket with Smart Audio opened, the functions deployed, the address known."""
    with ExitStack() as running:

        def found(*, deployed: bool = True, bucket: bool = True, **options: Any) -> Site:
            cloud = running.enter_context(LocalCloud(Options(**options)))
            env_file = folder / "deployment.env"
            env_file.write_text((ROOT / ".env.example").read_text())
            site = Site(cloud, env_file)
            site.set(
                TENCENT_SECRET_ID=cloud.credentials.access_key_id,
                TENCENT_SECRET_KEY=cloud.credentials.secret_key,
                CALLBACK_SECRETS=SECRET,
                **dict.fromkeys(("COS_ENDPOINT", "CI_ENDPOINT", "SSM_ENDPOINT"), cloud.endpoint),
            )
            if bucket:
                cloud.cos.create_bucket(BUCKET, REGION)
                cloud.ci.smart_audio.open(BUCKET)
            if deployed:
                site.deploy()
                site.set(CALLBACK_URL=cloud.scf.function_url("callback"))
                site.deploy()
            return site

        yield found
