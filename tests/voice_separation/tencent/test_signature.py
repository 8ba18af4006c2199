"""Our signature is the vendor's: both published examples, and whatever cos-python-sdk-v5 signs for the same request."""

import re
from datetime import datetime, timezone
from types import SimpleNamespace
from unittest.mock import patch
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st
from qcloud_cos import CosConfig
from qcloud_cos.cos_auth import CosS3Auth

from voice_separation.tencent.credentials import Credentials
from voice_separation.tencent.signature import VALID_SECONDS, authorization, sign

# The key pair that the vendor publishes with the examples of cloud.tencent.com/document/product/436/7778.
PUBLISHED = Credentials("AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q", "BQYIM75p8x0iWVFSIgqEKwFprpRSVHlz")
HOST = "examplebucket-1250000000.cos.ap-beijing.myqcloud.com"


def signature_in(text: str) -> str:
    found = re.search("q-signature=([0-9a-f]{40})$", text)
    assert found
    return found[1]


def test_the_published_upload_example() -> None:
    signed = sign(
        PUBLISHED,
        "PUT",
        "/exampleobject(腾讯云)",
        {},
        {
            "Date": "Thu, 16 May 2019 06:45:51 GMT",
            "Host": HOST,
            "Content-Type": "text/plain",
            "Content-Length": "13",
            "Content-MD5": "mQ/fVh815F3k6TAUm8m0eg==",
            "x-cos-acl": "private",
            "x-cos-grant-read": 'uin="100000000011"',
        },
        key_time="1557989151;1557996351",
    )
    assert signature_in(signed) == "3b8851a11a569213c17ba8fa7dcf2abec6935172"


def test_the_published_download_example() -> None:
    signed = sign(
        PUBLISHED,
        "GET",
        "/exampleobject(腾讯云)",
        {"response-content-type": "application/octet-stream", "response-cache-control": "max-age=600"},
        {"Date": "Thu, 16 May 2019 06:55:53 GMT", "Host": HOST},
        key_time="1557989753;1557996953",
    )
    assert signature_in(signed) == "01681b8c9d798a678e43b685a9f1bba0f6c0e012"


def test_a_signature_begins_before_now_so_that_a_slow_clock_does_not_matter() -> None:
    now = datetime(2026, 11, 21, tzinfo=timezone.utc)
    signed = authorization(PUBLISHED, method="GET", path="/", params={}, headers={}, now=now)
    start = int(now.timestamp()) - 60
    assert f"q-sign-time={start};{start + 900}&q-key-time={start};{start + 900}&" in signed


characters = st.characters(codec="utf-8", exclude_categories=["Cs"])
keys = st.text(characters | st.sampled_from(" +%/.~;&=?#中文"), min_size=1, max_size=40).filter(
    lambda key: not key.startswith("/")  # the SDK takes a leading slash for the path's own
)
names = st.text(st.sampled_from("abcdefgh-XYZ"), min_size=1, max_size=10)
values = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20)


def vendor_signature(
    credentials: Credentials, *, method: str, key: str, params: dict[str, str], headers: dict[str, str], start: int
) -> str:
    """Have cos-python-sdk-v5 sign the request, with its clock stopped so that its validity begins at `start`."""
    config = CosConfig(
        Region="ap-beijing", SecretId=credentials.secret_id, SecretKey=credentials.secret_key, Token=credentials.token
    )
    signer = CosS3Auth(config, key, params, expire=VALID_SECONDS)
    request = SimpleNamespace(method=method, url=f"https://{HOST}/{quote(key)}", headers=dict(headers))
    with patch("qcloud_cos.cos_auth.time.time", return_value=start + 60):
        signer(request)
    return str(request.headers["Authorization"])


@given(
    method=st.sampled_from(["GET", "PUT", "HEAD", "POST", "DELETE"]),
    key=keys,
    params=st.dictionaries(names, values, max_size=4),
    meta=st.dictionaries(names.map(lambda name: f"x-cos-meta-{name.lower()}"), values, max_size=3),
    token=st.none() | st.text(st.sampled_from("abcDEF0123456789+/="), min_size=1, max_size=60),
    start=st.integers(1_500_000_000, 2_000_000_000),
)
def test_the_vendor_s_sdk_signs_the_same(
    *, method: str, key: str, params: dict[str, str], meta: dict[str, str], token: str | None, start: int
) -> None:
    params = {name.lower(): value for name, value in params.items()}
    credentials = Credentials("AKIDEXAMPLE", "secret-key-of-nobody", token)
    headers = {"host": HOST, "content-type": "application/xml", **meta}
    if token:
        headers["x-cos-security-token"] = token
    theirs = vendor_signature(credentials, method=method, key=key, params=params, headers=headers, start=start)
    validity = re.search("q-key-time=([0-9]+;[0-9]+)", theirs)
    assert validity
    assert sign(credentials, method, f"/{key}", params, headers, key_time=validity[1]) == theirs
