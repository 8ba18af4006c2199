"""What stands in the events of a COS trigger where its documents are silent: keys, and appends."""

import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import unquote, unquote_plus

from voice_separation.options import SKIP
from voicesep.live_checks.bench import FOLDER, Bench
from voicesep.live_checks.door_logs import ReceivedRecord, door_log

NAMES = ("plain", "two words", "a+b", "100%25", "na#me?", "人声", "semi;colon&")
APPENDED = "appended"
READINGS: Mapping[str, Callable[[str], str]] = {
    "as it is": str,
    "percent-decoded": unquote,
    "form-decoded": unquote_plus,
}
SKIPPED = {SKIP: "true", "Content-Type": "audio/mpeg"}


def keys_in_events(bench: Bench) -> Iterator[str]:
    """Upload objects with special names, which say that they are to be skipped, and look at what `submit` was given."""
    log = door_log(bench, "submit", ReceivedRecord)
    keys = [_triggering_key(bench, number, name) for number, name in enumerate(NAMES)]
    for key in keys:
        bench.send_cos("PutObject", "PUT", key, headers=SKIPPED)
    seen = log.wait_for(range(len(keys)), lambda line, number: _is_about(line, bench, number))
    for number, lines in seen.items():
        name = NAMES[number]
        yield from (f"`{name}`: {_told(line, keys[number])}" for line in lines)
        if not lines:
            yield f"`{name}`: not in the log; does the trigger look at INPUT_PREFIX, and was --patience enough?"
        if len(lines) > 1:
            yield f"`{name}`: came {len(lines)} times"
    yield from _of_all([line for lines in seen.values() for line in lines])


def appends_in_events(bench: Bench) -> Iterator[str]:
    """Append to a new object under the trigger's prefix, and look whether `submit` is told."""
    log = door_log(bench, "submit", ReceivedRecord)
    key, params = _triggering_key(bench, 0, APPENDED), {"append": "", "position": "0"}
    bench.send_cos("AppendObject", "POST", key, params=params, headers=SKIPPED, body=b"no recording")
    (lines,) = log.wait_for([APPENDED], lambda line, name: _is_about(line, bench, 0, name)).values()
    yield from (f"reported, eventName `{line.event_name}`" for line in lines)
    if not lines:
        yield f"not reported within {bench.patience:.0f} s"


def _triggering_key(bench: Bench, number: int, name: str) -> str:
    """Return a key that can be told in an event however its name is written there: by the number."""
    return f"{bench.triggering_prefix}{number}-{name}{bench.deployment.settings.input_suffixes[0]}"


def _is_about(line: ReceivedRecord, bench: Bench, number: int, name: str = "") -> bool:
    wanted = re.compile(rf"{FOLDER}-{bench.run_id}(/|%2F){number}-{name}", re.IGNORECASE)
    return bool(wanted.search(line.raw_key) or wanted.search(line.url_path))


def _told(line: ReceivedRecord, key: str) -> str:
    return f"`cosObject.key` {_reading(line.raw_key, key)}; path of `cosObject.url` {_reading(line.url_path, key)}"


def _reading(written: str, key: str) -> str:
    """Return how something is written, and which ways to read it give the key."""
    right = [name for name, read in READINGS.items() if read(written).endswith(key)]
    return f"is `{written}`, the key when read {' or '.join(right)}" if right else f"is `{written}`, not the key"


def _of_all(lines: list[ReceivedRecord]) -> Iterator[str]:
    for what, values in (
        ("records to an event", {str(line.records) for line in lines}),
        ("eventName", {line.event_name for line in lines}),
        ("COS's request id in it", {"yes" if line.cos_request_id else "no" for line in lines}),
    ):
        yield f"{what}: {', '.join(f'`{value}`' for value in sorted(values))}"
