"""The local cloud, put together: COS, CI and SCF behind one loopback port."""

import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from types import TracebackType

from starlette.requests import Request
from starlette.responses import Response

from localcloud.ci.models import Ci
from localcloud.ci.pretending import Pretended
from localcloud.ci.responses import CiWire
from localcloud.clock import Clock, system_clock
from localcloud.cos.models import Cos, ObjectCreated
from localcloud.cos.responses import CosResponses
from localcloud.credentials import Identity, KeyRing
from localcloud.delivery import deliver
from localcloud.faults import Faults
from localcloud.front import Front
from localcloud.hosts import CiHost, CiRegionHost
from localcloud.recorder import Recorder
from localcloud.scf.event_queue import RetryPolicy
from localcloud.scf.execution_environment import Account, RoleCredentials
from localcloud.scf.function import Function
from localcloud.scf.function_url import FunctionUrlWire
from localcloud.scf.invocation import LogListener
from localcloud.scf.models import Scf
from localcloud.scf.serverless import read_project
from localcloud.scf.timers import Timers
from localcloud.server import Server
from localcloud.signature import CI_CODES, verify

WHAT_IT_IS_NOT = "localcloud is neither Tencent's separation quality nor a security boundary."
ROLE_CREDENTIALS_LAST = timedelta(hours=6)  # 248/51519
KNOWN_KEY = ("AKIDlocalcloud", "localcloud")  # id and key, no secret: easy to type into any client
AT_ONCE = RetryPolicy(retries=2, delay_seconds=0.0)
_POLL_SECONDS = 0.02


def _no_listener(_function: str, _request_id: str, _line: str) -> None:
    return


@dataclass(frozen=True)
class Options:
    """How a local cloud is to be; the defaults are what a test wants.

    `directory` keeps buckets and objects between starts; None is a new folder that goes with the cloud.
    `require_opened`: Smart Audio has to be opened for a bucket before CI takes jobs for it, as on the real cloud.
    `retry` is for asynchronous invocations that fail; the vendor waits a minute between them. `timers` lets timer
    triggers fire by themselves. `clock` is the time of all that is kept; whether a signature is still valid is told
    by the machine's, as is the time inside functions. `seed` is for the luck of the faults that have a probability.
    `pretended`: jobs only seem to be done, for load; None separates.
    """

    directory: Path | None = None
    port: int = 0
    appid: str = "1250000000"
    require_opened: bool = False
    retry: RetryPolicy = AT_ONCE
    on_log: LogListener = _no_listener
    clock: Clock = system_clock
    timers: bool = False
    seed: int = 0
    pretended: Pretended | None = None


class LocalCloud:
    """Tencent Cloud on 127.0.0.1, for as long as the context lasts.

    `cos`, `ci` and `scf` are its services' state, `recorder` what was asked of it, `credentials` a permanent key
    that may do everything, `faults` what is to go wrong.
    """

    def __init__(self, options: Options = Options()) -> None:
        self._temporary = None if options.directory else Path(tempfile.mkdtemp(prefix="localcloud-"))
        self._keys = KeyRing()
        self.credentials: Identity = self._keys.add(*KNOWN_KEY)
        self.recorder = Recorder()
        self.faults = Faults(Random(options.seed))  # noqa: S311 - it is to be repeatable, and guards nothing
        directory = options.directory or self._folder
        self.cos = Cos(directory, options.clock)
        self.ci = Ci(
            self.cos,
            clock=options.clock,
            deliver=self._deliver,
            directory=directory / "ci",
            require_opened=options.require_opened,
            pretended=options.pretended,
        )
        self.scf = Scf(
            Account(options.appid),
            issue_credentials=self._issue_role_credentials,
            clock=options.clock,
            retry=options.retry,
            on_log=options.on_log,
        )
        self.cos.subscribe(self._on_object_created)
        self._timers = Timers(self.scf, options.clock) if options.timers else None
        self._ci_wire = CiWire(self.ci)
        front = Front(
            clock=options.clock,
            recorder=self.recorder,
            cos=self.faults.around("cos", CosResponses(self.cos, self._keys, system_clock).handle),
            ci=self.faults.around("ci", self._handle_ci),
            ci_region=self.faults.around("ci", self._handle_ci_region),
            functions=self.faults.around("functions", FunctionUrlWire(self.scf).handle),
            find_caller=self.scf.callers.find,
        )
        self._server = Server(front, options.port)

    @property
    def endpoint(self) -> str:
        """Where to connect, `http://127.0.0.1:<port>`; the public hosts stay in `Host`."""
        return self._server.url

    def start(self) -> None:
        """Begin to listen. Raises OSError when the port is taken."""
        self._server.start()
        if self._timers:
            self._timers.start()

    def stop(self) -> None:
        """End jobs, functions and the server, and remove what was temporary."""
        if self._timers:
            self._timers.stop()
        self.ci.stop()
        self.scf.stop()
        self.faults.events.stop()
        self._server.stop()
        if self._temporary:
            shutil.rmtree(self._temporary, ignore_errors=True)

    def deploy(self, serverless_yml: Path, code: Path, environment: Mapping[str, str]) -> tuple[Function, ...]:
        """Deploy what a serverless.yml describes; `environment` is what its `${env:…}` refer to.

        `code` becomes the root of the functions. Deploying again replaces functions of the same name.
        Raises InvalidServerlessFileError, CodeNotFoundError.
        """
        return self.scf.deploy(read_project(serverless_yml, environment), code)

    def wait_until_idle(self, timeout: float) -> bool:
        """Wait until no job runs and no event is on its way; False when that takes over `timeout` seconds."""
        until = time.monotonic() + timeout
        while not (self._is_idle() and self._is_idle()):  # twice, for one may have made work for another meanwhile
            if time.monotonic() > until:
                return False
            time.sleep(_POLL_SECONDS)
        return True

    def __enter__(self) -> "LocalCloud":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def _folder(self) -> Path:
        if self._temporary is None:
            raise AssertionError("a cloud without a directory of its own has a temporary one")
        return self._temporary

    def _is_idle(self) -> bool:
        return self.faults.events.is_idle() and self.scf.drain(0) and self.ci.is_idle()

    async def _handle_ci(self, request: Request, host: CiHost) -> Response:
        verify(request, self._keys, system_clock(), codes=CI_CODES)
        return await self._ci_wire.handle(request, host)

    async def _handle_ci_region(self, request: Request, host: CiRegionHost) -> Response:
        verify(request, self._keys, system_clock(), codes=CI_CODES)
        return await self._ci_wire.handle_region(request, host)

    def _on_object_created(self, created: ObjectCreated) -> None:
        self.faults.events.cos.pass_on(lambda: self.scf.on_object_created(created))

    def _deliver(self, url: str, content_type: str, body: bytes) -> None:
        self.faults.events.ci.pass_on(lambda: deliver(url, content_type, body, port=self._server.port))

    def _issue_role_credentials(self) -> RoleCredentials:
        issued = self._keys.issue(system_clock() + ROLE_CREDENTIALS_LAST)
        return RoleCredentials(issued.access_key_id, issued.secret_key, issued.token or "")
