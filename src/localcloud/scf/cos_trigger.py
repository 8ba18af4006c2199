"""The event that a COS trigger sends to its function."""

from typing import Any
from urllib.parse import quote

from localcloud.cos.models import ObjectCreated
from localcloud.scf.project import CosTrigger, FunctionSpec
from localcloud.scf.regions import short_code


def object_created_event(created: ObjectCreated, trigger: CosTrigger, function: FunctionSpec) -> dict[str, Any]:
    """Return the event of one created object, shaped as 583/9707 documents it and as real functions printed it.

    Beyond the document: `cosRegion` and `s3Region`, the concrete event name, `reqid` 0 and the long region in
    `eventQueue`, all seen in a real event of 2021. `key` is not percent-encoded (that it never is: UNVERIFIED),
    `url` is. `unkown` is the vendor's spelling.
    """
    stored = created.object
    name, _, appid = stored.bucket.rpartition("-")
    return {
        "Records": [
            {
                "cos": {
                    "cosSchemaVersion": "1.0",
                    "cosObject": {
                        "url": f"http://{stored.bucket}.cos.{stored.region}.myqcloud.com/{quote(stored.key)}",
                        "meta": {
                            "x-cos-request-id": stored.request_id,
                            "Content-Type": stored.content_type,
                            **stored.metadata,
                        },
                        "vid": stored.version_id,
                        "key": f"/{appid}/{name}/{stored.key}",
                        "size": stored.size,
                    },
                    "cosBucket": {
                        "region": short_code(stored.region),
                        "name": name,
                        "appid": appid,
                        "cosRegion": stored.region,
                        "s3Region": stored.region,
                    },
                    "cosNotificationId": "unkown",
                },
                "event": {
                    "eventName": created.event_name,
                    "eventVersion": "1.0",
                    "eventTime": int(created.at.timestamp()),
                    "eventSource": "qcs::cos",
                    "requestParameters": {
                        "requestSourceIP": created.source_ip,
                        "requestHeaders": {"Authorization": created.authorization},
                    },
                    "eventQueue": (
                        f"qcs:0:scf:{stored.region}:appid/{appid}:"
                        f"{function.namespace}.{function.name}.{trigger.qualifier}"
                    ),
                    "reservedInfo": "",
                    "reqid": 0,
                },
            }
        ]
    }
