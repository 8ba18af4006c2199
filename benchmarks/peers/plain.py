"""What a handler without models does between its requests: the same documents as the app's, put together by hand.

Shared by both peers, and nothing here knows how a request is sent. Checked is only what the straight way needs.
"""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import unquote, urlsplit

REGION = "ap-guangzhou"
INDEX = "index/"
LEASE = timedelta(minutes=15)
CALLBACK_LASTS = timedelta(hours=72)
_NUMBERS = ("duration_s", "bitrate_kbps")
_WHOLE = ("sample_rate_hz", "channels", "size_bytes")

Json = dict[str, Any]


class Refused(Exception):
    """The straight way ended; the peers know no other."""


def uploaded(event: Json) -> tuple[str, str]:
    """Return the bucket and the key that a COS event is about."""
    cos = event["Records"][0]["cos"]
    return f"{cos['cosBucket']['name']}-{cos['cosBucket']['appid']}", unquote(
        urlsplit(cos["cosObject"]["url"]).path[1:]
    )


def upload(bucket: str, key: str, etag: str, size: int) -> Json:
    """Return an upload as documents carry it."""
    upload_id = hashlib.sha256("\0".join((bucket, key, etag)).encode()).hexdigest()[:32]
    return {
        "bucket": bucket,
        "etag": etag,
        "key": key,
        "region": REGION,
        "size_bytes": size,
        "upload_id": upload_id,
    }


def claim(of: Json, request_id: str) -> Json:
    """Return the claim of an upload, attempt 1."""
    now = datetime.now(timezone.utc)
    return {
        "attempt": 1,
        "claimed_at": _moment(now),
        "lease_until": _moment(now + LEASE),
        "nonce": secrets.token_hex(16),
        "request_id": request_id,
        "schema": "voice-separation/claim/1",
        "upload": of,
    }


def pending(of: Json, job_id: str) -> Json:
    """Return the note that a job runs."""
    now = _moment(datetime.now(timezone.utc))
    return {"job_id": job_id, "schema": "voice-separation/pending/1", "submitted_at": now, "upload": of}


def claim_key(of: Json) -> str:
    """Return where the claim goes."""
    return f"{INDEX}claims/{of['upload_id']}/1.json"


def pending_key(of: Json) -> str:
    """Return where the note goes."""
    return f"{INDEX}pending/{_hour()}/{of['upload_id']}.json"


def entry_keys(job_id: str) -> tuple[str, str]:
    """Return where an entry and its copy go."""
    digest = hashlib.sha256(job_id.encode()).hexdigest()[:2]
    return f"{INDEX}jobs/{digest}/{job_id}.json", f"{INDEX}log/{_hour()}/{job_id}.json"


def job_request(of: Json, callback: str) -> Json:
    """Return the nodes of `POST /jobs` below `Request`."""
    stem = f"separated/{of['key']}"
    return {
        "Tag": "VoiceSeparate",
        "Input": {"Object": of["key"]},
        "Operation": {
            "VoiceSeparate": {
                "AudioMode": "AudioAndBackground",
                "AudioConfig": {"Codec": "mp3", "Samplerate": 44100, "Channels": 2},
            },
            "Output": {
                "Region": REGION,
                "Bucket": of["bucket"],
                "Object": f"{stem}/background.mp3",
                "AuObject": f"{stem}/voice.mp3",
            },
            "UserData": f"upload_id={of['upload_id']} etag={of['etag']}",
        },
        "CallBackFormat": "JSON",
        "CallBackType": "Url",
        "CallBack": callback,
    }


def callback_address(environment: Mapping[str, str], of: Json) -> str:
    """Return the signed address that CI reports this upload to."""
    expiry = str(int(time.time() + CALLBACK_LASTS.total_seconds()))
    signature = _sign(environment["CALLBACK_SECRETS"], of["upload_id"], expiry)
    return f"{environment['CALLBACK_URL']}/v1/{of['upload_id']}/{expiry}/{signature}"


def reported_job(event: Json, environment: Mapping[str, str]) -> tuple[str, str]:
    """Return the upload id that the address of a callback grants, and the job that its body reports. Raises Refused."""
    upload_id, expiry, signature = event["path"].split("/")[-3:]
    wanted = _sign(environment["CALLBACK_SECRETS"], upload_id, expiry)
    if not hmac.compare_digest(signature, wanted) or time.time() > int(expiry):
        raise Refused("the address")
    return upload_id, json.loads(event["body"])["JobsDetail"][0]["JobId"]


