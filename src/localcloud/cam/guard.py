"""Whether whoever sends a request may do what it asks for."""

from collections.abc import Mapping

from localcloud.account import Account
from localcloud.cam.access import Access
from localcloud.cam.policy import Policy
from localcloud.credentials import Identity
from localcloud.errors import CloudError


class Guard:
    """Holds roles to their policies. Keys that are no role's are the root account's, which may do everything."""

    def __init__(self, owner: Account, policies: Mapping[str, Policy] | None = None) -> None:
        """`policies` by the name of their role; a role that is not named then may do nothing. None: no role is held."""
        self.owner = owner
        self._policies = policies

    def holds(self, identity: Identity) -> bool:
        """Whether there is a policy that says what this identity may do."""
        return self._policies is not None and identity.role is not None

    def check(self, identity: Identity, accesses: tuple[Access, ...]) -> None:
        """Raise CloudError 403 AccessDenied for the first access that the policy of the identity's role lacks.

        A held role's request that is no action known here is denied, too.
        """
        if self._policies is None or identity.role is None:
            return
        policy = self._policies.get(identity.role, Policy(()))
        if not accesses:
            raise _denied(f"What the role {identity.role!r} asks for is no action known here, so no policy allows it.")
        for access in accesses:
            if not policy.allows(access, self.owner):
                raise _denied(f"The role {identity.role!r} may not do {access}. Allow it in the role's policy.")


def _denied(message: str) -> CloudError:
    return CloudError(403, "AccessDenied", message)  # 436/7730, 1045/33422
