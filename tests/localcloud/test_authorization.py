import pytest

from localcloud.authorization import (
    Authorization,
    SignedRequest,
    query_pairs,
    read_authorization,
    split_authorization,
)

# The worked examples of document 436/7778, with its sample key.
SAMPLE_ID = "AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q"
SAMPLE_KEY = "BQYIM75p8x0iWVFSIgqEKwFprpRSVHlz"
HOST = (b"host", b"examplebucket-1250000000.cos.ap-beijing.myqcloud.com")
PATH = "/exampleobject(腾讯云)".encode()


def authorization(time: str, headers: str, params: str) -> Authorization:
    return Authorization(SAMPLE_ID, time, time, frozenset(headers.split(";")), frozenset(params.split(";")), "")


def test_the_vendors_upload_example_is_reproduced() -> None:
    request = SignedRequest(
        method="PUT",
        path=PATH,
        query=(),
        headers=(
            (b"date", b"Thu, 16 May 2019 06:45:51 GMT"),
            HOST,
            (b"content-type", b"text/plain"),
            (b"content-length", b"13"),
            (b"content-md5", b"mQ/fVh815F3k6TAUm8m0eg=="),
            (b"x-cos-acl", b"private"),
            (b"x-cos-grant-read", b'uin="100000000011"'),
        ),
    )
    listed = "content-length;content-md5;content-type;date;host;x-cos-acl;x-cos-grant-read"
    signature = authorization("1557989151;1557996351", listed, "").expected_signature(request, SAMPLE_KEY)
    assert signature == "3b8851a11a569213c17ba8fa7dcf2abec6935172"


def test_the_vendors_download_example_is_reproduced() -> None:
    query = b"response-content-type=application%2Foctet-stream&response-cache-control=max-age%3D600"
    request = SignedRequest(
        method="GET",
        path=PATH,
        query=query_pairs(query),
        headers=((b"date", b"Thu, 16 May 2019 06:55:53 GMT"), HOST),
    )
    listed = "response-cache-control;response-content-type"
    signature = authorization("1557989753;1557996953", "date;host", listed).expected_signature(request, SAMPLE_KEY)
    assert signature == "01681b8c9d798a678e43b685a9f1bba0f6c0e012"


def test_a_query_is_decoded_with_pluses_as_spaces_and_bare_names_as_empty() -> None:
    assert query_pairs(b"uploads&prefix=a+b%2Bc&prefix=") == [
        (b"uploads", b""),
        (b"prefix", b"a b+c"),
        (b"prefix", b""),
    ]


def test_a_second_value_of_a_signed_parameter_changes_the_signature() -> None:
    signed = authorization("1;2", "host", "prefix")
    once = SignedRequest("GET", b"/", [(b"prefix", b"a")], [HOST])
    twice = SignedRequest("GET", b"/", [(b"prefix", b"a"), (b"prefix", b"b")], [HOST])
    assert signed.expected_signature(once, "key") != signed.expected_signature(twice, "key")


def test_header_fields_are_read_as_they_are() -> None:
    header = (
        "q-sign-algorithm=sha1&q-ak=AKID&q-sign-time=1;2&q-key-time=3;4"
        "&q-header-list=Host;x-cos-acl&q-url-param-list=&q-signature=abc"
    )
    assert read_authorization(split_authorization(header)) == Authorization(
        "AKID", "1;2", "3;4", frozenset({"host", "x-cos-acl"}), frozenset(), "abc"
    )


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("Bearer abc", "no known kind"),
        ("q-sign-algorithm=sha256&q-ak=AKID", "no known kind"),
        ("q-sign-algorithm=sha1&q-ak=AKID", "lacks 'q-sign-time'"),
    ],
)
def test_an_authorization_of_another_form_is_refused(header: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read_authorization(split_authorization(header))
