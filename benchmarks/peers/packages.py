"""The packages: the floor's way on the three that this app is built on, urllib3, xmltodict and pydantic.

Nothing that keeps to these packages can be quicker than this: one pool, the XML read and written with xmltodict, and
models of no more than what is read. As the floor, it knows only the straight way.
"""

import functools
import json
import os
from typing import Any
from urllib.parse import quote

import urllib3
import xmltodict
from pydantic import BaseModel, ConfigDict, Field

from benchmarks.peers import plain
from benchmarks.peers.plain import Json
from benchmarks.peers.signer import authorization


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)


class _Environment(_Model):
    endpoint: str = Field(alias="COS_ENDPOINT")
    bucket: str = Field(alias="INPUT_BUCKET")


class _Object(_Model):
    url: str


class _Bucket(_Model):
    name: str
    appid: str


class _Cos(_Model):
    object: _Object = Field(alias="cosObject")
    bucket: _Bucket = Field(alias="cosBucket")


class _Record(_Model):
    cos: _Cos


class _Event(_Model):
    records: tuple[_Record, ...] = Field(alias="Records", min_length=1)


class _Job(_Model):
    job_id: str = Field(alias="JobId")
    state: str = Field(alias="State")


@functools.cache
def _environment() -> _Environment:
    return _Environment.model_validate(dict(os.environ))


@functools.cache
def _pool() -> urllib3.PoolManager:
    return urllib3.PoolManager(retries=False)


def send(
    method: str, host: str, path: str, *, headers: dict[str, str] | None = None, body: bytes | None = None
) -> urllib3.BaseHTTPResponse:
    """Send a signed request and return its answer. Raises plain.Refused from 300 on."""
    told = {"Host": host, **(headers or {})}
    if body:
        told["Content-Length"] = str(len(body))
    signed = {**told, "Authorization": authorization(method, path, {}, told)}
    answer = _pool().request(
        method, _environment().endpoint + quote(path, "/-_.~"), body=body, headers=signed, timeout=10, redirect=False
    )
    if answer.status >= 300:
        raise plain.Refused(f"{method} {path}: {answer.status} {answer.data!r}")
    return answer


def submit(event: Json, context: Json) -> Json:
    """Door 1: HEAD, PUT and GET of the claim, POST /jobs, PUT of the note."""
    _Event.model_validate(event)
    bucket, key = plain.uploaded(event)
    cos, ci = plain.hosts(bucket)
    headers = send("HEAD", cos, f"/{key}").headers
    upload = plain.upload(bucket, key, headers["ETag"].strip('"'), int(headers["Content-Length"]))
    claim = plain.claim(upload, context["request_id"])
    _put(cos, plain.claim_key(upload), claim, if_absent=True)
    held = send("GET", cos, f"/{plain.claim_key(upload)}").data
    if json.loads(held)["nonce"] != claim["nonce"]:
        raise plain.Refused("the claim")
    request = plain.job_request(upload, plain.callback_address(os.environ, upload))
    body = xmltodict.unparse({"Request": request}).encode()
    answer = send("POST", ci, "/jobs", headers={"Content-Type": "application/xml"}, body=body)
    job_id = _Job.model_validate(_job(answer.data)).job_id
    _put(cos, plain.pending_key(upload), plain.pending(upload, job_id), if_absent=True)
    plain.log("job.submitted", key=key, job_id=job_id)
    return {"records": [{"result": "submitted", "key": key, "job_id": job_id}]}


def callback(event: Json, _context: Json) -> Json:
    """Door 2: GET /jobs/<id>, PUT of the entry and of its copy."""
    upload_id, job_id = plain.reported_job(event, os.environ)
    cos, ci = plain.hosts(_environment().bucket)
    detail = _job(send("GET", ci, f"/jobs/{job_id}").data)
    if _Job.model_validate(detail).state != "Success":
        raise plain.Refused("the job")
    entry = plain.entry(detail, upload_id)
    for place in plain.entry_keys(job_id):
        _put(cos, place, entry)
    plain.log("entry.stored", job_id=job_id)
    return plain.answer(200, "stored")


def _put(host: str, key: str, document: Json, *, if_absent: bool = False) -> None:
    content = plain.content(document)
    send("PUT", host, f"/{key}", headers=plain.put_headers(content, if_absent=if_absent), body=content)


def _job(body: bytes) -> Any:
    return plain.as_list(xmltodict.parse(body)["Response"]["JobsDetail"])[0]
