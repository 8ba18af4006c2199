"""Fixtures that tests of more than one room share."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from pytest_mock import MockerFixture

from localcloud import LocalCloud
from localcloud.credentials import Identity, KeyRing

pytest_plugins = ["tests.browser"]

# How long an example takes says how busy the machine is.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


@pytest.fixture
def cloud() -> Iterator[LocalCloud]:
    """A fresh local cloud on a free port."""
    with LocalCloud() as cloud:
        yield cloud


@pytest.fixture
def issued(mocker: MockerFixture) -> list[Identity]:
    """Every key that a function is given from now on."""
    identities: list[Identity] = []
    issue = KeyRing.issue

    def watched(self: KeyRing, *arguments: Any, **named: Any) -> Identity:
        identities.append(issue(self, *arguments, **named))
        return identities[-1]

    mocker.patch.object(KeyRing, "issue", watched)
    return identities
