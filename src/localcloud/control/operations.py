"""Everything that can be asked of a running local cloud."""

from localcloud.ci.models import Ci
from localcloud.ci.pace import Pace
from localcloud.clock import MovableClock
from localcloud.control.events import EventOperations
from localcloud.control.exchange import Operations
from localcloud.control.faults import FaultOperations
from localcloud.control.functions import FunctionOperations
from localcloud.control.jobs import JobOperations
from localcloud.control.storage import StorageOperations
from localcloud.control.whole import About, CloudOperations
from localcloud.cos.models import Cos
from localcloud.faults import Faults
from localcloud.recorder import Recorder
from localcloud.scf.models import Scf


def control_operations(
    about: About,
    *,
    cos: Cos,
    ci: Ci,
    scf: Scf,
    faults: Faults,
    clock: MovableClock,
    recorder: Recorder,
    pace: Pace | None,
) -> Operations:
    """Return all operations of the control API, in the order in which they are documented."""
    return (
        *CloudOperations(about, clock, recorder).operations,
        *StorageOperations(cos).operations,
        *JobOperations(ci, pace).operations,
        *FunctionOperations(scf).operations,
        *FaultOperations(faults).operations,
        *EventOperations(faults.events).operations,
    )
