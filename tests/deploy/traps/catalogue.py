"""Every trap of a serverless.yml that we know: it deploys, and then something does not work.

Each is judged by what Tencent's toolkit really called, or, where the toolkit calls nothing, by the file itself.
"""

from tests.deploy.traps import file, functions, triggers
from tests.deploy.traps.deployment import Deployment

TRAPS = (*file.TRAPS, *functions.TRAPS, *triggers.TRAPS)


def found(deployment: Deployment) -> list[str]:
    """Return the traps that a deployment has fallen into; where the toolkit gave up, that alone."""
    if deployment.recording.failure:
        return [f"the toolkit gave up: {deployment.recording.failure}"]
    return [message for trap in TRAPS for message in trap(deployment)]
