"""The connection to BaoStock's server, which ends where the package would read for ever.

The package goes on reading until an answer's last bytes have come. A connection that was closed
gives no bytes without an end, and one that trickles never times out. Runs in the child.
"""

import socket
import time
from contextlib import suppress

GOODBYE_SECONDS = 0.5
CHUNK = 1 << 16


class Line:
    """A connection as the package uses it.

    Parameters
    ----------
    line : socket
        The package's own.
    seconds : float
        How long a whole answer may take.
    """

    def __init__(self, line: socket.socket, seconds: float) -> None:
        self._line = line
        self._seconds = seconds
        self._until = time.monotonic() + seconds

    def send(self, message: bytes) -> int:
        """Send a whole request: the package does not look how much of it was taken."""
        self._until = time.monotonic() + self._seconds
        self._line.sendall(message)
        return len(message)

    def recv(self, size: int) -> bytes:
        """Receive a part of an answer.

        Raises
        ------
        ConnectionResetError
            The connection has ended.
        TimeoutError
            The answer takes too long.
        """
        if time.monotonic() > self._until:
            raise TimeoutError
        part = self._line.recv(size)
        if not part:
            raise ConnectionResetError
        return part

    def settimeout(self, seconds: float) -> None:
        """Set how long nothing may come."""
        self._line.settimeout(seconds)

    def close(self) -> None:
        """Close the connection once the server has closed its end, or after a moment.

        The next one is opened at once, and it allows only one at a time.
        """
        until = time.monotonic() + GOODBYE_SECONDS
        with self._line, suppress(OSError):
            self._line.settimeout(GOODBYE_SECONDS)
            self._line.shutdown(socket.SHUT_WR)
            while time.monotonic() < until and self._line.recv(CHUNK):
                pass


def is_connected(line: object) -> bool:
    """Check whether a connection was made: if not, the package has an unconnected socket."""
    if not isinstance(line, socket.socket):
        return isinstance(line, Line)
    try:
        line.getpeername()
    except OSError:
        return False
    return True
