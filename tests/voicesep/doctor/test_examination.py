"""Each thing that can be wrong with a deployment, provoked in a local cloud, and what the doctor says of it."""

from dataclasses import replace

import pytest

from localcloud.cam.responses import AttachedPolicies
from localcloud.ci.queues import QueueUpdate
from localcloud.clock import MovableClock
from localcloud.cos.bucket_settings import Versioning
from localcloud.faults import Drop, Refuse, Requests
from localcloud.scf.project import HttpTrigger
from tests.support import ROOT
from tests.voicesep.site import BUCKET, REGION, Found, Site, keep_addresses_back, without_function_url
from voice_separation.jobs.audio import AudioConfig, AudioMode, Codec, VoiceSeparate
from voice_separation.jobs.templates import TemplateRequest
from voicesep.cloud import connect
from voicesep.deployment import read_deployment
from voicesep.doctor.examination import CHECKS, examine
from voicesep.doctor.findings import Finding, State
from voicesep.keys import live_key
from voicesep.policies import role_policies
from voicesep.project import program
from voicesep.tencent.client import ApiKeyRefused

NEED_NO_KEY = {"settings", "prefixes", "clock", "template", "reachable", "receiver"}
ENVIRONMENT = {"INPUT_BUCKET": BUCKET, "REGION": REGION, "INPUT_PREFIX": "incoming/"}


def findings(site: Site) -> list[Finding]:
    deployment = read_deployment(ROOT, site.env_file)
    return list(examine(deployment, connect(deployment, live_key(deployment.environment))))


def trouble(site: Site) -> dict[str, Finding]:
    """Return what is not well, the first finding of each check; each has a remedy."""
    unwell = [finding for finding in findings(site) if finding.state is not State.OK]
    assert all(finding.remedy for finding in unwell)
    return {finding.check: finding for finding in reversed(unwell)}


def told(site: Site, check: str) -> tuple[State, str]:
    finding = trouble(site)[check]
    return finding.state, finding.found


def test_of_what_is_well_every_check_says_so(new_site: Found) -> None:
    site = new_site(policies=role_policies(ROOT, ENVIRONMENT))
    found = findings(site)
    assert {finding.state for finding in found} == {State.OK}
    assert {finding.check for finding in found} == set(CHECKS)
    assert not any(finding.remedy for finding in found)


def test_nothing_is_changed_and_nothing_submitted(site: Site) -> None:
    site.cloud.recorder.clear()
    findings(site)
    asked = {(request.method, request.action) for request in site.cloud.recorder.requests()}
    assert {method for method, action in asked if action is None} <= {"GET", "HEAD"}
    assert {action for _, action in asked if action} <= {
        "GetUserAppId",
        "ListFunctions",
        "GetFunction",
        "ListTriggers",
        "GetRole",
        "ListAttachedRolePolicies",
        "GetPolicy",
    }


def test_settings_that_contradict_are_told_and_the_rest_is_looked_at_nevertheless(site: Site) -> None:
    site.set(OUTPUT_PREFIX="incoming/stems/", JOB_LEVEL="7")
    unwell = trouble(site)
    assert unwell["settings"].state is unwell["prefixes"].state is State.FAIL
    assert "it overlaps INPUT_PREFIX" in unwell["prefixes"].found
    assert {"credentials", "bucket", "reachable"}.isdisjoint(unwell)


def test_a_wrong_key_is_told(site: Site) -> None:
    site.set(TENCENT_SECRET_KEY="another-key")
    finding = trouble(site)["credentials"]
    assert finding.state is State.FAIL
    assert "AuthFailure.SignatureFailure" in finding.found
    assert "id, secret and token" in finding.remedy
    assert "another-key" not in str(findings(site))


def test_a_key_of_another_account_is_told(new_site: Found) -> None:
    site = new_site(appid="1259999999")
    assert told(site, "credentials") == (State.FAIL, f"the key is of APPID 1259999999, the bucket {BUCKET} is not")


