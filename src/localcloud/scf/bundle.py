"""Code as SCF has it: the zip that was uploaded, unpacked where nothing may be written."""

import shutil
import stat
import tempfile
import zipfile
from pathlib import Path

_READ = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH
_ENTER = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH


class BundleUnreadableError(Exception):
    """There is no bundle at the path, or what is there is neither a zip nor a folder."""


class UnpackedBundle:
    """A copy of a bundle in a folder of its own, read-only until it is removed, though root can write all the same."""

    def __init__(self, bundle: Path) -> None:
        """Unpack a zip, or copy the folder that one was unpacked into. Raises BundleUnreadableError."""
        self._temporary = tempfile.TemporaryDirectory(prefix="localcloud-bundle-")
        self.folder = Path(self._temporary.name).resolve() / "code"
        try:
            if bundle.is_dir():
                shutil.copytree(bundle, self.folder)
            else:
                with zipfile.ZipFile(bundle) as archive:
                    archive.extractall(self.folder)
        except (OSError, zipfile.BadZipFile) as error:
            self.remove()
            raise BundleUnreadableError(f"{bundle} cannot be unpacked: {error}. Give a zip, or its folder.") from error
        for path in (*self.folder.rglob("*"), self.folder):
            path.chmod(_READ | _ENTER if path.is_dir() else _READ)

    def remove(self) -> None:
        """Remove the folder."""
        self._temporary.cleanup()
