"""The cloud that a deployment is in: the real one, the one that `voicesep local` runs, or one made for a command."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import urllib3

from localcloud import Options
from localcloud.scf.problems import InvalidServerlessFileError
from voice_separation.clock import Clock
from voice_separation.errors import VoiceSeparationError
from voice_separation.tencent.ci import Ci
from voice_separation.tencent.ci_management import CiManagement
from voice_separation.tencent.cos import Cos
from voice_separation.tencent.credentials import Credentials
from voice_separation.tencent.transport import Session
from voicesep.deployment import Deployment, read_deployment
from voicesep.keys import live_key
from voicesep.local import LocalApp
from voicesep.policies import role_policies
from voicesep.project import find_project, local_environment, program
from voicesep.running import find_running
from voicesep.session import SECONDS, new_session
from voicesep.tencent.cam import CamApi
from voicesep.tencent.client import Connection
from voicesep.tencent.cls import ClsApi
from voicesep.tencent.scf import ScfApi
from voicesep.where import Where


@dataclass(frozen=True)
class Cloud:
    """The services that a deployment uses, with one key; endpoints are where to connect instead of public hosts."""

    session: Session
    connection: Connection
    cos_endpoint: str | None = None
    ci_endpoint: str | None = None

    @property
    def clock(self) -> Clock:
        """The time here."""
        return self.session.clock

    @property
    def pool(self) -> urllib3.PoolManager:
        """For requests that nobody signs."""
        return self.session.pool

    @property
    def cos(self) -> Cos:
        """Object storage."""
        return Cos(self.session, self.cos_endpoint)

    @property
    def ci(self) -> Ci:
        """Jobs."""
        return Ci(self.session, self.ci_endpoint)

    @property
    def ci_management(self) -> CiManagement:
        """Templates, queues and services of CI."""
        return CiManagement(self.session, self.ci_endpoint)

    @property
    def scf(self) -> ScfApi:
        """Functions."""
        return ScfApi(self.connection)

    @property
    def cam(self) -> CamApi:
        """Roles."""
        return CamApi(self.connection)

    @property
    def cls(self) -> ClsApi:
        """Logs."""
        return ClsApi(self.connection)


@contextmanager
def open_deployment(
    where: Where, *, made_if_none_runs: bool = False, seconds: float = SECONDS
) -> Iterator[tuple[Deployment, Cloud]]:
    """Open what `.env` describes in the real cloud, else the app that `voicesep local` runs.

    `made_if_none_runs`: else the app as it comes, in a local cloud of its own. `seconds` is how long the command may
    take. Refusals of the cloud end the command with 1 and one line. Raises click.UsageError, click.ClickException.
    """
    folder = find_project()
    try:
        if where.live:
            deployment = read_deployment(folder, where.settings_file)
            yield deployment, connect(deployment, live_key(deployment.environment), seconds)
        elif running := find_running(folder):
            deployment = Deployment.of(folder, running.environment)
            yield deployment, connect(deployment, Credentials(running.secret_id, running.secret_key), seconds)
        elif made_if_none_runs:
            with local_deployment(folder, seconds) as opened:
                yield opened
        else:
            raise click.ClickException(f"no local app runs here: start one with `{program()} local`, or add --live")
    except (VoiceSeparationError, InvalidServerlessFileError) as error:
        raise click.ClickException(str(error)) from error


def connect(deployment: Deployment, key: Credentials, seconds: float = SECONDS) -> Cloud:
    """Return the cloud of a deployment; SSM_ENDPOINT stands in for all hosts of the API 3.0."""
    chosen = deployment.settings
    connection = Connection(key, deployment.bucket.region, chosen.ssm_endpoint)
    return Cloud(new_session(key, seconds), connection, chosen.cos_endpoint, chosen.ci_endpoint)


@contextmanager
def local_deployment(folder: Path, seconds: float = SECONDS) -> Iterator[tuple[Deployment, Cloud]]:
    """Open a local cloud with the app of a folder deployed as docs/deploy.md says, roles and Smart Audio included."""
    policies = role_policies(folder, local_environment({}))
    with LocalApp(folder, {}, _hear_nothing, Options(policies=policies, require_opened=True)) as app:
        app.deploy()
        app.cloud.ci.smart_audio.open(app.bucket.name)
        key = Credentials(app.cloud.credentials.access_key_id, app.cloud.credentials.secret_key)
        deployment = Deployment.of(folder, app.environment)
        yield deployment, connect(deployment, key, seconds)


def _hear_nothing(_function: str, _request_id: str, _line: str) -> None:
    return
