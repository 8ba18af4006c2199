"""What a function finds around it in SCF: environment variables and the context."""

import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from localcloud.account import Account
from localcloud.scf.project import FunctionSpec

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
FUNCTION_VERSION = "$LATEST"
ACCESS_KEY_ID = "TENCENTCLOUD_SECRETID"  # the variable that has it


@dataclass(frozen=True)
class RoleCredentials:
    """Temporary keys of an execution role."""

    secret_id: str
    secret_key: str = field(repr=False)
    session_token: str = field(repr=False)


IssueCredentials = Callable[[str], RoleCredentials]
"""Makes keys for the role of this name."""


class ExecutionEnvironment:
    """The surroundings of one function, the same for all its instances (583/14570, 583/9210)."""

    def __init__(
        self,
        spec: FunctionSpec,
        *,
        account: Account,
        region: str,
        code: Path,
        extra: Mapping[str, str],
        issue_credentials: IssueCredentials,
    ) -> None:
        """`extra` variables come on top of the function's own; the code lies in the folder `code`."""
        self._spec = spec
        self._account = account
        self._region = region
        self._code = code
        self._own = {**spec.environment, **extra}
        self._issue_credentials = issue_credentials

    def variables(self) -> dict[str, str]:
        """Return the whole environment of the next invocation, with freshly issued credentials.

        Nothing of this process's own environment is in it. Without an execution role SCF provides no credentials, so
        neither does this.
        """
        return {**self._built_in(), **self._own, **self._credentials()}

    def context(self, request_id: str) -> dict[str, Any]:
        """Return the `context` of an invocation, key by key as in 583/9210; it carries no credentials."""
        delivered = {"SCF_NAMESPACE": self._spec.namespace, **self._own}
        return {
            "memory_limit_in_mb": self._spec.memory_mb,
            "time_limit_in_ms": self._spec.timeout_s * 1000,
            "request_id": request_id,
            "environment": json.dumps(delivered),
            "environ": ";".join(f"{name}={value}" for name, value in delivered.items()),
            "function_version": FUNCTION_VERSION,
            "function_name": self._spec.name,
            "namespace": self._spec.namespace,
            "tencentcloud_region": self._region,
            "tencentcloud_appid": self._account.appid,
            "tencentcloud_uin": self._account.uin,
        }

    def _built_in(self) -> dict[str, str]:
        """Return the table of 583/14570, with the code where it lies here and not in /var/user.

        Without what is for other languages, or would lead into folders of this machine (/opt, /home/qcloud).
        """
        return {
            "PATH": _PATH,
            "HOME": tempfile.gettempdir(),
            "PWD": str(self._code),
            "USER": "qcloud",
            "LOGNAME": "qcloud",
            "SHELL": "/bin/bash",
            "LANG": "en_US.UTF8",
            "LC_ALL": "en_US.UTF8",
            "TZ": "UTC",
            "LD_LIBRARY_PATH": str(self._code),
            "PYTHONPATH": str(self._code),
            "PYTHONDONTWRITEBYTECODE": "x",
            "USER_CODE_ROOT": f"{self._code}/",
            "_SCF_SERVER_PORT": "28902",
            "TENCENTCLOUD_RUNENV": "SCF",
            "TENCENTCLOUD_REGION": self._region,
            "TENCENTCLOUD_APPID": self._account.appid,
            "TENCENTCLOUD_UIN": self._account.uin,
            "TENCENTCLOUD_TZ": "UTC",
            "SCF_RUNTIME": self._spec.runtime,
            "SCF_FUNCTIONNAME": self._spec.name,
            "SCF_FUNCTIONVERSION": FUNCTION_VERSION,
            "SCF_NAMESPACE": self._spec.namespace,
        }

    def _credentials(self) -> dict[str, str]:
        if self._spec.role is None:
            return {}
        issued = self._issue_credentials(self._spec.role)
        return {
            ACCESS_KEY_ID: issued.secret_id,
            "TENCENTCLOUD_SECRETKEY": issued.secret_key,
            "TENCENTCLOUD_SESSIONTOKEN": issued.session_token,
        }
