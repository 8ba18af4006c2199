"""Commands at work on an app in a local cloud, which they find as they would find that of `voicesep local`."""

import os
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner, Result

from localcloud import LocalCloud
from tests.voice_separation.conftest import Workbench
from voicesep.main import main
from voicesep.project import local_environment
from voicesep.running import RunningApp


@dataclass
class Terminal:
    """Types commands into a project folder of its own. The app has a bucket, and nobody submits anything but they."""

    project: Path
    bench: Workbench

    def run(self, *arguments: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(main, list(arguments), input=stdin)

    def done(self, *arguments: str, stdin: str | None = None) -> Result:
        result = self.run(*arguments, stdin=stdin)
        assert result.exit_code == 0, result.output
        return result


def told_of(cloud: LocalCloud, **settings: str) -> RunningApp:
    """What `voicesep local` would tell of an app in this cloud."""
    endpoints = dict.fromkeys(("COS_ENDPOINT", "CI_ENDPOINT", "SSM_ENDPOINT"), cloud.endpoint)
    return RunningApp(
        pid=os.getpid(),
        endpoint=cloud.endpoint,
        secret_id=cloud.credentials.access_key_id,
        secret_key=cloud.credentials.secret_key,
        environment=local_environment({**endpoints, **settings}),
    )