@pytest.mark.parametrize("options", [{"appid": "1259999999"}, {}], ids=["of another account", "with a wrong secret"])
def test_what_needs_a_key_that_does_not_work_is_not_judged_nor_asked(new_site: Found, options: dict[str, str]) -> None:
    site = new_site(**options)
    if not options:
        site.set(TENCENT_SECRET_KEY="another-key")
    site.cloud.recorder.clear()
    found = findings(site)
    assert [finding.check for finding in found if finding.state is State.FAIL] == ["credentials"]
    unjudged = {finding.check for finding in found if finding.found.startswith("not judged")}
    assert unjudged == CHECKS.keys() - {*NEED_NO_KEY, "credentials"}
    assert {finding.check for finding in found if finding.state is State.OK} == NEED_NO_KEY
    assert {request.action for request in site.cloud.recorder.requests()} - {None} == {"GetUserAppId"}


def test_a_cam_that_answers_otherwise_than_documented_says_nothing_against_the_key(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("localcloud.cam.responses.UserAppId", lambda **_told: AttachedPolicies(list=[], total_num=0))
    unwell = trouble(site)
    assert unwell.keys() == {"credentials", "roles"}  # a role is judged by whose account it is of
    assert unwell["credentials"].state is State.WARN


def test_a_signature_that_only_cos_refuses_is_a_matter_of_the_key(site: Site) -> None:
    site.cloud.faults.add(Refuse(403, "SignatureDoesNotMatch"), Requests(service="cos", method="GET"))
    finding = trouble(site)["versioning"]
    assert (finding.state, finding.remedy) == (State.FAIL, ApiKeyRefused.advice)


@pytest.mark.parametrize(("seconds", "state"), [(60, State.WARN), (3600, State.FAIL), (86_400, State.FAIL)])
def test_a_clock_that_is_off_is_told(new_site: Found, seconds: float, state: State) -> None:
    clock = MovableClock()
    clock.advance(seconds)
    assert told(new_site(clock=clock), "clock")[0] is state


def test_a_missing_bucket_is_told(new_site: Found) -> None:
    site = new_site(bucket=False)
    assert told(site, "bucket") == (State.FAIL, f"there is no {BUCKET} in {REGION}")


def test_a_bucket_of_another_region_is_not_there(site: Site) -> None:
    site.set(INDEX_BUCKET="index-1250000000")
    site.cloud.cos.create_bucket("index-1250000000", "ap-beijing")
    assert told(site, "bucket") == (State.FAIL, f"there is no index-1250000000 in {REGION}")


@pytest.mark.parametrize("versioning", [Versioning.ENABLED, Versioning.SUSPENDED])
def test_a_bucket_that_keeps_or_kept_versions_is_a_warning(site: Site, versioning: Versioning) -> None:
    site.cloud.cos.configure(BUCKET, lambda settings: settings.model_copy(update={"versioning": versioning}))
    unwell = trouble(site)
    assert unwell.keys() == {"versioning"}
    assert unwell["versioning"].state is State.WARN
    assert versioning.value in unwell["versioning"].found


def test_smart_audio_that_is_not_opened_is_told(site: Site) -> None:
    site.cloud.ci.close_service(site.cloud.ci.smart_audio, BUCKET)
    assert told(site, "smart audio") == (State.FAIL, f"not opened for {BUCKET}")


def test_a_paused_queue_is_told(site: Site) -> None:
    queue = site.cloud.ci.queue(BUCKET, "Speeching")
    paused = QueueUpdate(name=queue.name, state="Paused", notify_config=queue.notify_config)
    site.cloud.ci.update_queue(BUCKET, "Speeching", queue.queue_id, paused)
    assert told(site, "queue") == (State.FAIL, f"{queue.queue_id} ({queue.name}) is Paused: jobs wait")


def test_a_queue_or_template_of_the_settings_that_is_not_there_is_told(site: Site) -> None:
    site.set(QUEUE_ID="p0123", TEMPLATE_ID="t0123")
    unwell = trouble(site)
    assert unwell["queue"].found == f"{BUCKET} has no queue p0123"
    assert unwell["template"].found == f"{BUCKET} has no template t0123"


def test_a_template_that_is_there_is_well(site: Site) -> None:
    deployment = read_deployment(ROOT, site.env_file)
    cloud = connect(deployment, live_key(deployment.environment))
    parameters = VoiceSeparate(audio_mode=AudioMode.IS_AUDIO, audio_config=AudioConfig(codec=Codec.MP3))
    request = TemplateRequest(name="voice", parameters=parameters)
    made = cloud.ci_management.create_template(deployment.bucket, request)
    site.set(TEMPLATE_ID=str(made.template_id))
    assert "template" not in trouble(site)


def test_functions_that_are_not_deployed_are_told(new_site: Found) -> None:
    unwell = trouble(new_site(deployed=False))
    assert unwell["functions"].found == "voice-dev-separation-submit is not deployed"
    assert unwell["triggers"].found == f"the COS trigger on {BUCKET} of submit is missing"
    assert unwell["callback url"].state is State.FAIL
    assert unwell["reachable"].state is State.WARN


def test_settings_changed_since_the_deployment_are_told_by_name_only(site: Site) -> None:
    site.set(CALLBACK_SECRETS="another-secret-of-tests-only", INPUT_PREFIX="elsewhere/")
    unwell = trouble(site)
    assert unwell["functions"].state is State.FAIL
    assert "another CALLBACK_SECRETS, INPUT_PREFIX than" in unwell["functions"].found
    assert "another prefix than" in unwell["triggers"].found
    assert "another-secret" not in str(unwell)


@pytest.mark.parametrize(
    ("old", "new", "differing"),
    [
        ("memorySize: &memory 256", "memorySize: &memory 512", "memory size"),
        ("timeout: 60\n", "timeout: 30\n", "time limit"),
        ("submit.main_handler", "submit.another_handler", "handler"),
        ("Python3.10", "Python3.9", "runtime"),
        ("      role: SCF_VoiceSeparationSubmit\n", "", "role"),
    ],
)
def test_a_function_of_another_shape_is_told(site: Site, old: str, new: str, differing: str) -> None:
    site.deploy(lambda text: text.replace(old, new))
    assert told(site, "functions")[1].startswith(f"voice-dev-separation-submit has another {differing} than")


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("name: daily-audit", "name: nightly", "the timer daily-audit of reconcile is missing"),
        ("'0 17 3 * * * *'", "'0 17 4 * * * *'", "the timer daily-audit of reconcile has another cronExpression than"),
        ("argument: audit", "argument: other", "the timer daily-audit of reconcile has another argument than"),
        ("suffix: ''", "suffix: .mp3", f"the COS trigger on {BUCKET} of submit has another suffix than"),
        ("ObjectCreated:*", "ObjectCreated:Put", f"the COS trigger on {BUCKET} of submit has another event than"),
        (
            "enable: true # left out, the trigger",
            "enable: false # left out, the trigger",
            f"the COS trigger on {BUCKET} of submit is closed and never fires",
        ),
        ("enableExtranet: true", "enableExtranet: false", "the function URL of callback has another enableExtranet"),
        ("authType: NONE", "authType: CAM", "the function URL of callback has another authType than"),
    ],
)
def test_a_trigger_that_is_missing_closed_or_other_than_in_the_file_is_told(
    site: Site, old: str, new: str, found: str
) -> None:
    site.deploy(lambda text: text.replace(old, new))
    state, first = told(site, "triggers")
    assert state is State.FAIL
    assert first.startswith(found)


