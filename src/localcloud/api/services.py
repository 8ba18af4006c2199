"""Every service of the API 3.0 that the local cloud has."""

from collections.abc import Mapping

from localcloud.account import Account
from localcloud.api.service import Service
from localcloud.cam.policy import Policy
from localcloud.cam.responses import cam_service
from localcloud.cls.responses import cls_service
from localcloud.scf.models import Scf
from localcloud.scf.responses import scf_service
from localcloud.ssm.models import Ssm
from localcloud.ssm.responses import ssm_service


def api_services(
    account: Account, scf: Scf, ssm: Ssm, policies: Mapping[str, Policy] | None = None
) -> tuple[Service, ...]:
    """Return the services of an account; `policies` are what its roles may do, None that all may do everything."""

    def roles_in_use() -> frozenset[str]:
        return frozenset(function.spec.role for function in scf.functions if function.spec.role)

    return (
        ssm_service(ssm, account),
        scf_service(scf),
        cls_service(scf),
        cam_service(account, policies, roles_in_use),
    )
