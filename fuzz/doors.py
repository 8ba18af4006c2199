"""The doors, called as SCF calls them, with a cloud in memory behind them and nothing heard of what they print."""

import contextlib
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from types import ModuleType
from typing import Any, cast
from unittest import mock

import urllib3

from fuzz.cloud import MemoryCloud
from voice_separation.capability import KeyRing
from voice_separation.instance import Instance
from voice_separation.settings import Settings, from_environment

BUCKET, REGION = "media-1250000000", "ap-guangzhou"
UPLOAD_ID = "0123456789abcdef0123456789abcdef"
NOW = datetime(2026, 11, 21, 3, 30, tzinfo=timezone.utc)
RING = KeyRing(("a-ring-of-one-secret-for-fuzzing",))
CALLBACK_URL = f"https://1250000000-abcdefgh.{REGION}.tencentscf.com"
ROLE = {"TENCENTCLOUD_SECRETID": "AKIDofTheFuzzer", "TENCENTCLOUD_SECRETKEY": "key-of-the-fuzzer"}
SECRETS = (*RING.secrets, ROLE["TENCENTCLOUD_SECRETKEY"])
CONTEXT = {
    "request_id": "request-1",
    "function_name": "fuzzed",
    "time_limit_in_ms": 60_000,
    "tencentcloud_region": REGION,
}
TOKENS = {
    b"@CAPABILITY@": RING.path(UPLOAD_ID, now=NOW, ttl=timedelta(hours=1)).encode(),
    b"@STATIC@": RING.static_path().encode(),
}
"""What an input writes where a valid callback address is to stand: no fuzzer would find a signature."""


class StoppedClock:
    """No time passes, whatever is waited for."""

    def now(self) -> datetime:
        """Return the one moment there is."""
        return NOW

    def monotonic(self) -> float:
        """Return always the same."""
        return 0.0

    def sleep(self, seconds: float) -> None:
        """Return at once."""


@dataclass(frozen=True)
class Called:
    """What came of a call: the result, or the error that it ended with, and what was logged."""

    result: dict[str, Any] | None
    error: Exception | None
    log: str


def settings() -> Settings:
    """Return the settings of the fuzzed app."""
    return from_environment(
        {
            "INPUT_BUCKET": BUCKET,
            "CALLBACK_URL": CALLBACK_URL,
            "CALLBACK_SECRETS": RING.secrets[0],
            "LOG_LEVEL": "DEBUG",
        }
    )


def call(door: ModuleType, event: object, cloud: MemoryCloud, expected: tuple[type[Exception], ...] = ()) -> Called:
    """Call a door; errors that it may end with are part of what is returned, any other is let out."""
    instance = Instance(settings(), cast("urllib3.PoolManager", cloud), StoppedClock())
    heard = io.StringIO()
    with _in_function(door, instance), contextlib.redirect_stdout(heard):
        try:
            return Called(door.main_handler(event, CONTEXT), None, heard.getvalue())
        except expected as error:
            return Called(None, error, heard.getvalue())


@contextlib.contextmanager
def _in_function(door: ModuleType, instance: Instance) -> Iterator[None]:
    with mock.patch.dict(os.environ, ROLE), mock.patch.object(door, "this_instance", return_value=instance):
        yield


def with_addresses(data: bytes) -> bytes:
    """Return an input with valid callback addresses where it asks for them."""
    for token, address in TOKENS.items():
        data = data.replace(token, address)
    return data


def check_nothing_leaks(called: Called, cloud: MemoryCloud) -> None:
    """Fail if a secret, a valid callback address or a signature that was sent is in what a door told."""
    told = f"{called.result} {called.error!r} {called.log}"
    sent = {request.headers["Authorization"] for request in cloud.asked}
    for secret in (*SECRETS, *sent, *(address.decode() for address in TOKENS.values())):
        if secret in told:
            raise AssertionError("a secret is in the result, the error or the log")
