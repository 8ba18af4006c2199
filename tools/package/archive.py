"""The zip of a folder: the same bytes for the same files, whenever and by whomever it is made, and how large it is."""

import io
import stat
import zipfile
from collections import defaultdict
from dataclasses import astuple, dataclass
from pathlib import Path

LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can tell
READABLE = (stat.S_IFREG | 0o644) << 16
BYTECODE = ".pyc"
LINE = "{:<22}{:>8}{:>15}{:>15}{:>15}"
HEADING = LINE.format("package", "files", "unpacked", "byte-code", "zipped")
_UNIX = 3


def zipped(tree: Path) -> bytes:
    """Return a zip of every file below `tree`, in the order of their names, with one time and one mode for all."""
    buffer = io.BytesIO()
    files = sorted((file.relative_to(tree).as_posix(), file) for file in tree.rglob("*") if file.is_file())
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, file in files:
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.create_system = _UNIX
            entry.external_attr = READABLE
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes())
    return buffer.getvalue()


@dataclass
class Share:
    """What one top-level package has of a zip; sizes in bytes, `zipped` without the zip's own tables."""

    files: int = 0
    unpacked: int = 0
    bytecode: int = 0
    zipped: int = 0

    def add(self, entry: zipfile.ZipInfo) -> None:
        """Count one more file."""
        self.files += 1
        self.unpacked += entry.file_size
        self.bytecode += entry.file_size if entry.filename.endswith(BYTECODE) else 0
        self.zipped += entry.compress_size


def shares(archive: bytes) -> dict[str, Share]:
    """Return what each package has of a zip, by name."""
    found: dict[str, Share] = defaultdict(Share)
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        for entry in opened.infolist():
            found[_package(entry.filename)].add(entry)
    return dict(found)


def size_table(archive: bytes) -> str:
    """Return the shares as lines of text, the largest first, and their sum."""
    found = sorted(shares(archive).items(), key=lambda item: (-item[1].zipped, item[0]))
    files, unpacked, bytecode, _ = (sum(column) for column in zip(*(astuple(share) for _, share in found), strict=True))
    total = Share(files, unpacked, bytecode, len(archive))
    return "\n".join([HEADING, *(_row(name, share) for name, share in [*found, ("voice-separation.zip", total)])])


def _package(name: str) -> str:
    """Return the top-level package or module that a file belongs to; byte-code at the root belongs to its module."""
    parts = name.split("/")
    top = parts[1] if parts[0] == "__pycache__" else parts[0]
    return top.partition(".")[0]


def _row(name: str, share: Share) -> str:
    sizes = (f"{size / 1024:,.1f} KiB" for size in (share.unpacked, share.bytecode, share.zipped))
    return LINE.format(name, share.files, *sizes)
