from hypothesis import given
from hypothesis import strategies as st

from localcloud.scf.log_lines import MOST_BYTES, LogLines


@given(st.lists(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), min_size=1)), st.data())
def test_lines_come_out_whole_however_the_bytes_are_cut(lines: list[str], data: st.DataObject) -> None:
    output = "\n".join(lines).encode()
    heard: list[str] = []
    log = LogLines(heard.append)

    while output:
        cut = data.draw(st.integers(1, len(output)))
        log.feed(output[:cut])
        output = output[cut:]

    assert log.finish() == tuple(heard) == tuple(lines)


def test_an_unfinished_line_is_heard_at_the_end_only() -> None:
    heard: list[str] = []
    log = LogLines(heard.append)

    log.feed(b"whole\r\nunfin")
    assert heard == ["whole"]
    log.feed(b"ished")
    log.finish()

    assert heard == ["whole", "unfinished"]


def test_no_more_of_a_log_is_kept_than_a_mebibyte_but_every_line_is_heard() -> None:
    heard: list[str] = []
    log = LogLines(heard.append)

    for _ in range(3):
        log.feed(b"x" * (MOST_BYTES // 2) + b"\n")

    assert len(heard) == 3
    assert log.finish() == (
        *heard[:2],
        "localcloud kept 1048576 bytes of this log, 1 lines were dropped",
    )


def test_a_line_that_never_ends_is_cut() -> None:
    heard: list[str] = []
    log = LogLines(heard.append)

    for _ in range(5):
        log.feed(b"x" * (MOST_BYTES // 2))

    assert [len(line) for line in heard] == [MOST_BYTES * 3 // 2]


def test_a_line_can_be_ended_before_its_end() -> None:
    heard: list[str] = []
    log = LogLines(heard.append)

    log.feed(b"loading")
    log.end_line()
    log.end_line()

    assert log.count == 1
    assert log.finish() == tuple(heard) == ("loading",)