def test_a_function_url_that_is_closed_to_the_internet_is_not_reachable(site: Site) -> None:
    site.deploy(lambda text: text.replace("enableExtranet: true", "enableExtranet: false"))
    state, found = told(site, "reachable")
    assert state is State.FAIL
    assert found.endswith("answers 403: no function there, or closed to the internet")


def test_an_address_that_is_not_the_functions_is_told(site: Site) -> None:
    site.set(CALLBACK_URL=f"https://1250000000-other.{REGION}.tencentscf.com")
    unwell = trouble(site)
    assert unwell["callback url"].state is unwell["reachable"].state is State.FAIL
    assert site.cloud.scf.function_url("callback") in unwell["callback url"].found


def test_an_address_that_is_not_known_yet_is_a_warning_and_is_tried_all_the_same(site: Site) -> None:
    site.set(CALLBACK_URL="-")
    site.deploy()
    unwell = trouble(site)
    assert unwell.keys() == {"callback url"}
    assert unwell["callback url"].state is State.WARN


def test_a_domain_of_ones_own_is_a_warning(site: Site) -> None:
    site.set(CALLBACK_URL="https://callback.example.com")
    assert told(site, "callback url")[0] is State.WARN


def test_a_function_that_fails_is_not_reachable(site: Site) -> None:
    site.deploy(lambda text: text.replace("handler: callback.main_handler", "handler: callback.gone"))
    assert "answers 500" in told(site, "reachable")[1]


