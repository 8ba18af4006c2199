"""Secrets Manager through the vendor's SDK, over HTTP against the local cloud."""

import logging
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from localcloud import LocalCloud
from localcloud.faults import Delay, Drop, Refuse, Requests
from localcloud.ssm.models import Value
from tests.support import ROOT, StoppedClock
from voice_separation.clock import Deadline
from voice_separation.errors import NoTimeLeft, SecretRefused, TencentRefusal, Throttled, Unavailable, Unreachable
from voice_separation.secret_rings import StoredSecret
from voice_separation.tencent import secrets
from voice_separation.tencent.credentials import Credentials
from voice_separation.tencent.secrets import SecretsManager

REGION = "ap-guangzhou"
RING = StoredSecret("voice-ring")
API = Requests(service="api")


@dataclass(frozen=True)
class Lab:
    """A local cloud whose Secrets Manager holds a ring."""

    cloud: LocalCloud

    def read(self, secret: StoredSecret = RING, *, seconds_left: float = 20, **changes: Any) -> str:
        known = self.cloud.credentials
        parts = {
            "credentials": Credentials(known.access_key_id, known.secret_key),
            "region": REGION,
            "deadline": Deadline.after(seconds_left, StoppedClock()),
            "endpoint": self.cloud.endpoint,
        }
        return SecretsManager(**{**parts, **changes}).get_secret_value(secret)

    def refusal(self, secret: StoredSecret = RING, **changes: Any) -> TencentRefusal:
        with pytest.raises(TencentRefusal) as refused:
            self.read(secret, **changes)
        return refused.value


@pytest.fixture
def lab(cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> Lab:
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    cloud.ssm.create(REGION, RING.name, Value("first-secret-first,second-secret-second"))
    return Lab(cloud)


def test_the_text_of_the_current_version_is_read_with_one_call(lab: Lab) -> None:
    assert lab.read() == "first-secret-first,second-secret-second"
    (call,) = lab.cloud.recorder.requests("ssm")
    assert (call.action, call.status, call.access_key_id) == (
        "GetSecretValue",
        200,
        lab.cloud.credentials.access_key_id,
    )


def test_another_version_is_read_by_its_id(lab: Lab) -> None:
    lab.cloud.ssm.put(REGION, RING.name, "v2", Value("another"))
    assert lab.read(StoredSecret(RING.name, "v2")) == "another"


def test_the_keys_of_a_role_are_sent_with_their_token(lab: Lab) -> None:
    issued = lab.cloud._issue_role_credentials("SCF_VoiceSeparationRole")
    role = Credentials(issued.secret_id, issued.secret_key, issued.session_token)
    assert lab.read(credentials=role).startswith("first")
    without = Credentials(issued.secret_id, issued.secret_key)
    assert lab.refusal(credentials=without).code == "AuthFailure.TokenFailure"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"secret": StoredSecret("none")}, "ResourceNotFound.SecretNotExist"),
        ({"secret": StoredSecret(RING.name, "v9")}, "ResourceNotFound"),
        ({"region": "ap-elsewhere"}, "ResourceNotFound.SecretNotExist"),
        ({"region": ""}, "MissingParameter"),
        ({"credentials": Credentials("AKIDnobody", "key")}, "AuthFailure.SecretIdNotFound"),
    ],
    ids=["name", "version", "region", "no region", "key"],
)
def test_what_somebody_has_to_correct_is_told_with_code_request_and_advice(
    lab: Lab, changes: dict[str, Any], code: str
) -> None:
    error = lab.refusal(**changes)
    assert isinstance(error, SecretRefused)
    assert (error.code, error.status) == (code, 200)
    assert error.request_id
    assert "ssm:GetSecretValue" in str(error)


def test_a_disabled_secret_and_one_without_text_are_for_somebody_to_correct(lab: Lab) -> None:
    lab.cloud.ssm.create(REGION, "binary", Value(binary="AAAA"))
    assert lab.refusal(StoredSecret("binary")).code == "NoSecretString"
    lab.cloud.ssm.enable(REGION, RING.name, enabled=False)
    assert isinstance(lab.refusal(), SecretRefused)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Refuse(200, "RequestLimitExceeded"), Throttled),
        (Refuse(200, "InternalError"), Unavailable),
        (Refuse(503, "ServiceUnavailable"), Unavailable),
        (Refuse(200, "FailedOperation.AccessKmsError"), Unavailable),
        (Refuse(200, "NeverHeardOf"), Unavailable),
        (Refuse(200, "UnauthorizedOperation"), SecretRefused),
        (Drop(), Unreachable),
    ],
    ids=range(7),
)
def test_what_may_pass_can_be_tried_again_and_is_not_tried_again_here(
    lab: Lab, fault: Any, kind: type[TencentRefusal]
) -> None:
    lab.cloud.faults.add(fault, API)
    error = lab.refusal()
    assert type(error) is kind
    assert lab.cloud.endpoint.removeprefix("http://") not in str(error)
    assert len(lab.cloud.recorder.requests("ssm")) == 1


def test_when_nobody_listens_it_is_unreachable(lab: Lab) -> None:
    assert isinstance(lab.refusal(endpoint="http://127.0.0.1:1"), Unreachable)


def test_a_slow_answer_is_given_up_in_time_for_the_rest_of_the_invocation(lab: Lab) -> None:
    lab.cloud.faults.add(Delay(3.0), API)
    assert isinstance(lab.refusal(seconds_left=1.5), Unreachable)


def test_the_time_limits_are_below_those_of_every_function() -> None:
    assert 2 * secrets.SECONDS < 15  # connecting and answering, in the shortest time that serverless.yml gives


def test_without_time_nothing_is_sent(lab: Lab) -> None:
    assert isinstance(lab.refusal(seconds_left=0.1), NoTimeLeft)
    assert lab.cloud.recorder.requests("ssm") == ()


def test_not_even_at_debug_is_a_secret_a_key_or_a_token_logged(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("tencentcloud_sdk_common").setLevel(logging.NOTSET)
    with caplog.at_level(logging.DEBUG):  # where SCF's root logger is
        lab.read()
    assert "urllib3" in caplog.text
    for hidden in ("first-secret", "Authorization", "Signature="):
        assert hidden not in caplog.text


CODE = """
import sys
sys.path.insert(0, "src")
import submit, callback, reconcile
from voice_separation.tencent import secrets
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_the_sdk_costs_nothing_until_a_secret_is_read() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "voice_separation" in done.stdout.split()
    assert not {"tencentcloud", "requests", "charset_normalizer"} & set(done.stdout.split())
