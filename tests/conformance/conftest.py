"""Where the conformance suite runs: on localcloud, or with LIVE=1 on Tencent Cloud itself.

    LIVE=1 TENCENTCLOUD_SECRETID=… TENCENTCLOUD_SECRETKEY=… CONFORMANCE_BUCKET=name-1250000000 \\
        CONFORMANCE_REGION=ap-guangzhou make test PYTEST_ARGS=tests/conformance

A live run has never been made here: there is no account. It writes below `conformance/` in that bucket, makes buckets
named `conformance-…` and removes both afterwards; requests and a few megabytes are billed.
"""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from qcloud_cos import CosConfig, CosS3Client, CosServiceError

from localcloud import LocalCloud
from tests.localcloud.cos_server import APPID, REGION

IS_LIVE = os.environ.get("LIVE") == "1"


@dataclass(frozen=True)
class Place:
    """A COS, and how to reach it."""

    region: str
    bucket: str
    secret_id: str
    secret_key: str
    proxy: str | None  # None: straight to the vendor

    @property
    def proxies(self) -> dict[str, str]:
        return {"http": self.proxy} if self.proxy else {}

    def client(self, region: str | None = None) -> CosS3Client:
        """Return the vendor's client, unmodified."""
        scheme = "http" if self.proxy else "https"
        keys = {"SecretId": self.secret_id, "SecretKey": self.secret_key}
        config = CosConfig(Region=region or self.region, Scheme=scheme, Proxies=self.proxies or None, **keys)
        return CosS3Client(config, retry=0)


@dataclass(frozen=True)
class Target:
    """A bucket to test with, and a folder in it of the test's own."""

    place: Place
    client: CosS3Client
    bucket: str
    folder: str
    session: requests.Session

    def key(self, name: str) -> str:
        return f"{self.folder}{name}"

    def put(self, name: str, content: bytes = b"content", **options: Any) -> Any:
        return self.client.put_object(Bucket=self.bucket, Key=self.key(name), Body=content, **options)

    def read(self, name: str, **options: Any) -> bytes:
        answer = self.client.get_object(Bucket=self.bucket, Key=self.key(name), **options)
        content: bytes = answer["Body"].get_raw_stream().read()
        return content

    def url(self, name: str) -> str:
        scheme = "http" if self.place.proxy else "https"
        return f"{scheme}://{self.bucket}.cos.{self.place.region}.myqcloud.com/{self.key(name) if name else ''}"

    def send(self, method: str, url: str, **options: Any) -> requests.Response:
        """Send a request that no SDK signs."""
        return self.session.request(method, url, proxies=self.place.proxies, timeout=30, **options)


def refusal(call: Callable[[], object]) -> tuple[int, str]:
    """Return status and code of the vendor's error that the call raises."""
    with pytest.raises(CosServiceError) as refused:
        call()
    return refused.value.get_status_code(), refused.value.get_error_code()


@pytest.fixture(scope="package")
def place() -> Iterator[Place]:
    if IS_LIVE:
        yield Place(
            region=_told("CONFORMANCE_REGION"),
            bucket=_told("CONFORMANCE_BUCKET"),
            secret_id=_told("TENCENTCLOUD_SECRETID"),
            secret_key=_told("TENCENTCLOUD_SECRETKEY"),
            proxy=None,
        )
        return
    with LocalCloud() as cloud:
        bucket = f"conformance-{APPID}"
        cloud.cos.create_bucket(bucket, REGION)
        keys = cloud.credentials
        yield Place(REGION, bucket, keys.access_key_id, keys.secret_key, cloud.endpoint)


@pytest.fixture
def target(place: Place) -> Iterator[Target]:
    """A folder of the test's own in the bucket."""
    client = place.client()
    folder = f"conformance/{secrets.token_hex(8)}/"
    with requests.Session() as session:
        yield Target(place, client, place.bucket, folder, session)
    if IS_LIVE:
        _empty(client, place.bucket, folder)


@pytest.fixture
def new_bucket(place: Place) -> Iterator[Callable[[], Target]]:
    """Return what makes buckets of the test's own."""
    client = place.client()
    with ExitStack() as cleaning:
        session = cleaning.enter_context(requests.Session())

        def make() -> Target:
            bucket = f"conformance-{secrets.token_hex(6)}-{place.bucket.rpartition('-')[2]}"
            client.create_bucket(Bucket=bucket)
            cleaning.callback(_remove, client, bucket)
            return Target(place, client, bucket, "", session)

        yield make


def _told(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        pytest.exit(f"LIVE=1 runs the conformance suite on Tencent Cloud itself, and {name} is not set.", returncode=4)
    return value


def _remove(client: CosS3Client, bucket: str) -> None:
    if client.bucket_exists(Bucket=bucket):
        _empty(client, bucket, "")
        client.delete_bucket(Bucket=bucket)


def _empty(client: CosS3Client, bucket: str, folder: str) -> None:
    for upload in client.list_multipart_uploads(Bucket=bucket, Prefix=folder).get("Upload", []):
        client.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
    found = client.list_objects_versions(Bucket=bucket, Prefix=folder)
    for each in found.get("Version", []) + found.get("DeleteMarker", []):
        version = {"VersionId": each["VersionId"]} if each["VersionId"] else {}
        client.delete_object(Bucket=bucket, Key=each["Key"], **version)
