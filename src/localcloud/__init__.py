"""Tencent Cloud on your laptop: COS, Cloud Infinite and SCF behind one loopback port.

    from localcloud import LocalCloud

    with LocalCloud() as cloud:
        cloud.cos.create_bucket("media-1250000000", "ap-guangzhou")
        ...  # point any client at cloud.endpoint, with cloud.credentials

It is neither Tencent's separation quality nor a security boundary.
"""

from localcloud.cloud import LocalCloud
from localcloud.mocking import mock_tencent
from localcloud.options import Options

__all__ = ["LocalCloud", "Options", "mock_tencent"]
