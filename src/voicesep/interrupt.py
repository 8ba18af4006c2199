"""For commands that go on until somebody ends them."""

from localcloud.interruption import Interruption


def until_interrupted() -> None:
    """Return when somebody presses Ctrl-C or ends the process."""
    Interruption().wait()
