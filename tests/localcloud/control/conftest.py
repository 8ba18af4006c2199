import pytest

from localcloud import LocalCloud
from tests.localcloud.cloud_lab import CloudLab
from tests.localcloud.control.steering import Steering


@pytest.fixture
def steering(cloud_lab: CloudLab) -> Steering:
    """The control API of the lab's cloud."""
    return Steering(cloud_lab.cloud)


@pytest.fixture
def steered(cloud: LocalCloud) -> Steering:
    """The control API of an empty cloud."""
    return Steering(cloud)
