"""The floor: the same requests with http.client and a signer, no models, no library. Less would not do the job.

It keeps one connection, for both hosts of the bench are one endpoint, and knows only the straight way.
"""

import functools
import http.client
import json
import os
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from benchmarks.peers import plain
from benchmarks.peers.plain import Json
from benchmarks.peers.signer import authorization


@functools.cache
def _connection() -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(os.environ["COS_ENDPOINT"]).netloc, timeout=10)


def send(
    method: str,
    host: str,
    path: str,
    *,
    params: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    body: bytes | None = None,
) -> tuple[http.client.HTTPMessage, bytes]:
    """Send a signed request and return headers and body of its answer. Raises plain.Refused from 300 on."""
    connection = _connection()
    told = {"Host": host, **(headers or {})}
    if body:
        told["Content-Length"] = str(len(body))
    signed = {**told, "Authorization": authorization(method, path, params or {}, told)}
    query = f"?{urlencode(params, quote_via=quote, safe='-_.~')}" if params else ""
    connection.request(method, quote(path, "/-_.~") + query, body, signed)
    answer = connection.getresponse()
    content = answer.read()
    if answer.status >= 300:
        raise plain.Refused(f"{method} {path}: {answer.status} {content!r}")
    return answer.headers, content


def submit(event: Json, context: Json) -> Json:
    """Door 1: HEAD, PUT and GET of the claim, POST /jobs, PUT of the note."""
    bucket, key = plain.uploaded(event)
    cos, ci = plain.hosts(bucket)
    headers, _ = send("HEAD", cos, f"/{key}")
    upload = plain.upload(bucket, key, headers["ETag"].strip('"'), int(headers["Content-Length"]))
    claim = plain.claim(upload, context["request_id"])
    _put(cos, plain.claim_key(upload), claim, if_absent=True)
    _, held = send("GET", cos, f"/{plain.claim_key(upload)}")
    if json.loads(held)["nonce"] != claim["nonce"]:
        raise plain.Refused("the claim")
    request = _xml({"Request": plain.job_request(upload, plain.callback_address(os.environ, upload))})
    _, answer = send("POST", ci, "/jobs", headers={"Content-Type": "application/xml"}, body=request.encode())
    job_id = answer.partition(b"<JobId>")[2].partition(b"</JobId>")[0].decode()
    _put(cos, plain.pending_key(upload), plain.pending(upload, job_id), if_absent=True)
    plain.log("job.submitted", key=key, job_id=job_id)
    return {"records": [{"result": "submitted", "key": key, "job_id": job_id}]}


def callback(event: Json, _context: Json) -> Json:
    """Door 2: GET /jobs/<id>, PUT of the entry and of its copy."""
    from xml.etree import ElementTree  # noqa: PLC0415 - door 1 has no use for it

    upload_id, job_id = plain.reported_job(event, os.environ)
    cos, ci = plain.hosts(os.environ["INPUT_BUCKET"])
    _, answer = send("GET", ci, f"/jobs/{job_id}")
    detail = _tree(ElementTree.fromstring(answer))["JobsDetail"]  # noqa: S314 - the bench's own cloud
    entry = plain.entry(detail, upload_id)
    for place in plain.entry_keys(job_id):
        _put(cos, place, entry)
    plain.log("entry.stored", job_id=job_id)
    return plain.answer(200, "stored")


def _put(host: str, key: str, document: Json, *, if_absent: bool = False) -> None:
    content = plain.content(document)
    send("PUT", host, f"/{key}", headers=plain.put_headers(content, if_absent=if_absent), body=content)


def _xml(nodes: Json) -> str:
    """Write nodes whose texts need no escaping."""
    return "".join(
        f"<{name}>{_xml(value) if isinstance(value, dict) else value}</{name}>" for name, value in nodes.items()
    )


def _tree(node: Any) -> Any:
    """Return text, or a dict in which what comes more than once is a list."""
    if not len(node):
        return node.text or ""
    tree: Json = {}
    for child in node:
        value = _tree(child)
        tree[child.tag] = [*plain.as_list(tree[child.tag]), value] if child.tag in tree else value
    return tree
