"""A lock that keeps two runs over one folder apart; it ends with the process that has it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from amazingdata_client.errors import MirrorBusyError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

NAME = ".mirror.lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, which is made if it does not exist.

    Raises
    ------
    MirrorBusyError
        Another run has it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / NAME).open("ab") as file:
        try:
            _take(file)
        except OSError:
            raise MirrorBusyError(f"another run works on {folder}") from None
        yield


def _take(file: BinaryIO) -> None:
    """Lock a file until it is closed, without waiting."""
    if sys.platform == "win32":
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
