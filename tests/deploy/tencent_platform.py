"""What answers Tencent's command line: it takes the built package, has the toolkit deploy it, and the functions run."""

import shutil
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

import yaml
from dotenv import dotenv_values

from localcloud import LocalCloud
from localcloud.cam.access import Access
from localcloud.cam.policy import Policy
from tests.deploy.account import Account
from tests.deploy.landing import code_of, land
from tests.deploy.tencent_api import TencentApi
from tests.deploy.toolkit import Toolkit
from tools.package.contents import APP, DOORS

MAY_DEPLOY = Access("sls:RunComponent", "qcs::sls:ap-guangzhou:uin/{}:appname/separation/stagename/dev")
OF_THE_APP = {APP, *(f"{door}.py" for door in DOORS)}


class Refused(Exception):
    """The platform says no."""


class Platform:
    """Tencent's platform on a free loopback port, in front of a local cloud, while the `with` block lasts.

    `policies` are what the keys of the cloud may do, by role. `folder` is for the code of each deployment; without
    packages, which are compiled for one Python, the functions import those of the Python that runs them.
    """

    def __init__(
        self,
        toolkit: Toolkit,
        cloud: LocalCloud,
        policies: Mapping[str, Policy],
        folder: Path,
        *,
        with_packages: bool,
    ) -> None:
        self._toolkit = toolkit
        self._cloud = cloud
        self._policies = policies
        self._folder = folder
        self._with_packages = with_packages
        self._deployments = 0
        self._api = TencentApi()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def address(self) -> str:
        """Where it listens: host:port."""
        host, port = self._server.server_address[:2]
        return f"{host!s}:{port}"

    @property
    def account(self) -> Account:
        """What is deployed, as the API knows it."""
        return self._api.account

    @property
    def code(self) -> Path:
        """What was deployed last, unpacked."""
        return self._folder / str(self._deployments)

    def __enter__(self) -> "Platform":
        self._api.__enter__()
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._api.__exit__(kind, error, at)

    def deploy(self, project: Path) -> None:
        """Deploy what is in a folder, with its `.env`. Raises Refused."""
        region = self._admit(project)
        self._keep_zip(project, region)
        self._run("deploy", project)
        self._unpack()
        land(self.account, region, self._cloud, self.code)

    def remove(self, project: Path) -> None:
        """Delete what was deployed from a folder. Raises Refused."""
        region = self._admit(project)
        self._run("remove", project)
        land(self.account, region, self._cloud, self.code)

    def _run(self, action: Any, project: Path) -> None:
        recording = self._toolkit.run(action, self._api, project / "serverless.yml", project / ".env")
        if recording.failure:
            raise Refused(recording.failure)

    def _admit(self, project: Path) -> str:
        """Return the region, if the key in `.env` may deploy there."""
        environment = dotenv_values(project / ".env", interpolate=False)
        identity = self._cloud._keys.find(environment.get("TENCENT_SECRET_ID") or "")
        if identity is None or identity.secret_key != environment.get("TENCENT_SECRET_KEY"):
            raise Refused("there is no key: scan the QR code")
        owner = self._cloud.account
        access = Access(MAY_DEPLOY.action, MAY_DEPLOY.resource.format(owner.uin))
        if not self._policies[identity.role or ""].allows(access, owner):
            raise Refused(f"{identity.role} may not do {access}")
        return environment["REGION"] or ""

    def _keep_zip(self, project: Path, region: str) -> None:
        """Zip what the hook has built, and keep it where the component says that the code is."""
        file = yaml.safe_load((project / "serverless.yml").read_text(encoding="utf-8"))
        zipped = shutil.make_archive(str(self._folder / "uploaded"), "zip", project / file["inputs"]["src"]["dist"])
        bucket = f"sls-cloudfunction-{region}-code-{self._cloud.account.appid}"
        self._cloud.cos.ensure_bucket(bucket, region)
        self._cloud.cos.put(bucket, f"{file['name']}-{file['stage']}-{file['app']}.zip", Path(zipped).read_bytes())

    def _unpack(self) -> None:
        """Unpack the zip that the functions name, into a folder of its own."""
        named = code_of(self.account)
        stored = self._cloud.cos.get(f"{named.cos_bucket_name}-{self._cloud.account.appid}", named.cos_object_name)
        self._deployments += 1
        shutil.unpack_archive(stored.path, self.code, "zip")
        if not self._with_packages:
            for path in set(self.code.iterdir()) - {self.code / name for name in OF_THE_APP}:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def _handler(platform: Platform) -> type[BaseHTTPRequestHandler]:
    actions = {"/deploy": platform.deploy, "/remove": platform.remove}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            project = Path(self.rfile.read(int(self.headers["Content-Length"])).decode())
            refusal = b""
            try:
                actions[self.path](project)
            except Refused as refused:
                refusal = f"{refused}\n".encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(refusal)))
            self.end_headers()
            self.wfile.write(refusal)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
            """Say nothing."""

    return Handler