def entry(job: Json, upload_id: str) -> Json:
    """Return the entry of a job from its nodes as CI tells them. Raises Refused for another upload's job."""
    operation, source = job["Operation"], job["Input"]
    digest, etag = (part.partition("=")[2] for part in operation["UserData"].split())
    if upload(source["BucketId"], source["Object"], etag, 0)["upload_id"] != digest or digest != upload_id:
        raise Refused("the job")
    return {
        "code": job["Code"],
        "created_at": _as_rfc3339(job["CreationTime"]),
        "finished_at": _as_rfc3339(job["EndTime"]),
        "input": {"bucket": source["BucketId"], "key": source["Object"], "region": source["Region"]},
        "job_id": job["JobId"],
        "media": _media(operation["MediaInfo"]),
        "message": job.get("Message") or None,
        "outputs": _outputs(operation),
        "queue_id": job["QueueId"],
        "schema": "voice-separation/entry/1",
        "started_at": _as_rfc3339(job["StartTime"]),
        "state": job["State"],
        "template": None,
        "upload_id": upload_id,
        "user_data": operation["UserData"],
        "workflow": None,
    }


def content(document: Json) -> bytes:
    """Return the canonical bytes of a document."""
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f"{text}\n".encode()


def hosts(bucket: str) -> tuple[str, str]:
    """Return the hosts of COS and of CI."""
    return f"{bucket}.cos.{REGION}.myqcloud.com", f"{bucket}.ci.{REGION}.myqcloud.com"


def put_headers(content: bytes, *, if_absent: bool) -> dict[str, str]:
    """Return the headers with which a document is put."""
    absent = {"x-cos-forbid-overwrite": "true"} if if_absent else {}
    return {"Content-Type": "application/json", "Content-MD5": md5(content), **absent}


def md5(content: bytes) -> str:
    """Return what Content-MD5 says."""
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()


def log(event: str, **fields: str) -> None:
    """Write the one line that the app writes too."""
    at = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    print(json.dumps({"ts": at, "level": "INFO", "event": event, **fields}))  # noqa: T201 - a function's log


def answer(status: int, message: str) -> Json:
    """Return the answer to a callback."""
    body = json.dumps({"message": message})
    headers = {"Content-Type": "application/json"}
    return {"isBase64Encoded": False, "statusCode": status, "headers": headers, "body": body}


def _outputs(operation: Json) -> list[Json]:
    written, asked = operation["MediaResult"]["OutputFile"], operation["Output"]
    md5s = {each["ObjectName"]: each["Md5"] for each in as_list(written["Md5Info"])}
    where = {"bucket": written["Bucket"], "region": written["Region"]}
    stems = {asked["AuObject"]: "voice", asked["Object"]: "background"}
    names = as_list(written["ObjectName"])
    return [{**where, "key": name, "md5": md5s[name], "stem": stem} for name, stem in stems.items() if name in names]


def _media(info: Json) -> Json:
    form, audio = info["Format"], as_list(info["Stream"]["Audio"])[0]
    media = {
        "bitrate_kbps": form["Bitrate"],
        "channels": audio["Channel"],
        "duration_s": form["Duration"],
        "format": form["FormatName"],
        "sample_rate_hz": audio["SampleRate"],
        "size_bytes": form["Size"],
    }
    numbers = {name: float(media[name]) for name in (*_NUMBERS, *_WHOLE)}
    return {**media, **numbers, **{name: int(numbers[name]) for name in _WHOLE}}


def as_list(value: Any) -> list[Any]:
    """Return what may stand once or several times as a list."""
    return value if isinstance(value, list) else [value]


def _sign(secret: str, upload_id: str, expiry: str) -> str:
    digest = hmac.new(secret.encode(), f"v1\n{upload_id}\n{expiry}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


def _hour() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%d/%H")


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _as_rfc3339(text: str) -> str:
    """Write `2022-07-01T10:12:26+0800` with a colon in the offset, which fromisoformat of 3.10 does not read."""
    return f"{text[:-2]}:{text[-2:]}"
