"""Which log set and which topic SCF makes by itself, one each for a region."""

import uuid

_NAMES = uuid.uuid5(uuid.NAMESPACE_DNS, "cls.tencentcloudapi.com")


def log_set_id(region: str) -> str:
    """Return the id of the log set: made up by the cloud, here from the region."""
    return str(uuid.uuid5(_NAMES, f"SCF_logset_{region}"))


def log_topic_id(region: str) -> str:
    """Return the id of the topic: made up by the cloud, here from the region."""
    return str(uuid.uuid5(_NAMES, f"SCF_LogTopic_{region}"))
