import pytest

from localcloud.api.tc3 import Authorization, SignedRequest, read_authorization

# The worked example of the vendor's page on signature v3 (1078/38637), and that of an earlier revision, which signs
# X-TC-Action too and masks the key.
BODY = rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
EXAMPLE = SignedRequest(
    "POST",
    "",
    {
        "content-type": "application/json; charset=utf-8",
        "host": "cvm.tencentcloudapi.com",
        "x-tc-action": "DescribeInstances",
        "x-tc-timestamp": "1551113065",
    },
    BODY,
)


@pytest.mark.parametrize(
    ("key", "signed_headers", "signature"),
    [
        (
            "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE",
            "content-type;host",
            "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168",
        ),
        (
            "Gu5t9xGARNpq86cd98joQYCN3*******",
            "content-type;host;x-tc-action",
            "be4f67d323c78ab9acb7395e43c0dbcf822a9cfac32fea2449a7bc7726b770a3",
        ),
    ],
)
def test_the_vendors_worked_examples(key: str, signed_headers: str, signature: str) -> None:
    header = (
        "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, "
        f"SignedHeaders={signed_headers}, Signature={signature}"
    )
    authorization = read_authorization(header)
    assert authorization == Authorization(
        "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", "2019-02-25", "cvm", tuple(signed_headers.split(";")), signature
    )
    assert authorization.expected_signature(EXAMPLE, key) == signature


GOOD = (
    "TC3-HMAC-SHA256 Credential=AKID/2019-02-25/ssm/tc3_request, SignedHeaders=content-type;host, Signature=" + "a" * 64
)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "TC3-HMAC-SHA256",
        GOOD.replace("TC3-HMAC-SHA256", "HmacSHA256"),
        GOOD.replace("tc3_request", "aws4_request"),
        GOOD.replace("2019-02-25", "20190225"),
        GOOD.replace("/ssm/", "/"),
        GOOD[:-1],
        GOOD + "a",
        GOOD.replace(", Signature", ""),
    ],
)
def test_what_is_no_authorization_is_said_to_be_none(header: str) -> None:
    assert read_authorization(GOOD).service == "ssm"
    with pytest.raises(ValueError, match="Authorization header"):
        read_authorization(header)


@pytest.mark.parametrize(("signed", "missing"), [("host", "content-type"), ("content-type", "host")])
def test_a_signature_has_to_cover_host_and_content_type(signed: str, missing: str) -> None:
    with pytest.raises(ValueError, match=f"does not cover {missing}"):
        read_authorization(GOOD.replace("content-type;host", signed))
