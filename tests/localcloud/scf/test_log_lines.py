from hypothesis import given
from hypothesis import strategies as st

from localcloud.scf.log_lines import LogLines


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
