"""The key that commands sign with on the real cloud."""

import os
from collections.abc import Mapping

import click

from voice_separation.errors import InvalidSettings
from voice_separation.tencent import credentials
from voice_separation.tencent.credentials import Credentials


def live_key(env_file: Mapping[str, str]) -> Credentials:
    """Return the key of the process's environment, else of `.env`, else the deployer's in `.env`.

    The first two are TENCENTCLOUD_SECRETID, _SECRETKEY and _SESSIONTOKEN; the deployer's are the names of Tencent's
    command line, which writes a token when one logs in with it. Raises click.UsageError.
    """
    for environment in (os.environ, env_file, _deployer(env_file)):
        try:
            return credentials.from_environment(environment)
        except InvalidSettings:
            continue
    raise click.UsageError(
        "there is no key: set TENCENTCLOUD_SECRETID and TENCENTCLOUD_SECRETKEY in the environment, or"
        " TENCENT_SECRET_ID and TENCENT_SECRET_KEY in .env, or the file that --env-file or --profile names"
    )


def _deployer(env_file: Mapping[str, str]) -> dict[str, str]:
    return {
        "TENCENTCLOUD_SECRETID": env_file.get("TENCENT_SECRET_ID", ""),
        "TENCENTCLOUD_SECRETKEY": env_file.get("TENCENT_SECRET_KEY", ""),
        "TENCENTCLOUD_SESSIONTOKEN": env_file.get("TENCENT_TOKEN", ""),
    }
