"""The receiver of notices: one address, from the settings and nowhere else, to which messages are posted.

It is asked for nothing but to take a message. Redirects are not followed, for they would lead elsewhere; the body of an
answer is not read; and the address, which may carry a token, is in no error and in no line of the log.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from voice_separation.clock import Clock
from voice_separation.errors import NoticeNotTaken, NoticeUnwanted
from voice_separation.telemetry import Event, Telemetry
from voice_separation.webhook import signed_headers

GONE = 410  # "the receiver is no longer interested", says Standard Webhooks
CONNECT_SECONDS = 2.0
LEAST_SECONDS = 0.5  # also when reading the ring took longer than it should


@dataclass(frozen=True)
class Receiver:
    """Takes messages that are signed with every secret that `ring` gives, which may first have to be read."""

    url: str = field(repr=False)
    ring: Callable[[], tuple[bytes, ...]] = field(repr=False)
    pool: urllib3.PoolManager
    clock: Clock
    telemetry: Telemetry

    def tell(self, message_id: str, body: bytes, *, seconds: float) -> None:
        """Post a message once; it takes that many seconds at most to read the ring, to connect, and to hear of 2xx.

        Raises NoticeNotTaken, NoticeUnwanted, and where the ring cannot be read the TencentRefusal.
        """
        began = self.clock.monotonic()
        ring = self.ring()
        left = seconds - (self.clock.monotonic() - began)
        status = self._post(ring, message_id, body, max(left, LEAST_SECONDS))
        if status == GONE:
            raise NoticeUnwanted("the receiver answered 410: it wants no more of it")
        if not 200 <= status < 300:
            raise NoticeNotTaken(f"the receiver answered {status}, not 2xx")

    def _post(self, ring: tuple[bytes, ...], message_id: str, body: bytes, seconds: float) -> int:
        place = urlsplit(self.url)
        headers = {
            "Content-Type": "application/json",
            "Connection": "close",
            "User-Agent": "voice-separation",
            **signed_headers(ring, message_id, self.clock.now(), body),
        }
        started, status = self.clock.monotonic(), 0
        try:
            response = self.pool.connection_from_host(place.hostname, place.port, place.scheme).urlopen(
                "POST",
                f"{place.path or '/'}?{place.query}" if place.query else place.path or "/",
                body=body,
                headers=headers,
                retries=False,
                redirect=False,
                timeout=urllib3.Timeout(total=seconds, connect=min(CONNECT_SECONDS, seconds)),
                preload_content=False,
            )
            status = response.status
            response.close()
        except (HTTPError, OSError) as error:
            # The text of a network error may quote the address; its kind says enough.
            raise NoticeNotTaken(f"the receiver did not answer: {type(error).__name__}") from None
        finally:
            duration = round((self.clock.monotonic() - started) * 1000, 1)
            self.telemetry.debug(Event.REQUEST_SENT, operation="Notice", status=status, duration_ms=duration)
        return status
