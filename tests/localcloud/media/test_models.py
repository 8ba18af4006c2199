import subprocess
import sys


def test_a_local_cloud_is_imported_without_what_reads_and_separates_sound() -> None:
    code = "import localcloud, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "localcloud.media.models" in done.stdout.split()
    assert not {"av", "numpy"}.intersection(done.stdout.split())
