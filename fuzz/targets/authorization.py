"""A request to the local cloud with any q-sign Authorization, in its header or in its query.

An input is `METHOD TARGET` and lines `name: value`, as on the wire. `@AK@` stands for a known access key and `@TIME@`
for a valid period, so that everything but the signature can be right.
"""

from datetime import datetime, timezone

from starlette.requests import Request

from localcloud.credentials import KeyRing
from localcloud.errors import CloudError
from localcloud.signature import CI_CODES, COS_CODES, claimed_access_key_id, verify

NOW = datetime(2026, 11, 21, 3, 30, tzinfo=timezone.utc)
ACCESS_KEY = "AKIDofTheFuzzer"
_PERIOD = f"{NOW.timestamp() - 60:.0f};{NOW.timestamp() + 60:.0f}"
_KEYS = KeyRing()
_KEYS.add(ACCESS_KEY, "key-of-the-fuzzer")


def target(data: bytes) -> None:
    """Verify the request: it is refused in the vendor's words, for nothing here can be signed rightly."""
    request = received(data)
    claimed_access_key_id(request)
    for codes in (COS_CODES, CI_CODES):
        try:
            verify(request, _KEYS, NOW, codes=codes)
        except CloudError as refused:
            if (refused.status, refused.code) not in codes.values():
                raise AssertionError(f"refused with {refused.status} {refused.code}") from refused
        else:
            raise AssertionError("a forged signature was taken for a right one")


def received(data: bytes) -> Request:
    """Return the request that a server would make of `data`."""
    data = data.replace(b"@AK@", ACCESS_KEY.encode()).replace(b"@TIME@", _PERIOD.encode())
    first, *lines = data.split(b"\n")
    method, _, target_ = first.partition(b" ")
    path, _, query = target_.partition(b"?")
    pairs = (line.partition(b":")[::2] for line in lines)
    scope = {
        "type": "http",
        "method": method.decode("latin-1"),
        "path": path.decode("latin-1"),
        "raw_path": path,
        "query_string": query,
        "headers": [(name.strip().lower(), value.strip()) for name, value in pairs],
    }
    return Request(scope)
