"""The local cloud, put together: COS, CI, SCF and Secrets Manager behind one loopback port."""

import shutil
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import TracebackType

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from localcloud.account import Account
from localcloud.admission import Admission
from localcloud.api.responses import ApiWire
from localcloud.api.services import api_services
from localcloud.cam.guard import Guard
from localcloud.ci.models import Ci
from localcloud.ci.responses import CiWire
from localcloud.clock import MovableClock, system_clock
from localcloud.control.operations import control_operations
from localcloud.control.whole import About
from localcloud.control.wire import ControlWire
from localcloud.cos.models import Cos, ObjectCreated
from localcloud.cos.responses import CosResponses
from localcloud.credentials import Identity, KeyRing
from localcloud.delivery import deliver
from localcloud.faults import Faults
from localcloud.front import Front
from localcloud.hosts import CiHost, CiRegionHost
from localcloud.options import DEFAULTS, Options
from localcloud.recorder import Recorder
from localcloud.scf.bundle import UnpackedBundle
from localcloud.scf.execution_environment import RoleCredentials
from localcloud.scf.function import Function
from localcloud.scf.function_url import FunctionUrlWire
from localcloud.scf.interpreter import Interpreter
from localcloud.scf.models import Scf
from localcloud.scf.project import Project
from localcloud.scf.serverless import read_projects
from localcloud.scf.timers import Timers
from localcloud.scf.url_access import UrlAccess
from localcloud.server import Server
from localcloud.signature import CI_CODES
from localcloud.ssm.models import Ssm

WHAT_IT_IS_NOT = "localcloud is neither Tencent's separation quality nor a security boundary."
KNOWN_KEY = ("AKIDlocalcloud", "localcloud")  # id and key, no secret: easy to type into any client
_KEPT = ("buckets", "ci")  # what COS and CI have in the directory, and leave there
_POLL_SECONDS = 0.02


@dataclass(frozen=True)
class _Deployed:
    project: Project
    code: Path


