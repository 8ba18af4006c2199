"""The wire of CLS: SearchLog (614/56447 and the vendor's SDK), for the topic that SCF writes into."""

import json
from typing import Literal

from pydantic import Field

from localcloud.api.errors import ApiError
from localcloud.api.service import Action, Answer, Parameters, Service
from localcloud.cls.query import parse_query
from localcloud.cls.records import LogRecord, records_of
from localcloud.cls.topics import log_topic_id
from localcloud.scf.models import Scf


class _Searched(Parameters):
    topic_id: str
    from_: int = Field(alias="From", ge=0)
    to: int = Field(ge=0)
    query_string: str = ""
    query_syntax: Literal[1] = 1  # CQL
    sort: Literal["asc", "desc"] = "desc"
    limit: int = Field(100, ge=1, le=1000)
    offset: int = Field(0, ge=0)
    use_new_analysis: bool = True


class LogInfo(Answer):
    """One record; its fields as JSON in `log_json`, its time in Unix milliseconds."""

    time: int
    topic_id: str
    log_json: str


class LogList(Answer):
    """A page of the records, and whether it is the last one."""

    results: list[LogInfo]
    list_over: bool
    analysis: bool = False


def cls_service(scf: Scf) -> Service:
    """Return the service that has the logs of these functions."""

    def search(region: str, asked: _Searched) -> Answer:
        if asked.topic_id != log_topic_id(region):
            message = f"The region {region} has no topic {asked.topic_id!r}, but {log_topic_id(region)} of SCF."
            raise ApiError("ResourceNotFound.TopicNotExist", message)
        query = parse_query(asked.query_string)
        regions = {each.function.name: each.region for each in scf.deployments}
        namespaces = {each.function.name: each.function.spec.namespace for each in scf.deployments}
        found = [
            record
            for record in records_of(scf.invocations, namespaces)
            if asked.from_ <= record.milliseconds < asked.to
            and regions.get(record.fields["SCF_FunctionName"], region) == region
            and query.admits(record.fields)
        ]
        if asked.sort == "desc":
            found.reverse()
        page = found[asked.offset : asked.offset + asked.limit]
        is_last = asked.offset + len(page) >= len(found)
        return LogList(results=[_told(record, asked.topic_id) for record in page], list_over=is_last)

    return Service("cls", "2020-10-16", {"SearchLog": Action(_Searched, search)})


def _told(record: LogRecord, topic_id: str) -> LogInfo:
    fields = json.dumps(dict(record.fields), ensure_ascii=False)
    return LogInfo(time=record.milliseconds, topic_id=topic_id, log_json=fields)
