"""Builds a bundle: a folder and the zip of it, or neither."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tools.package.archive import zipped
from tools.package.bytecode import compile_tree
from tools.package.contents import gather
from tools.package.errors import BundleTooLarge
from tools.package.wheels import WHEELS

LIMIT = 10 << 20  # bytes, zipped; SCF takes 50 MB (583/11637), but what a cold start has to fetch should be small
MIB = 1 << 20


@dataclass(frozen=True)
class Bundle:
    """What was built: `tree` is the root of the functions' code, `archive` its zip."""

    tree: Path
    archive: Path


def build(output: Path, python310: Path | None, *, wheels: Path = WHEELS, limit: int = LIMIT) -> Bundle:
    """Build `package/` and `voice-separation.zip` in the folder `output`, offline.

    Without a `python310` there is no byte-code. Raises WheelsUnavailable, or BundleTooLarge beyond `limit` bytes; what
    was built before is left alone then.
    """
    bundle = Bundle(output / "package", output / "voice-separation.zip")
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output) as folder:
        tree = Path(folder).resolve() / "package"
        gather(tree, wheels)
        if python310:
            compile_tree(tree, python310)
        content = zipped(tree)
        if len(content) > limit:
            size = f"{len(content) / MIB:.2f} MiB, over the limit of {limit / MIB:.2f} MiB"
            raise BundleTooLarge(f"The zip would have {size}; see what requirements.txt brings, and drop something.")
        shutil.rmtree(bundle.tree, ignore_errors=True)
        tree.rename(bundle.tree)
    bundle.archive.write_bytes(content)
    return bundle
