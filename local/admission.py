"""Admission: which names are served, and how many calls at once."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
QUEUE = 64
"""Calls that may wait for their turn."""
QUEUE_SECONDS = 20.0
RETRY_SECONDS = 5


class BusyError(Exception):
    """There are more calls than can be worked off."""


def is_served(host: str, names: Collection[str] = ()) -> bool:
    """Check whether a Host header names this service.

    A page of a stranger whose name leads to this machine (DNS rebinding) must not be answered: its
    reader's browser would hand it everything. Any port will do, because it may be forwarded.

    Parameters
    ----------
    names : collection of str, optional
        Names to serve besides those of this machine.
    """
    try:
        parts = urlsplit(f"//{host}")
        name = parts.hostname
    except ValueError:
        return False
    return parts.netloc == host and "@" not in host and name in {*LOCAL_NAMES, *names}


class Turns:
    """Gives a limited number of calls their turn; the others wait, in order of arrival.

    Parameters
    ----------
    calls : int
        How many have their turn at once.
    queue : int
        How many may wait.
    seconds : float
        How long they may wait.
    """

    def __init__(self, calls: int, queue: int = QUEUE, seconds: float = QUEUE_SECONDS) -> None:
        self._free = asyncio.Semaphore(calls)
        self._queue = queue
        self._seconds = seconds
        self._waiting = 0

    @asynccontextmanager
    async def take(self) -> AsyncIterator[None]:
        """Wait for a turn, and have it until the block ends.

        Raises
        ------
        BusyError
            Too many wait already, or it did not come in time.
        """
        if self._free.locked() and self._waiting >= self._queue:
            raise BusyError
        self._waiting += 1
        try:
            async with asyncio.timeout(self._seconds):
                await self._free.acquire()
        except TimeoutError:
            raise BusyError from None
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._free.release()
