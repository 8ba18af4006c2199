import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_separation import errors
from voice_separation.tencent.refusals import refusal


def ci_error(code: str, message: str = "said the service") -> bytes:
    return f"<Error><Code>{code}</Code><Message>{message}</Message><RequestId>NTk0</RequestId></Error>".encode()


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (403, "QueueSaturated", errors.QueueSaturated),
        (403, "QueuePaused", errors.QueuePaused),
        (429, "SlowDown", errors.Throttled),
        (503, "SlowDown", errors.Throttled),
        (500, "InternalError", errors.Unavailable),
        (503, "ServiceUnavailable", errors.Unavailable),
        (400, "ResourceNotFound", errors.ObjectNotFound),
        (400, "ResourceNotSupported", errors.InputRefused),
        (400, "ResourceDownloadFailed", errors.InputRefused),
        (451, "UnavailableForLegalReasons", errors.InputRefused),
        (404, "NoSuchKey", errors.ObjectNotFound),
        (409, "FileAlreadyExists", errors.AlreadyExists),
        (400, "CIRoleNotExist", errors.Misconfigured),
        (401, "SignatureExpired", errors.Misconfigured),
        (403, "AccessDenied", errors.Misconfigured),
        (404, "NoSuchBucket", errors.Misconfigured),
        (400, "ResourceAccessDenied", errors.Misconfigured),
        (400, "InvalidArgument", errors.JobInvalid),
        (418, "NeverHeardOf", errors.JobInvalid),
        (399, "NeverHeardOf", errors.Misconfigured),
        (401, "NeverHeardOf", errors.Misconfigured),
        (403, "NeverHeardOf", errors.Misconfigured),
        (404, "NeverHeardOf", errors.Misconfigured),
    ],
)
def test_an_answer_becomes_the_error_named_after_its_state(
    status: int, code: str, kind: type[errors.TencentRefusal]
) -> None:
    error = refusal("CreateMediaJobs", "media-1/a.mp3", status, {}, ci_error(code))
    assert type(error) is kind
    assert (error.status, error.code, error.reason, error.request_id) == (status, code, "said the service", "NTk0")
    assert str(error).startswith(f"CreateMediaJobs media-1/a.mp3 – {status} {code}: said the service (request NTk0); ")


@pytest.mark.parametrize("operation", ["DescribeMediaJobs", "PutObject"])
def test_what_is_the_same_for_all_uploads_is_a_matter_of_configuration_when_it_is_invalid(operation: str) -> None:
    assert type(refusal(operation, "a", 400, {}, ci_error("InvalidArgument"))) is errors.Misconfigured


def test_without_a_body_the_status_decides_and_the_request_id_comes_from_the_headers() -> None:
    error = refusal("HeadObject", "media-1/a.mp3", 404, {"x-cos-request-id": "NjE3"}, b"")
    assert type(error) is errors.Misconfigured
    assert (error.code, error.request_id) == ("HTTP 404", "NjE3")


def test_a_very_long_reason_is_cut() -> None:
    assert len(refusal("PutObject", "a", 400, {}, ci_error("X", "y" * 10_000)).reason) == 500


def test_addresses_in_the_vendor_s_text_are_not_repeated() -> None:
    body = ci_error("InvalidArgument", "CallBack https://h.example/v1/0123/456/secret is wrong")
    assert "secret" not in str(refusal("CreateMediaJobs", "a", 400, {}, body))


@given(st.integers(300, 599), st.binary(max_size=80))
def test_any_answer_becomes_an_error_that_names_its_status(status: int, body: bytes) -> None:
    error = refusal("PutObject", "a", status, {}, body)
    assert isinstance(error, errors.TencentRefusal)
    assert str(status) in str(error)
