import json

from tests.localcloud.control.steering import Steering


def test_an_unknown_path_is_told_what_there_is(steered: Steering) -> None:
    status, code, message = steered.refused("GET", "/nowhere")
    assert (status, code) == (404, "NotFound")
    assert "'/nowhere'" in message
    assert "/clock/advance" in message


def test_another_method_is_told_which_there_are(steered: Steering) -> None:
    answer = steered.send("PATCH", "/_localcloud/faults")
    assert (answer.status, answer.headers["allow"]) == (405, "DELETE, GET, POST")


def test_a_path_that_is_not_control_s_gets_the_vendor_s_kind_of_error_and_is_recorded(steered: Steering) -> None:
    answer = steered.send("GET", "/media-1250000000/key")
    assert answer.status == 404
    assert b"<Code>NotFound</Code>" in answer.body
    (recorded,) = steered.cloud.recorder.requests()
    assert (recorded.service, recorded.path, recorded.status) == ("control", "/media-1250000000/key", 404)


def test_what_is_asked_of_control_is_not_recorded(steered: Steering) -> None:
    steered.send("GET", "/")
    steered.get("/cloud")
    steered.refused("GET", "/nowhere")
    assert steered.cloud.recorder.requests() == ()


def test_no_answer_is_kept_by_a_browser(steered: Steering) -> None:
    assert steered.send("GET", "/_localcloud/cloud").headers["cache-control"] == "no-store"


def test_every_reason_why_a_body_is_not_taken_is_told(steered: Steering) -> None:
    status, code, message = steered.refused("POST", "/clock/advance", {"seconds": -1, "minutes": 3})
    assert (status, code) == (400, "InvalidArgument")
    assert "seconds: " in message
    assert "minutes: " in message


def test_a_body_that_is_no_json_is_refused(steered: Steering) -> None:
    answer = steered.send("POST", "/_localcloud/clock/advance", body=b"seconds=3")
    assert (answer.status, answer.told["code"]) == (400, "InvalidArgument")


def test_a_parameter_that_nobody_knows_is_refused(steered: Steering) -> None:
    status, _, message = steered.refused("GET", "/jobs?limit=many&colour=red")
    assert status == 400
    assert "limit: " in message
    assert "colour: " in message


def test_a_body_beyond_all_measure_is_refused(steered: Steering) -> None:
    answer = steered.send("POST", "/_localcloud/faults", body=json.dumps("x" * 70_000).encode())
    assert (answer.status, answer.told["code"]) == (413, "EntityTooLarge")
