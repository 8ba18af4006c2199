"""docs/deploy.md names no command that `test_walk.py` does not type, or that is not listed with the reason."""

import re

import pytest

from tests.deploy.deploy_page import NOT_RUN, PAGE, Block, looks_like, mentioned, steps, why_not_run


def test_every_command_that_a_sentence_names_is_typed_in_a_step_or_listed_with_the_reason() -> None:
    typed = [command.removeprefix(".venv/bin/") for step in steps(PAGE.text) for command in step.commands]
    for command in mentioned(PAGE.text):
        is_typed = any(each.startswith(command.removeprefix(".venv/bin/")) for each in typed)
        assert is_typed or why_not_run(command), command


def test_no_reason_is_left_over() -> None:
    named = [*mentioned(PAGE.text), *(command for step in steps(PAGE.text) for command in step.commands)]
    assert [pattern for pattern in NOT_RUN if not any(re.match(pattern, command) for command in named)] == []


@pytest.mark.parametrize(
    ("printed", "shown", "alike"),
    [
        ("one\ntwo\n", "one\ntwo", True),
        ("one\ntwo\n", "one", False),
        ("one\ntwo\nthree\n", "…\nthree", True),
        ("three\n", "…\nthree", True),
        ("one 17 two\n", "one … two", True),
        ("one\ntwo\n", "one…two", False),
        ("oneXtwo\n", "one.two", False),
    ],
)
def test_what_is_printed_is_compared_with_what_the_page_shows(printed: str, shown: str, alike: bool) -> None:
    assert looks_like(printed, shown) is alike


def test_a_page_is_read_step_by_step() -> None:
    text = """
# Title

1. **One.** Do this:

   ```
   make one \\
       --more    # why
   ```

   ```text
   1
   ```

   and `make three`.

## Two

```
make two
```

That prints:

```text
2
```
"""
    one, two = steps(text)
    assert (one.title, one.blocks) == ("One", [Block(("make one --more",), "   1\n")])
    assert (two.title, two.blocks) == ("Two", [Block(("make two",), None)])
    assert mentioned(text) == {"make three"}