class LocalCloud:
    """Tencent Cloud on 127.0.0.1, for as long as the context lasts.

    `cos`, `ci`, `scf` and `ssm` are its services' state, `recorder` what was asked of it, `credentials` a permanent key
    that may do everything, `faults` what is to go wrong, `clock` its time. A reset puts others in their place.
    """

    def __init__(self, options: Options = DEFAULTS) -> None:
        self._options = options
        self._bundle = UnpackedBundle(options.bundle) if options.bundle else None
        self._temporary = None if options.directory else Path(tempfile.mkdtemp(prefix="localcloud-"))
        self._deployed: dict[Path, _Deployed] = {}
        self._resetting = threading.Lock()
        self._server = Server(self._serve, options.port)
        self._is_started = False
        self._stopping = threading.Event()
        self._begin()

    def _begin(self) -> None:
        """Be a cloud in which nothing has happened yet, but for what its directory keeps."""
        options = self._options
        self._keys = KeyRing()
        self.credentials: Identity = self._keys.add(*KNOWN_KEY)
        self.account = Account(options.appid)
        guard = Guard(self.account, options.policies)
        self._admission = Admission(self._keys, system_clock, guard)
        self.clock = MovableClock(options.clock)
        self.recorder = Recorder(options.requests_kept)
        self.faults = Faults(Random(options.seed))  # noqa: S311 - it is to be repeatable, and guards nothing
        self.cos = Cos(self._directory, self.clock)
        self.ci = Ci(
            self.cos,
            clock=self.clock,
            deliver=self._deliver,
            directory=self._directory / "ci",
            require_opened=options.require_opened,
            max_concurrent=options.max_concurrent,
            pace=options.pace,
            pretended=options.pretended,
        )
        self.scf = Scf(
            self.account,
            issue_credentials=self._issue_role_credentials,
            clock=self.clock,
            interpreter=Interpreter(options.python, bare=self._bundle is not None),
            retry=options.retry,
            quota=options.quota,
            on_log=options.on_log,
        )
        self.ssm = Ssm(self.clock)
        self.cos.subscribe(self._on_object_created, is_quick=True)
        self.cos.subscribe(self.ci.workflow_runs.on_object_created, is_quick=True)
        self._timers = Timers(self.scf, self.clock) if options.timers else None
        self._ci_wire = CiWire(self.ci)
        self._front = self._new_front(guard)
        for bucket, region in options.buckets.items():
            self.cos.ensure_bucket(bucket, region)

    def _new_front(self, guard: Guard) -> Front:
        """Return what answers every request, and lets faults strike."""
        cos_responses = CosResponses(self.cos, self._admission)
        services = api_services(self.account, self.scf, self.ssm, self._options.policies)
        url_access = UrlAccess(self._keys, system_clock, guard)
        return Front(
            clock=self.clock,
            recorder=self.recorder,
            cos=self.faults.around("cos", cos_responses.handle),
            cos_service=self.faults.around("cos", cos_responses.handle_service),
            ci=self.faults.around("ci", self._handle_ci),
            ci_region=self.faults.around("ci", self._handle_ci_region),
            functions=self.faults.around("functions", FunctionUrlWire(self.scf, url_access).handle),
            api=self.faults.around("api", ApiWire(services, self._keys, system_clock, guard).handle),
            control=self._control().handle,
            find_caller=self.scf.callers.find,
        )

    @property
    def endpoint(self) -> str:
        """Where to connect, `http://127.0.0.1:<port>`; the public hosts stay in `Host`."""
        return self._server.url

    def start(self) -> None:
        """Begin to listen. Raises OSError when the port is taken."""
        self._server.start()
        self._is_started = True
        if self._timers:
            self._timers.start()

    def stop(self) -> None:
        """End jobs, functions and the server, and remove what was temporary."""
        self._stopping.set()
        with self._resetting:
            self._end()
        self._server.stop()
        self.cos.close()
        if self._temporary:
            shutil.rmtree(self._temporary, ignore_errors=True)
        if self._bundle:
            self._bundle.remove()

    def reset(self) -> None:
        """Forget everything, kept data too, and begin anew with the options' buckets and what `deploy` deployed.

        Jobs and functions that run are ended, rules and odds of faults gone, the clock is where it would be by itself.
        """
        with self._resetting:
            self._end()
            self.cos.close()
            for kept in _KEPT:
                shutil.rmtree(self._directory / kept, ignore_errors=True)
            self._begin()
            for deployed in self._deployed.values():
                self.scf.deploy(deployed.project, deployed.code)
            if self._timers and self._is_started:
                self._timers.start()

    def deploy(self, serverless_yml: Path, code: Path, environment: Mapping[str, str]) -> tuple[Function, ...]:
        """Deploy what a serverless.yml describes; `environment` is what its `${env:…}` refer to.

        `code` becomes the root of the functions, unless there is a bundle. Deploying again replaces functions of the
        same name. Raises InvalidServerlessFileError, CodeNotFoundError, DeploymentConflictError.
        """
        return self.deploy_all([serverless_yml], environment, code)

    def deploy_all(
        self, files: Sequence[Path], environment: Mapping[str, str], code: Path | None = None
    ) -> tuple[Function, ...]:
        """Deploy several serverless.yml, or none of them if any cannot be read; see `deploy`.

        Without `code`, and without a bundle, each file's functions run from the folder that its `src` names, or from
        `dist`, which its hook must have filled: no hook is run. Raises the same.
        """
        read = read_projects(files, environment)
        functions: list[Function] = []
        for file in read:
            root = self._bundle.folder if self._bundle else code or file.project.source.root(file.path)
            functions += self.scf.deploy(file.project, root)
            self._deployed[file.path] = _Deployed(file.project, root)
        return tuple(functions)

    def wait_until_idle(self, timeout: float) -> bool:
        """Wait until no job runs and no event is on its way; False after `timeout` seconds, or when it is stopped."""
        until = time.monotonic() + timeout
        while not (self._is_idle() and self._is_idle()):  # twice, for one may have made work for another meanwhile
            if time.monotonic() > until:
                return False
            if self._stopping.wait(_POLL_SECONDS):
                return False
        return True

    def __enter__(self) -> "LocalCloud":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def _directory(self) -> Path:
        directory = self._options.directory or self._temporary
        assert directory is not None  # without one of its own a cloud has a temporary one
        return directory

    def _end(self) -> None:
        if self._timers:
            self._timers.stop()
        self.ci.stop()
        self.scf.stop()
        self.faults.events.stop()

    def _control(self) -> ControlWire:
        about = About(
            is_not=WHAT_IT_IS_NOT,
            endpoint=lambda: self.endpoint,
            appid=self.account.appid,
            credentials=self.credentials,
            reset=self.reset,
            wait_until_idle=self.wait_until_idle,
        )
        operations = control_operations(
            about,
            cos=self.cos,
            ci=self.ci,
            scf=self.scf,
            faults=self.faults,
            clock=self.clock,
            recorder=self.recorder,
            pace=self._options.pace,
        )
        return ControlWire(operations)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._front(scope, receive, send)

    def _is_idle(self) -> bool:
        return self.faults.events.is_idle() and self.scf.drain(0) and self.ci.is_idle()

    async def _handle_ci(self, request: Request, host: CiHost) -> Response:
        self._admission.check(request, CI_CODES)
        return await self._ci_wire.handle(request, host)

    async def _handle_ci_region(self, request: Request, host: CiRegionHost) -> Response:
        self._admission.check(request, CI_CODES)
        return await self._ci_wire.handle_region(request, host)

    def _on_object_created(self, created: ObjectCreated) -> None:
        self.faults.events.cos.pass_on(lambda: self.scf.on_object_created(created))

    def _deliver(self, url: str, content_type: str, body: bytes) -> None:
        self.faults.events.ci.pass_on(lambda: deliver(url, content_type, body, port=self._server.port))

    def _issue_role_credentials(self, role: str) -> RoleCredentials:
        issued = self._keys.issue(system_clock() + self._options.credentials_last, role)
        return RoleCredentials(issued.access_key_id, issued.secret_key, issued.token or "")
