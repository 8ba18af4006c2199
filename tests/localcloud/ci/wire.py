"""The wire of a CI, and clients for it: the vendor's SDK, and requests written by hand."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import xmltodict
from qcloud_cos import CosConfig, CosS3Client, CosServiceError
from starlette.requests import Request
from starlette.responses import Response

from localcloud.ci.responses import CiWire
from localcloud.clock import system_clock
from localcloud.credentials import KeyRing
from localcloud.front import Front
from localcloud.hosts import CiHost, CiRegionHost
from localcloud.recorder import Recorder
from localcloud.server import Server
from localcloud.signature import CI_CODES, verify
from tests.localcloud.ci.lab import BUCKET, REGION, Lab
from tests.localcloud.signing import SECRET_ID, SECRET_KEY, signed_headers

HOST = f"{BUCKET}.ci.{REGION}.myqcloud.com"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def document(self) -> Any:
        return xmltodict.parse(self.body)

    @property
    def error(self) -> tuple[int, str]:
        """The status and the code of a refusal."""
        return self.status, self.document["Error"]["Code"]

    @property
    def message(self) -> str:
        text: str = self.document["Error"]["Message"]
        return text


@dataclass(frozen=True)
class Wire:
    lab: Lab
    server: Server

    @property
    def client(self) -> CosS3Client:
        """The vendor's client, unmodified, that takes the local cloud for its HTTP proxy."""
        proxies = {"http": self.server.url}
        config = CosConfig(Region=REGION, SecretId=SECRET_ID, SecretKey=SECRET_KEY, Scheme="http", Proxies=proxies)
        return CosS3Client(config, retry=0)

    def create(self, job: dict[str, Any]) -> Any:
        answer = self.client.ci_create_media_jobs(Bucket=BUCKET, Jobs=job, ContentType="application/xml")
        return answer["JobsDetail"][0]

    def get(self, job_ids: str) -> Any:
        return self.client.ci_get_media_jobs(Bucket=BUCKET, JobIDs=job_ids)

    def send(self, method: str, target: str, content: bytes = b"", *, host: str = HOST) -> Answer:
        """Send exactly this, signed by the vendor's code."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        try:
            signed = signed_headers(method, host, target.partition("?")[0])
            connection.request(method, target, content, signed)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()


@contextmanager
def serving(lab: Lab) -> Iterator[Wire]:
    keys = KeyRing()
    keys.add(SECRET_ID, SECRET_KEY)
    ci_wire = CiWire(lab.ci)

    async def handle(request: Request, host: CiHost) -> Response:
        verify(request, keys, system_clock(), codes=CI_CODES)
        return await ci_wire.handle(request, host)

    async def handle_region(request: Request, host: CiRegionHost) -> Response:
        verify(request, keys, system_clock(), codes=CI_CODES)
        return await ci_wire.handle_region(request, host)

    front = Front(clock=system_clock, recorder=Recorder(), ci=handle, ci_region=handle_region)
    with Server(front) as server:
        yield Wire(lab, server)


@contextmanager
def refused(status: int, code: str) -> Iterator[None]:
    """Expect that the vendor's client meets this refusal; it finds the code only in the document itself."""
    with pytest.raises(CosServiceError) as refusal:
        yield
    document = xmltodict.parse(refusal.value.get_origin_msg())
    assert (refusal.value.get_status_code(), document["Error"]["Code"]) == (status, code)
