"""The wire, with the vendor's SDK as the client."""

import http.client
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
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
from localcloud.hosts import CiHost
from localcloud.recorder import Recorder
from localcloud.server import Server
from localcloud.signature import CI_CODES, verify
from tests.localcloud.ci.lab import BUCKET, REGION, Lab, body, request_for
from tests.localcloud.signing import SECRET_ID, SECRET_KEY, signed_headers

HOST = f"{BUCKET}.ci.{REGION}.myqcloud.com"
JOB: dict[str, Any] = {
    "Tag": "VoiceSeparate",
    "Input": {"Object": "in/talk & more.mp3"},
    "Operation": {
        "VoiceSeparate": {"AudioMode": "AudioAndBackground", "AudioConfig": {"Codec": "mp3", "Bitrate": "128"}},
        "Output": {
            "Region": REGION,
            "Bucket": BUCKET,
            "Object": "out/${jobid}/background.${ext}",
            "AuObject": "out/${jobid}/voice.${ext}",
        },
        "UserData": "upload 1",
    },
}


@dataclass(frozen=True)
class Wire:
    lab: Lab
    server: Server

    @property
    def client(self) -> CosS3Client:
        proxies = {"http": self.server.url}
        config = CosConfig(Region=REGION, SecretId=SECRET_ID, SecretKey=SECRET_KEY, Scheme="http", Proxies=proxies)
        return CosS3Client(config, retry=0)

    def create(self, job: dict[str, Any]) -> Any:
        answer = self.client.ci_create_media_jobs(Bucket=BUCKET, Jobs=job, ContentType="application/xml")
        return answer["JobsDetail"][0]

    def get(self, job_ids: str) -> Any:
        return self.client.ci_get_media_jobs(Bucket=BUCKET, JobIDs=job_ids)

    def send(self, method: str, path: str, content: bytes = b"") -> tuple[int, Any, Any]:
        """Return status, headers and document of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=10)
        try:
            signed = signed_headers(method, HOST, path.partition("?")[0])
            connection.request(method, path, content, signed)
            response = connection.getresponse()
            return response.status, response.headers, xmltodict.parse(response.read())
        finally:
            connection.close()


@pytest.fixture
def wire(lab: Lab) -> Iterator[Wire]:
    keys = KeyRing()
    keys.add(SECRET_ID, SECRET_KEY)
    ci_wire = CiWire(lab.ci)

    async def handle(request: Request, host: CiHost) -> Response:
        verify(request, keys, system_clock(), codes=CI_CODES)
        return await ci_wire.handle(request, host)

    with Server(Front(clock=system_clock, recorder=Recorder(), ci=handle)) as server:
        yield Wire(lab, server)


def test_the_vendors_sdk_submits_and_follows_a_job(wire: Wire, tmp_path: Path) -> None:
    wire.lab.upload_tone(tmp_path, "in/talk & more.mp3")
    submitted = wire.create(JOB)
    assert (submitted["State"], submitted["StartTime"], submitted["Code"]) == ("Submitted", "-", "Success")
    assert submitted["Input"] == {"BucketId": BUCKET, "Object": "in/talk & more.mp3", "Region": REGION}
    wire.lab.wait()
    (finished,) = wire.get(submitted["JobId"])["JobsDetail"]
    assert (finished["State"], finished["Progress"]) == ("Success", "100")
    operation = finished["Operation"]
    assert operation["UserData"] == "upload 1"
    assert operation["Output"]["AuObject"] == "out/${jobid}/voice.${ext}"
    names = operation["MediaResult"]["OutputFile"]["ObjectName"]
    folder = f"out/{submitted['JobId']}"
    assert names == [f"{folder}/voice.mp3", f"{folder}/background.mp3"]
    md5s = [each["Md5"] for each in operation["MediaResult"]["OutputFile"]["Md5Info"]]
    assert md5s == [wire.lab.cos.get(BUCKET, name).etag for name in names]


def test_several_jobs_are_told_in_the_order_asked_for(wire: Wire) -> None:
    first, second = (wire.lab.submit(request_for()).job_id for _ in range(2))
    status, _, document = wire.send("GET", f"/jobs/{second},jx,{first},jy")
    assert status == 200
    assert [job["JobId"] for job in document["Response"]["JobsDetail"]] == [second, first]
    assert document["Response"]["NonExistJobIds"] == "jx,jy"


def test_an_unknown_job_is_an_answer_and_no_error(wire: Wire) -> None:
    status, headers, document = wire.send("GET", "/jobs/jx")
    assert (status, document["Response"]) == (200, {"NonExistJobIds": "jx"})
    assert headers["content-type"] == "application/xml"
    assert headers["server"] == "tencent-ci"
    assert headers["x-ci-request-id"]


def test_ten_jobs_may_be_asked_for_at_once_and_not_eleven(wire: Wire) -> None:
    assert wire.send("GET", f"/jobs/{','.join('abcdefghij')}")[0] == 200
    status, _, document = wire.send("GET", f"/jobs/{','.join('abcdefghijk')}")
    assert (status, document["Error"]["Code"]) == (400, "InvalidArgument")


def test_a_refusal_is_cis_error_document(wire: Wire) -> None:
    status, _, document = wire.send("POST", "/jobs", body(tag="Transcode"))
    assert status == 400
    assert list(document["Error"]) == ["Code", "Message", "RequestId", "TraceId"]
    assert document["Error"]["Code"] == "InvalidArgument"
    assert wire.lab.ci.jobs() == ()


def test_the_sdk_sees_the_status_of_a_refusal(wire: Wire) -> None:
    with pytest.raises(CosServiceError) as refusal:
        wire.create({**JOB, "Tag": "Transcode"})
    assert refusal.value.get_status_code() == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/jobs"), ("GET", "/jobs/"), ("PUT", "/jobs/j1?cancel"), ("POST", "/template"), ("DELETE", "/jobs/j1")],
)
def test_what_is_not_offered_is_said_so_by_name(wire: Wire, method: str, path: str) -> None:
    status, _, document = wire.send(method, path)
    assert (status, document["Error"]["Code"]) == (501, "NotImplemented")
    assert f"{method} {path.partition('?')[0]}" in document["Error"]["Message"]


def test_a_bucket_that_is_not_there_is_refused(wire: Wire) -> None:
    wire_host = "none-1250000000"
    with pytest.raises(CosServiceError) as refusal:
        wire.client.ci_create_media_jobs(Bucket=wire_host, Jobs=JOB, ContentType="application/xml")
    assert refusal.value.get_status_code() == 404
