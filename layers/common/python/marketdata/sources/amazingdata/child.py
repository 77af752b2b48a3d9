"""What runs in the child process: the SDK, silenced, at the other end of a socket.

The vendor's code prints, calls `exit`, hangs and crashes. So it runs here, where standard output
and error go to a file in memory that never leaves this process, where every way to end a call but
a crash becomes a reply, and where a call that outlives its limit is ended by the kernel even if
the parent is gone. `session.py` is the other end.
"""

import os
import resource
import shutil
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from marketdata.sources.amazingdata.adapter import Adapter
from marketdata.sources.amazingdata.calling import Failure
from marketdata.sources.amazingdata.messages import DisconnectedError, receive, send

GRACE_SECONDS = 5
"""How much later than the parent the kernel ends a call."""

SCANNED = 1 << 16
"""How many bytes of the end of what was printed are looked at."""


class Printed:
    """Standard output and error of this process and of all native code in it."""

    def __init__(self) -> None:
        # A file and not a pipe: nobody needs to run for native code to be able to print.
        self._file = os.memfd_create("printed")
        os.set_inheritable(self._file, False)
        # Whoever writes appends, so that the file can be emptied under the writer.
        append = os.open(f"/proc/self/fd/{self._file}", os.O_WRONLY | os.O_APPEND)
        for stream in (1, 2):
            os.dup2(append, stream)
        os.close(append)

    def forget(self) -> None:
        """Empty it."""
        _flush()
        os.ftruncate(self._file, 0)

    def text(self) -> str:
        """Give the end of what was printed since it was emptied."""
        _flush()
        length = os.fstat(self._file).st_size
        return os.pread(self._file, SCANNED, max(0, length - SCANNED)).decode(errors="replace")


def main(descriptor: int, folder: str) -> None:
    """Serve the parent until it is gone.

    Parameters
    ----------
    descriptor : int
        This end of the socket.
    folder : str
        Where this process may write.
    """
    # A core file would hold the password and the session's token.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    printed = Printed()
    os.set_inheritable(descriptor, False)
    with socket.socket(fileno=descriptor) as parent:
        serve(parent, Adapter(Path(folder), printed))
    shutil.rmtree(folder, ignore_errors=True)
    # Not by way of the SDK's own clean-up, which is known to hang and to crash.
    os._exit(0)


def serve(parent: socket.socket, adapter: Adapter) -> None:
    """Answer requests, one after the other, until the parent is gone."""
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
        `operation`, one of the adapter's; `arguments`, by name.

    Returns
    -------
    dict
        `value`; or `code` and `what`, see `calling.Failure`.
    """
    try:
        return {"value": adapter.operations[request["operation"]](**request["arguments"])}
    except Failure as failure:
        return {"code": failure.code, "what": failure.what}
    except Exception as error:  # noqa: BLE001
        return {"code": None, "what": f"its answer cannot be read ({type(error).__name__})"}


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        # Whatever the SDK has put in their place.
        with suppress(Exception):
            stream.flush()
