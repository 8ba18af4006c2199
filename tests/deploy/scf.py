"""A stand-in for Tencent's command line `scf`, run as a program: `scf.py HOST:PORT deploy|remove`.

It does what is done on the deployer's machine, the hook of serverless.yml, and leaves the rest to the platform, which
`tests/deploy/tencent_platform.py` stands in for at that address.
"""

import http.client
import shlex
import subprocess
import sys
from pathlib import Path

import yaml

SECONDS = 100


def main(platform: str, action: str) -> int:
    """Return the exit code: that of the hook if it failed, else whether the platform refused."""
    if action == "deploy":
        source = yaml.safe_load(Path("serverless.yml").read_text(encoding="utf-8"))["inputs"]["src"]
        if code := subprocess.run(shlex.split(source["hook"]), cwd=source["src"], check=False).returncode:
            return code
    elif input("Remove all functions? (y/n) ") != "y":
        return 1
    connection = http.client.HTTPConnection(platform, timeout=SECONDS)
    connection.request("POST", f"/{action}", str(Path.cwd()))
    refusal = connection.getresponse().read().decode()
    sys.stderr.write(refusal)
    return 1 if refusal else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
