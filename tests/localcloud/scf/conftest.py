import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from localcloud.account import Account
from localcloud.scf.event_queue import RetryPolicy
from localcloud.scf.execution_environment import RoleCredentials
from localcloud.scf.models import Scf
from tests.localcloud.scf.lab import APPID, Lab, LabFactory


@pytest.fixture
def new_lab(tmp_path: Path) -> Iterator[LabFactory]:
    labs: list[Lab] = []

    def make(**options: Any) -> Lab:
        issued = itertools.count(1)
        moments = itertools.count()
        heard: list[tuple[str, str, str]] = []

        def issue(_role: str) -> RoleCredentials:
            number = next(issued)
            return RoleCredentials(f"AKID{number}", f"secret{number}", f"token{number}")

        code = tmp_path / f"code{len(labs)}"
        code.mkdir()
        scf = Scf(
            Account(APPID, "100000000036"),
            **{
                "issue_credentials": issue,
                "clock": lambda: datetime(2026, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=next(moments)),
                "retry": RetryPolicy(delay_seconds=0),
                "on_log": lambda *line: heard.append(line),
                **options,
            },
        )
        labs.append(Lab(scf, code, heard))
        return labs[-1]

    yield make
    for lab in labs:
        lab.scf.stop()


@pytest.fixture
def lab(new_lab: LabFactory) -> Lab:
    return new_lab()
