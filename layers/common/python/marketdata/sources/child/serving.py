"""The child process: a vendor's package, silenced, at one end of a socket.

A vendor's code prints, calls `exit`, hangs and crashes. So it runs here, where standard output
and error go to a file in memory that never leaves this process, where every end of a call except
a crash becomes a reply, and where the kernel ends a call that exceeds its limit even if the
parent is gone. `sources.child.process` is the other end.
"""

import os
import resource
import shutil
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from marketdata.sources.child.adapter import Adapter, Failure
from marketdata.sources.child.messages import DisconnectedError, receive, send

GRACE_SECONDS = 5
"""How much later than the parent's limit the kernel ends a call."""

SCANNED = 1 << 16
"""How many bytes at the end of the printed text are searched."""


class Printed:
    """Standard output and error of this process, including all native code in it."""

    def __init__(self) -> None:
        # A file instead of a pipe: native code can print without a reader running.
        self._file = os.memfd_create("printed")
        os.set_inheritable(self._file, False)
        # Opened for appending, so that the file can be emptied while others write.
        append = os.open(f"/proc/self/fd/{self._file}", os.O_WRONLY | os.O_APPEND)
        for stream in (1, 2):
            os.dup2(append, stream)
        os.close(append)

    def forget(self) -> None:
        """Discard what was printed so far."""
        _flush()
        os.ftruncate(self._file, 0)

    def text(self) -> str:
        """Return the end of what was printed since the last `forget`."""
        _flush()
        length = os.fstat(self._file).st_size
        return os.pread(self._file, SCANNED, max(0, length - SCANNED)).decode(errors="replace")


def main(descriptor: int, folder: str, module: str, logout_seconds: float) -> None:
    """Serve the parent until it is gone, then log out.

    Parameters
    ----------
    descriptor : int
        This end of the socket.
    folder : str
        Where this process may write.
    module : str
        The adapter's module.
    logout_seconds : float
        How long logging out may take; 0 if there is no logout.
    """
    # A core file would hold the password and the session's token.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    printed = Printed()
    os.set_inheritable(descriptor, False)
    with socket.socket(fileno=descriptor) as parent:
        adapter: Adapter = import_module(module).Adapter(Path(folder), printed)
        serve(parent, adapter)
    if logout_seconds:
        signal.setitimer(signal.ITIMER_REAL, logout_seconds)
        answer(adapter, {"operation": "logout", "arguments": {}})
    shutil.rmtree(folder, ignore_errors=True)
    # This skips a package's own clean-up, which is known to hang and to crash.
    os._exit(0)


def serve(parent: socket.socket, adapter: Adapter) -> None:
    """Answer requests one after another until the parent is gone."""
    while True:
        try:
            request = receive(parent)
            signal.setitimer(signal.ITIMER_REAL, request["seconds"] + GRACE_SECONDS)
            reply = answer(adapter, request)
            signal.setitimer(signal.ITIMER_REAL, 0)
            send(parent, reply)
        except DisconnectedError:
            return


def answer(adapter: Adapter, request: Mapping[str, Any]) -> dict[str, Any]:
    """Carry out one request.

    Parameters
    ----------
    request : mapping
        `operation`, one of `Adapter.operations`; `arguments`, by name.

    Returns
    -------
    dict
        Either `value`, or `code` and `what`, see `sources.child.adapter.Failure`.
    """
    try:
        return {"value": adapter.operations[request["operation"]](**request["arguments"])}
    except Failure as failure:
        return {"code": failure.code, "what": failure.what}
    except Exception as error:  # noqa: BLE001
        return {"code": None, "what": f"its answer cannot be read ({type(error).__name__})"}


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        # A package may have replaced them with anything.
        with suppress(Exception):
            stream.flush()
