from localcloud.scf.cron import Cron
from localcloud.scf.project import HttpTrigger, TimerTrigger
from tests.localcloud.cloud_lab import BUCKET, CloudLab, on_upload
from tests.localcloud.control.steering import Steering
from tests.support import PATIENCE

TALKING = """
def main_handler(event, context):
    print("about to", event.get("what"))
    return 1 / event["by"]
"""
HOURLY = TimerTrigger("echo", "hourly", Cron.parse("0 0 * * * * *"), "spring", enabled=False)
OF_ANOTHER = TimerTrigger("other", "hourly", Cron.parse("0 0 * * * * *"), "autumn", enabled=True)
URL = HttpTrigger("echo", "url", "NONE", extranet=True, enabled=True)


def test_functions_are_listed_with_what_calls_them(cloud_lab: CloudLab, steering: Steering) -> None:
    cloud_lab.deploy("echo", "other", triggers=(on_upload(prefix="in/"), HOURLY, URL))
    echo, other = steering.get("/functions")["functions"]
    assert (echo["key"], echo["url"]) == ("echo", cloud_lab.cloud.scf.function_url("echo"))
    assert echo["timers"] == [{"name": "hourly", "argument": "spring", "enabled": False}]
    (trigger,) = echo["bucket_triggers"]
    assert (trigger["bucket"], trigger["prefix"], trigger["enabled"]) == (BUCKET, "in/", True)
    assert (other["url"], other["timers"], other["bucket_triggers"]) == ("", [], [])


def test_runs_are_listed_with_their_logs_and_errors_the_latest_first(cloud_lab: CloudLab, steering: Steering) -> None:
    cloud_lab.deploy(source=TALKING)
    cloud_lab.cloud.scf.invoke("echo", {"what": "halve", "by": 2})
    cloud_lab.cloud.scf.invoke("echo", {"what": "explode", "by": 0})

    failed, good = steering.get("/invocations")["invocations"]
    assert (good["outcome"], good["status_code"], good["error"]) == ("succeeded", 200, "")
    assert good["logs"] == ["about to halve"]
    assert (good["cold_start"], failed["cold_start"]) == (True, False)
    assert (failed["outcome"], failed["status_code"], failed["logs"][0]) == ("failed", 430, "about to explode")
    assert "ZeroDivisionError" in failed["error"]


def test_a_timer_fires_when_told_though_it_is_switched_off(cloud_lab: CloudLab, steering: Steering) -> None:
    source = "def main_handler(event, context): print(event['Message'])\n"
    cloud_lab.deploy("echo", "other", source=source, triggers=(HOURLY, OF_ANOTHER))
    request_id = steering.post("/timers/fire", name="hourly", function="echo")["request_id"]
    assert steering.get("/idle", timeout=PATIENCE) == {"is_idle": True}
    (run,) = steering.get("/invocations")["invocations"]
    assert (run["request_id"], run["logs"]) == (request_id, ["spring"])


def test_a_timer_that_is_not_there_or_there_twice_cannot_fire(cloud_lab: CloudLab, steering: Steering) -> None:
    cloud_lab.deploy("echo", "other", triggers=(HOURLY, OF_ANOTHER))
    assert steering.refused("POST", "/timers/fire", {"name": "daily"})[:2] == (404, "NoTimer")
    assert steering.refused("POST", "/timers/fire", {"name": "hourly"})[:2] == (404, "NoTimer")
    refused = steering.refused("POST", "/timers/fire", {"name": "hourly", "function": "third"})
    assert refused[:2] == (404, "FunctionNotDeployed")