def test_a_role_that_may_do_too_little_is_told_with_what_is_missing(new_site: Found) -> None:
    policies = role_policies(ROOT, ENVIRONMENT)
    role = "SCF_VoiceSeparationCallback"
    policies[role] = replace(policies[role], statements=policies[role].statements[:1])
    finding = trouble(new_site(policies=policies))["roles"]
    resource = f"qcs::cos:{REGION}:uid/1250000000:{BUCKET}/index/jobs/*"
    assert (finding.state, finding.found) == (State.FAIL, f"{role} may not cos:PutObject on {resource}, and 1 more")
    assert finding.remedy == f"attach to the role the policy that `{program()} cam-policy callback` prints"


def test_a_role_that_is_not_there_is_told(new_site: Found) -> None:
    assert told(new_site(policies={}), "roles") == (State.FAIL, "there is no role SCF_VoiceSeparationSubmit")


def test_a_role_that_scf_may_not_take_on_is_told(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    trust = {"version": "2.0", "statement": [{"effect": "allow", "principal": {"service": "cvm.qcloud.com"}}]}
    monkeypatch.setattr("localcloud.cam.responses.TRUST", trust)
    assert told(site, "roles") == (State.FAIL, "SCF may not take on SCF_VoiceSeparationSubmit")


def test_a_function_without_a_role_is_told(site: Site) -> None:
    deployment = read_deployment(ROOT, site.env_file)
    bare = tuple(replace(spec, role=None) for spec in deployment.project.functions)
    deployment = replace(deployment, project=replace(deployment.project, functions=bare))
    cloud = connect(deployment, live_key(deployment.environment))
    found = [each.found for each in examine(deployment, cloud) if each.check == "roles"]
    assert found == [f"{key} has no role, so it gets no credentials" for key in ("submit", "callback", "reconcile")]


def test_a_cloud_that_does_not_answer_is_told_of_once_and_nothing_is_said_of_changes(site: Site) -> None:
    site.cloud.stop()
    unwell = trouble(site)
    assert unwell.keys() == CHECKS.keys() - {"settings", "prefixes", "template", "receiver"}
    failed = {check for check, finding in unwell.items() if finding.state is State.FAIL}
    assert failed == {"credentials", "reachable"}
    assert unwell["credentials"].remedy.startswith("check the network")
    assert "carried out" not in str(unwell)


def test_a_cos_that_does_not_answer_is_a_matter_of_the_network(site: Site) -> None:
    site.cloud.faults.add(Drop(), Requests(service="cos"))
    unwell = trouble(site)
    assert unwell["bucket"].state is State.FAIL
    assert unwell["bucket"].remedy.startswith("check the network")
    assert "carried out" not in str(unwell)


def test_an_address_that_scf_does_not_tell_is_a_warning_with_where_it_stands(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_addresses_back(monkeypatch)
    assert trouble(site).keys() == {"callback url"}  # it is tried, and found to be the function's
    site.set(CALLBACK_URL="-")
    site.deploy()
    unwell = trouble(site)
    assert {finding.state for finding in unwell.values()} == {State.WARN}
    assert "copy it from the page Function URL" in unwell["callback url"].remedy
    assert unwell["reachable"].found == "there is no address to try"


def test_a_function_url_that_is_not_there_is_to_be_deployed(site: Site) -> None:
    site.deploy(without_function_url)
    unwell = trouble(site)
    assert unwell["callback url"].state is State.FAIL
    assert unwell["callback url"].remedy.startswith("run `make deploy`")


def test_where_the_file_has_no_function_url_none_is_missed(site: Site) -> None:
    site.set(CALLBACK_URL="-")
    site.deploy(without_function_url)
    deployment = read_deployment(ROOT, site.env_file)
    others = tuple(each for each in deployment.project.triggers if not isinstance(each, HttpTrigger))
    deployment = replace(deployment, project=replace(deployment.project, triggers=others))
    cloud = connect(deployment, live_key(deployment.environment))
    unwell = {each.check: each for each in examine(deployment, cloud) if each.state is not State.OK}
    assert unwell.keys() == {"callback url", "reachable"}
    assert {finding.state for finding in unwell.values()} == {State.WARN}
    assert unwell["callback url"].remedy.startswith("leave it so")
