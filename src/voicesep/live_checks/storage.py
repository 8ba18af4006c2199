"""What COS does where its documents are silent: races, conditions, freshness."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from statistics import median

from voice_separation.concurrency import in_threads
from voice_separation.errors import Retryable, TencentRefusal, Unreachable
from voicesep.live_checks.bench import Bench

RACES, WRITERS = 20, 16
ROUNDS = 20
LIST_EVERY_SECONDS = 0.05


def put_if_absent(bench: Bench) -> Iterator[str]:
    """Let many writers create the same fresh key at once, many times."""
    many = in_threads(WRITERS)

    def write(key: str) -> str:
        try:
            bench.send_cos("PutObject", "PUT", key, headers={"x-cos-forbid-overwrite": "true"}, body=key.encode())
        except Unreachable as lost:
            return f"nothing ({lost.code})"
        except TencentRefusal as refused:
            return f"{refused.status} `{refused.code}`"
        return "created"

    winners: Counter[int] = Counter()
    others: Counter[str] = Counter()
    for race in range(RACES):
        answers = Counter(many(write, [f"{bench.prefix}race-{race}"] * WRITERS))
        winners[answers.pop("created", 0)] += 1
        others.update(answers)
    yield f"{RACES} fresh keys, {WRITERS} writers each, each write sent once"
    for count, races in sorted(winners.items()):
        yield f"{races} races had {count} writer(s) who were told that they created the object"
    yield "the others were told: " + ", ".join(f"{answer} {count} times" for answer, count in sorted(others.items()))


def conditional_put(bench: Bench) -> Iterator[str]:
    """Write over an object with conditions that do not hold."""
    for header, value in (("If-Match", '"00000000000000000000000000000000"'), ("If-None-Match", "*")):
        key = bench.put(f"conditional-{header}", b"first")
        try:
            bench.send_cos("PutObject", "PUT", key, headers={header: value}, body=b"second")
        except Retryable:
            raise  # no answer, or one that is true for now only
        except TencentRefusal as refused:
            yield f"`{header}`: {refused.status} `{refused.code}`"
        else:
            content = bench.cloud.cos.get(bench.bucket, key)
            yield f"`{header}`: 200, and the object is {'overwritten' if content == b'second' else 'as it was'}"


def append_conflict(bench: Bench) -> Iterator[str]:
    """Append at a position that is not the end."""
    key = f"{bench.prefix}appended"
    for position in ("0", "999"):
        try:
            bench.send_cos("AppendObject", "POST", key, params={"append": "", "position": position}, body=b"line\n")
        except Retryable:
            raise  # no answer, or one that is true for now only
        except TencentRefusal as refused:
            yield f"position {position}: {refused.status} `{refused.code}`"
        else:
            yield f"position {position}: 200"


def list_lag(bench: Bench) -> Iterator[str]:
    """Write objects, and list until the last one shows, without a pause to speak of."""
    clock = bench.cloud.clock
    lags: list[float] = []
    looks: list[float] = []

    def is_listed(key: str) -> bool:
        began = clock.monotonic()
        found = any(row.key == key for row in bench.cloud.cos.list(bench.bucket, key))
        looks.append(clock.monotonic() - began)
        return found

    for round_ in range(ROUNDS):
        key = bench.put(f"listed/{round_}", b"")
        written = clock.monotonic()
        if not bench.wait_for(partial(is_listed, key), bool, every=LIST_EVERY_SECONDS):
            yield f"object {round_ + 1} of {ROUNDS}: not shown within {bench.patience:.0f} s, so no other was written"
            break
        lags.append(clock.monotonic() - written)
    if lags:
        yield f"{len(lags)} objects: shown after {median(lags):.2f} s (median), {max(lags):.2f} s (longest)"
    pause = f"{LIST_EVERY_SECONDS * 1000:.0f} ms"
    yield f"{len(looks)} LISTs, {pause} between two; one took {median(looks) * 1000:.0f} ms (median), which is in it"


def freshness(bench: Bench) -> Iterator[str]:
    """Overwrite an object and read it at once."""
    stale = 0
    for round_ in range(ROUNDS):
        content = str(round_).encode()
        key = bench.put("overwritten", content)
        stale += bench.cloud.cos.get(bench.bucket, key) != content
    yield f"{stale} of {ROUNDS} reads right after an overwrite were stale"
