"""The key, the region, and the time."""

from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from urllib3.exceptions import HTTPError

from voice_separation.errors import Unavailable
from voice_separation.settings import NAMES
from voicesep.doctor.findings import Examined, Finding

WARN_SECONDS = 30.0
FAIL_SECONDS = 300.0  # what the API 3.0 allows a time stamp to be off (1388/114322)


def settings(examined: Examined) -> Iterator[Finding]:
    """Whether the functions would start with these settings, and serverless.yml deploys what works."""
    deployment = examined.deployment
    for name, reason in sorted(deployment.problems.items()):
        yield examined.fail(f"{name}: {reason}", "correct it in .env and deploy again")
    for warning in deployment.project.warnings:
        yield examined.warn(warning, "correct serverless.yml and deploy again")
    if not deployment.problems and not deployment.project.warnings:
        known = sum(name in deployment.environment for name in NAMES)
        yield examined.ok(f"all {known} settings make sense")


def credentials(examined: Examined) -> Iterator[Finding]:
    """Whether the key is valid, and of the account that the bucket belongs to."""
    try:
        identity = examined.cloud.cam.identity()
    except Unavailable as error:  # which says nothing about the key
        yield examined.warn(f"CAM does not tell whose key it is: {error.code}, {error.reason}", error.advice)
        return
    if str(identity.app_id) == examined.deployment.appid:
        yield examined.ok(f"user {identity.uin} of account {identity.owner_uin}, APPID {identity.app_id}")
    else:
        found = f"the key is of APPID {identity.app_id}, the bucket {examined.deployment.bucket.name} is not"
        yield examined.fail(found, "use a key of the bucket's account, or correct INPUT_BUCKET")


def region(examined: Examined) -> Iterator[Finding]:
    """Whether SCF answers in the region."""
    names = examined.cloud.scf.function_names()
    yield examined.ok(f"SCF has {len(names)} functions in {examined.cloud.connection.region}")


def clock(examined: Examined) -> Iterator[Finding]:
    """Whether this machine's time is the cloud's: signatures are only valid for minutes."""
    bucket, cloud = examined.deployment.bucket, examined.unsigned
    place = urlsplit(cloud.cos_endpoint or f"https://{bucket.cos_host}")
    try:
        connection = cloud.pool.connection_from_host(place.hostname, place.port, place.scheme)
        answer = connection.urlopen("HEAD", "/", headers={"Host": bucket.cos_host}, retries=False, timeout=5.0)
        theirs = parsedate_to_datetime(answer.headers.get("Date", ""))
    except (HTTPError, OSError, ValueError) as error:
        yield examined.warn(f"COS does not tell the time ({type(error).__name__})", "check the network and the region")
        return
    off = (cloud.clock.now() - theirs).total_seconds()
    remedy = "let the machine set its clock by NTP"
    if abs(off) > FAIL_SECONDS:
        yield examined.fail(f"this machine is {off:+.0f} s off: signatures are refused", remedy)
    elif abs(off) > WARN_SECONDS:
        yield examined.warn(f"this machine is {off:+.0f} s off", remedy)
    else:
        yield examined.ok(f"{off:+.0f} s off")
