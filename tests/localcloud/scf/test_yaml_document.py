import pytest

from localcloud.scf.yaml_document import MOST_CHARACTERS, MOST_LEVELS, MOST_NODES, UnreadableYamlError, read_yaml


def nested(levels: int) -> str:
    """A list of so many levels, the innermost with a scalar."""
    return "[" * (levels - 1) + "x" + "]" * (levels - 1)


def powers(count: int, line: str) -> str:
    """Each line stands for nine times the one before it."""
    lines = [line]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, count)]
    return "\n".join(lines)


def test_a_document_is_read_as_yaml_says() -> None:
    assert read_yaml("a: [1, true, ~, 2.5, text]\nb: &b {c: d}\ne: {<<: *b, f: g}") == {
        "a": [1, True, None, 2.5, "text"],
        "b": {"c": "d"},
        "e": {"c": "d", "f": "g"},
    }


@pytest.mark.parametrize("text", ["", "# nothing\n", b""])
def test_nothing_is_none(text: str | bytes) -> None:
    assert read_yaml(text) is None


def test_bytes_may_be_utf_8_or_utf_16() -> None:
    assert read_yaml("a: 中文".encode()) == read_yaml("a: 中文".encode("utf-16")) == {"a": "中文"}


def test_the_deepest_document_is_read_and_one_level_more_is_not() -> None:
    read_yaml(nested(MOST_LEVELS - 1))
    with pytest.raises(UnreadableYamlError, match="levels"):
        read_yaml(nested(MOST_LEVELS))


def test_levels_count_through_aliases() -> None:
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, MOST_LEVELS))]
    with pytest.raises(UnreadableYamlError, match="levels"):
        read_yaml("\n".join(lines))


def test_a_node_within_itself_has_no_end() -> None:
    for text in ("&a [*a]", "a: &a {b: *a}", "&a {? *a : b}"):
        with pytest.raises(UnreadableYamlError):
            read_yaml(text)


def test_nodes_count_as_often_as_aliases_repeat_them() -> None:
    read_yaml(powers(4, "a0: &a0 [x]"))
    with pytest.raises(UnreadableYamlError, match=f"more than {MOST_NODES} nodes"):
        read_yaml(powers(12, "a0: &a0 [x]"))


def test_merged_mappings_count_too() -> None:
    with pytest.raises(UnreadableYamlError, match="nodes"):
        read_yaml(powers(12, "a0: &a0 {x: 1}").replace("[", "{<<: [").replace("]", "]}"))


def test_a_text_that_is_too_long_is_not_even_scanned() -> None:
    with pytest.raises(UnreadableYamlError, match="longer than"):
        read_yaml("x" * (MOST_CHARACTERS + 1))


@pytest.mark.parametrize(
    "value",
    ["2026-13-45", "9" * 5000, "!!bool x", "!!float x", "!!timestamp x", "!!binary é", ":".join(["59"] * 200) + ".5"],
    ids=["day", "digits", "boolean", "float", "time", "binary", "sixties"],
)
def test_a_value_that_is_not_what_it_looks_like_is_named_so(value: str) -> None:
    with pytest.raises(UnreadableYamlError, match=r"not what it looks like|no YAML"):
        read_yaml(f"a: {value}")


@pytest.mark.parametrize("text", ["a: [", b"a: \xff", "a: \0", 'a: "\\ud800"', "a: !!python/object:os.system x"])
def test_what_is_no_yaml_is_unreadable(text: str | bytes) -> None:
    with pytest.raises(UnreadableYamlError):
        read_yaml(text)
