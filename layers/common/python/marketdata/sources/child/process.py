"""The child process as the parent handles it: start, ask, kill."""

import ctypes
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from marketdata.errors import UpstreamCrashedError
from marketdata.sources.child.messages import DisconnectedError, receive, send
from marketdata.sources.child.vendor import Start, Vendor

BOOTSTRAP = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from marketdata.sources.child.serving import main
main(int(sys.argv[2]), sys.argv[3], sys.argv[4], float(sys.argv[5]))
"""
"""Runs without -S: a vendor's code calls `exit`, which exists only if `site` was loaded."""

_SET_DUMPABLE = 4
"""`PR_SET_DUMPABLE` of <linux/prctl.h>."""


def conceal() -> None:
    """Keep this process's memory and environment from others of the same user.

    They are under /proc, and the environment holds the credentials that Lambda gives a function.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)


class Process:
    """A child process, with its own folder, which is removed with it.

    Parameters
    ----------
    vendor : Vendor
        Whose package runs in it.
    start : Start
        How it is started.
    """

    def __init__(self, vendor: Vendor, start: Start) -> None:
        conceal()
        start.folder.mkdir(parents=True, exist_ok=True)
        _clear(start.folder)
        self._name = vendor.name
        self._home = Path(tempfile.mkdtemp(prefix="run-", dir=start.folder))
        self._lock = _locked(self._home)
        self._ended = ""
        self._socket, theirs = socket.socketpair()
        paths = [*map(str, start.paths), *(path for path in sys.path if path)]
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  our own interpreter
                [
                    *(sys.executable, "-I", "-c", BOOTSTRAP),
                    *(json.dumps(paths), str(theirs.fileno()), str(self._home)),
                    *(vendor.adapter, str(vendor.limits.logout)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment(self._home, start.environment),
                cwd=self._home,
                pass_fds=[theirs.fileno()],
                # In its own process group, so that everything it starts can be killed with it.
                start_new_session=True,
            )

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return not self._ended and self._process.poll() is None

    def ask(self, operation: str, arguments: Mapping[str, Any], seconds: float) -> Any:
        """Have an operation carried out; return the reply, see `sources.child.serving.answer`.

        Raises
        ------
        UpstreamCrashedError
            The process died; it has been cleaned up.
        TimeoutError
            The process has not answered, and only `kill` helps; or the kernel has ended it because
            the limit passed, as happens if both processes were frozen meanwhile.
        """
        request = {"operation": operation, "arguments": arguments, "seconds": seconds}
        try:
            send(self._socket, request, seconds)
            return receive(self._socket, seconds)
        except DisconnectedError as error:
            how = self.kill()
            if how == signal.SIGALRM.name:
                raise TimeoutError from error
            raise UpstreamCrashedError(
                f"{self._name}: its process died ({how}) in {operation}"
            ) from error

    def leave(self, seconds: float) -> str:
        """Have the process log out and end, or kill it; return how it ended."""
        self._socket.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return self.kill()

    def kill(self) -> str:
        """Kill the process and all it started, remove its folder, and return how it ended."""
        if self._ended:
            return self._ended
        # A process that is already dying gets a moment: its own exit says more than our SIGKILL.
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(0.1)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        code = self._process.wait()
        self._socket.close()
        shutil.rmtree(self._home, ignore_errors=True)
        os.close(self._lock)
        self._ended = signal.Signals(-code).name if code < 0 else f"exit {code}"
        return self._ended


def _locked(folder: Path) -> int:
    """Lock a folder until this process ends or closes the descriptor that is returned.

    Raises
    ------
    BlockingIOError
        It is locked already.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise
    return descriptor


def _clear(folder: Path) -> None:
    """Remove what was left by processes whose parent was killed before it could do so."""
    for left in folder.glob("run-*"):
        with suppress(BlockingIOError, FileNotFoundError):
            lock = _locked(left)
            shutil.rmtree(left, ignore_errors=True)
            os.close(lock)


def environment(home: Path, own: Mapping[str, str]) -> dict[str, str]:
    """Build the child's environment: only what it needs, no credentials of the function's role.

    Parameters
    ----------
    home : Path
        The process's own folder.
    own : mapping
        What a vendor's package needs besides.
    """
    return {
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PATH": os.defpath,
        "TMPDIR": str(home),
        # Shanghai's time without a time zone database; POSIX counts the sign westwards.
        "TZ": "CST-8",
        **own,
    }
