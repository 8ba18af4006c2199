"""The server is on loopback, where any web page can have a browser send requests. None may steer."""

import pytest

from tests.localcloud.cloud_lab import BUCKET, CloudLab
from tests.localcloud.control.steering import Steering

ELSEWHERE = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},  # a page of another server on this machine
    {"Origin": "http://127.0.0.1"},
    {"Origin": ""},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


@pytest.mark.parametrize("headers", ELSEWHERE, ids=lambda headers: "=".join(*headers.items()))
def test_a_page_from_elsewhere_may_neither_change_nor_read_anything(
    cloud_lab: CloudLab, steering: Steering, headers: dict[str, str]
) -> None:
    cloud_lab.cloud.cos.put(BUCKET, "key", b"content")
    for method, path in [
        ("POST", "/reset"),
        ("DELETE", f"/object?bucket={BUCKET}&key=key"),
        ("GET", f"/object?bucket={BUCKET}&key=key"),
        ("GET", "/cloud"),
    ]:
        answer = steering.send(method, f"/_localcloud{path}", headers=headers)
        assert (answer.status, answer.told["code"]) == (403, "AccessDenied")
        assert "access-control-allow-origin" not in answer.headers
    assert cloud_lab.keys == ["key"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:{port}", ""])
def test_a_name_that_somebody_points_at_this_machine_leads_nowhere(steered: Steering, host: str) -> None:
    headers = {"Host": host.format(port=steered.port)}
    for target in ("/_localcloud/cloud", "/"):
        answer = steered.send("GET", target, headers=headers)
        assert answer.status == 404
        assert b"NotFound" in answer.body


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_its_own_page_may_steer(steered: Steering, name: str) -> None:
    host = f"{name}:{steered.port}"
    headers = {"Host": host, "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}
    assert steered.send("POST", "/_localcloud/clock/freeze", headers=headers).status == 200
    assert steered.cloud.clock.is_frozen


def test_a_person_may_look_by_typing_the_address(steered: Steering) -> None:
    assert steered.send("GET", "/_localcloud/cloud", headers={"Sec-Fetch-Site": "none"}).status == 200


def test_the_page_may_be_opened_from_a_link_but_not_within_another(steered: Steering) -> None:
    answer = steered.send("GET", "/", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status == 200
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_a_browser_that_asks_first_is_told_no(steered: Steering) -> None:
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "DELETE"}
    answer = steered.send("OPTIONS", "/_localcloud/requests", headers=headers)
    assert answer.status == 403
    assert not [name for name in answer.headers if name.startswith("access-control")]
