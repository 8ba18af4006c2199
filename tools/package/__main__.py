"""`make package`: build/package/ and build/voice-separation.zip, and a table of what is in them."""

import sys
from pathlib import Path

from tools.package.archive import size_table
from tools.package.build import LIMIT, MIB, Bundle, build
from tools.package.bytecode import find_python310
from tools.package.errors import PackagingError
from tools.package.wheels import ROOT, fetch

NO_BYTECODE = """\
WARNING: no CPython 3.10 was found, so the bundle has NO BYTE-CODE: every cold start will compile all modules.
         Install Python 3.10, or name one: make package PYTHON310=/path/to/python3.10"""


def main() -> None:
    """Build the bundle and tell about it; exit with 1 when none was built."""
    try:
        python310 = find_python310()
        fetch()
        bundle = build(ROOT / "build", python310)
    except PackagingError as error:
        sys.exit(f"no bundle was built: {error}")
    tell(bundle, python310)


def tell(bundle: Bundle, python310: Path | None) -> None:
    """Print the table to stdout, and where it all is to stderr."""
    print(size_table(bundle.archive.read_bytes()))  # noqa: T201 - a tool talks
    print(f"limit {LIMIT / MIB:.0f} MiB; byte-code: {python310 or 'NONE'}", flush=True)  # noqa: T201
    for built in (bundle.tree, bundle.archive):
        print(f"wrote {built}", file=sys.stderr)  # noqa: T201
    if python310 is None:
        print(NO_BYTECODE, file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    main()
