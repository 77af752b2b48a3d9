"""A place like Lambda's: no /dev/shm, and one folder that can be written to."""

import subprocess
from functools import cache
from pathlib import Path

MOUNTS = """
set -e
devices=$(mktemp -d -p "$1")
mount -t tmpfs devices "$devices"
for each in null zero full random urandom; do
    touch "$devices/$each"
    mount --bind "/dev/$each" "$devices/$each"
done
ln -s /proc/self/fd "$devices/fd"
mount --rbind "$devices" /dev
mount --bind "$1" "$1"
mount -o remount,bind,ro /
cd "$PWD"
shift
exec "$@"
"""


def sandboxed(folder: Path, *command: str) -> list[str]:
    """Give the command that runs another one in there.

    Parameters
    ----------
    folder : Path
        What can be written to.
    *command : str
        The program and its arguments.
    """
    return ["unshare", "-rm", "sh", "-c", MOUNTS, "sh", str(folder), *command]


@cache
def why_not(folder: Path) -> str:
    """Say why this machine cannot do that; nothing if it can."""
    try:
        tried = subprocess.run(
            sandboxed(folder, "test", "!", "-e", "/dev/shm"),
            check=False,
            capture_output=True,
            text=True,
        )
    except FileNotFoundError as error:
        return str(error)
    return tried.stderr.strip() or ("/dev/shm is there" if tried.returncode else "")
