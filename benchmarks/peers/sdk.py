"""The peer: the same requests through cos-python-sdk-v5, which reads and writes CI's XML with xmltodict.

The client is made as the vendor's manual makes it, once for each process; the endpoint of the bench is its proxy.
"""

import functools
import json
import os

from qcloud_cos import CosConfig, CosS3Client

from benchmarks.peers import plain
from benchmarks.peers.plain import Json


@functools.cache
def client() -> CosS3Client:
    """Return the client that an instance keeps."""
    return CosS3Client(
        CosConfig(
            Region=plain.REGION,
            SecretId=os.environ["TENCENTCLOUD_SECRETID"],
            SecretKey=os.environ["TENCENTCLOUD_SECRETKEY"],
            Scheme="http",
            Proxies={"http": os.environ["COS_ENDPOINT"]},
        )
    )


def submit(event: Json, context: Json) -> Json:
    """Door 1: HEAD, PUT and GET of the claim, POST /jobs, PUT of the note."""
    bucket, key = plain.uploaded(event)
    head = client().head_object(Bucket=bucket, Key=key)
    upload = plain.upload(bucket, key, head["ETag"].strip('"'), int(head["Content-Length"]))
    claim = plain.claim(upload, context["request_id"])
    _put(bucket, plain.claim_key(upload), claim, if_absent=True)
    held = client().get_object(Bucket=bucket, Key=plain.claim_key(upload))["Body"].get_raw_stream().read()
    if json.loads(held)["nonce"] != claim["nonce"]:
        raise plain.Refused("the claim")
    request = plain.job_request(upload, plain.callback_address(os.environ, upload))
    answer = client().ci_create_media_jobs(Bucket=bucket, Jobs=request, ContentType="application/xml")
    job_id = _one(answer["JobsDetail"])["JobId"]
    _put(bucket, plain.pending_key(upload), plain.pending(upload, job_id), if_absent=True)
    plain.log("job.submitted", key=key, job_id=job_id)
    return {"records": [{"result": "submitted", "key": key, "job_id": job_id}]}


def callback(event: Json, _context: Json) -> Json:
    """Door 2: GET /jobs/<id>, PUT of the entry and of its copy."""
    upload_id, job_id = plain.reported_job(event, os.environ)
    bucket = os.environ["INPUT_BUCKET"]
    entry = plain.entry(_one(client().ci_get_media_jobs(Bucket=bucket, JobIDs=job_id)["JobsDetail"]), upload_id)
    for place in plain.entry_keys(job_id):
        _put(bucket, place, entry)
    plain.log("entry.stored", job_id=job_id)
    return plain.answer(200, "stored")


def _put(bucket: str, key: str, document: Json, *, if_absent: bool = False) -> None:
    content = plain.content(document)
    headers: Json = {"ContentType": "application/json", "ContentMD5": plain.md5(content)}
    if if_absent:  # the SDK has no parameter for it, and sends metadata as it is given
        headers["Metadata"] = {"x-cos-forbid-overwrite": "true"}
    client().put_object(Bucket=bucket, Key=key, Body=content, **headers)


def _one(jobs: Json | list[Json]) -> Json:
    return jobs[0] if isinstance(jobs, list) else jobs
