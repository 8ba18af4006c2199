"""Sends CI's notifications: to a function URL of this local cloud, or to a server of yours on loopback.

Nothing is ever sent off this machine.
"""

import http.client
import logging
from urllib.parse import urlsplit

from localcloud.hosts import FunctionUrlHost, read_host

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
TIMEOUT_SECONDS = 60.0

_log = logging.getLogger("localcloud.delivery")


class DeliveryRefusedError(Exception):
    """The address of a notification is neither a function URL of this cloud nor on loopback."""


def deliver(url: str, content_type: str, body: bytes, *, port: int) -> int:
    """POST a notification and return the status of the answer; `port` is the local cloud's own.

    Raises DeliveryRefusedError, OSError, http.client.HTTPException. No message quotes the path of the address.
    """
    address = urlsplit(url)
    host = address.hostname or ""
    if isinstance(read_host(host), FunctionUrlHost):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    elif host in LOOPBACK_NAMES and address.scheme == "http":
        connection = http.client.HTTPConnection(host, address.port or 80, timeout=TIMEOUT_SECONDS)
    else:
        raise DeliveryRefusedError(f"{host or 'an address without a host'} is not on this machine; use a function URL")
    target = address.path or "/"
    if address.query:
        target = f"{target}?{address.query}"
    try:
        connection.request("POST", target, body, {"Host": address.netloc, "Content-Type": content_type})
        answer = connection.getresponse()
        answer.read()
        if not 200 <= answer.status < 300:
            # Without the address: its path may be a secret.
            _log.warning("A notification was answered with status %d", answer.status)
        return answer.status
    finally:
        connection.close()
