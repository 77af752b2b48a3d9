"""The child process as its parent sees it: started, asked, killed."""

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
from marketdata.sources.amazingdata.messages import DisconnectedError, receive, send

NATIVE = "tgw/common_linux_lib64"
"""Where in the bundle the SDK's native libraries are."""

BOOTSTRAP = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from marketdata.sources.amazingdata.child import main
main(int(sys.argv[2]), sys.argv[3])
"""
"""The vendor's code calls `exit`, which only exists where `site` was loaded: no -S."""


class Process:
    """A child process, with a folder of its own that goes when it goes.

    Parameters
    ----------
    bundle : Path
        The unpacked bundle: the first place that the child imports from, before our layers.
    folder : Path
        Where it may write; what numba compiles is kept there for the next one.
    library_path : str
        Where Python's own native libraries are, the `LD_LIBRARY_PATH` of this process.
    """

    def __init__(self, bundle: Path, folder: Path, library_path: str) -> None:
        self._home = Path(tempfile.mkdtemp(prefix="run-", dir=folder))
        self._ended = ""
        self._socket, theirs = socket.socketpair()
        paths = [str(bundle), *(path for path in sys.path if path)]
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  our own interpreter
                [
                    *(sys.executable, "-I", "-c", BOOTSTRAP),
                    *(json.dumps(paths), str(theirs.fileno()), str(self._home)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_environment(bundle, folder, self._home, library_path),
                cwd=self._home,
                pass_fds=[theirs.fileno()],
                # A group of its own, so that whatever it starts can be ended with it.
                start_new_session=True,
            )

    def ask(self, operation: str, arguments: Mapping[str, Any], seconds: float) -> Any:
        """Have an operation carried out and give the reply, see `child.answer`.

        Raises
        ------
        UpstreamCrashedError
            It died; it has been cleaned up.
        TimeoutError
            It has not answered; only `kill` helps.
        """
        request = {"operation": operation, "arguments": arguments, "seconds": seconds}
        try:
            send(self._socket, request, seconds)
            return receive(self._socket, seconds)
        except DisconnectedError as error:
            how = self.kill()
            raise UpstreamCrashedError(
                f"AmazingData: its process died ({how}) in {operation}"
            ) from error

    def kill(self) -> str:
        """End it and all it started, remove its folder, and say how it ended."""
        if self._ended:
            return self._ended
        # What is dying already gets a moment, since its own reason says more than ours.
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(0.1)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        code = self._process.wait()
        self._socket.close()
        shutil.rmtree(self._home, ignore_errors=True)
        self._ended = signal.Signals(-code).name if code < 0 else f"exit {code}"
        return self._ended


def _environment(bundle: Path, folder: Path, home: Path, library_path: str) -> dict[str, str]:
    """Give the child what it needs, and of ours nothing: no credentials of the function's role."""
    compiled = folder / f"numba-{bundle.name}"
    compiled.mkdir(exist_ok=True)
    return {
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "LD_LIBRARY_PATH": f"{bundle / NATIVE}:{library_path}".rstrip(":"),
        "NUMBA_CACHE_DIR": str(compiled),
        "PATH": os.defpath,
        "TMPDIR": str(home),
        # Shanghai's time, without the time zone database; the sign is POSIX's.
        "TZ": "CST-8",
    }
