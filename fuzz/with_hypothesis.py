"""The engine that runs on every interpreter: Hypothesis draws bytes, and changes known inputs. It sees no coverage."""

import time

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import strategies as st

from fuzz.catalogue import Function

_ROUND = 200  # inputs between two looks at the clock
_QUIET = settings(
    database=None,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
    verbosity=Verbosity.quiet,
)
_TOKENS = (
    b"", b"\0", b"\xff", b"\xed\xa0\x80", b"\\ud800", b"<a>", b"</a>", b"&x;", b"{", b"}", b"[", b"]", b'"', b"'",
    b"..", b"/", b"%2e%2e%2f", b"${jobid}", b"null", b"true", b"-1", b"1e999", b"9" * 400, b"NaN", b"\n", b"\t",
    b":", b"*a", b"&a ",
)  # fmt: skip


def inputs(known: list[bytes]) -> st.SearchStrategy[bytes]:
    """Return bytes of any kind, and known inputs with a piece replaced, doubled, or put elsewhere."""
    anything = st.binary(max_size=400)
    if not known:
        return anything
    return anything | st.builds(
        _changed,
        st.sampled_from(known),
        st.lists(st.tuples(st.floats(0, 1), st.integers(0, 60), st.integers(1, 40), _piece), min_size=1, max_size=5),
    )


_piece = st.none() | st.sampled_from(_TOKENS) | st.binary(max_size=20)


def _changed(data: bytes, changes: list[tuple[float, int, int, bytes | None]]) -> bytes:
    """Replace `length` bytes by a piece, many times over; without a piece the bytes themselves are what is repeated."""
    for where, length, times, piece in changes:
        at = int(where * len(data))
        taken = data[at : at + length]
        data = data[:at] + (taken if piece is None else piece) * times + data[at + length :]
    return data


def run(target: Function, known: list[bytes], seconds: float) -> None:
    """Give the target inputs for that many seconds.

    Raises what the target raised, for the smallest input that Hypothesis could find; the error has it as a note.
    """
    until = time.monotonic() + seconds
    for data in known:
        target(data)
    while time.monotonic() < until:
        examples(target, known, _ROUND)


def examples(target: Function, known: list[bytes], count: int, *, repeatable: bool = False) -> None:
    """Give the target so many inputs, with `repeatable` always the same ones."""

    @settings(_QUIET, max_examples=count, derandomize=repeatable)
    @given(inputs(known))
    def each(data: bytes) -> None:
        target(data)

    each()
