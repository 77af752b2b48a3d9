"""How many processes a function has."""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

START = "start processes"
"""The key of the event that asks for processes, instead of invoking the function."""
START_AFTER = 0.5
"""Seconds to wait for a free process before another one is started."""


class Crew:
    """The processes of one function, of which an invocation takes one.

    Most calls are shorter than a start, and starts take the processor from whoever works. So an
    invocation that finds none free waits a moment before it has one started, and one is started
    after the other; once there are `limit`, it waits as long as it takes.

    Parameters
    ----------
    limit : int
        How many there may be.
    clock : callable
        A monotonic clock, in seconds.
    """

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._clock = clock
        self._changed = threading.Condition()
        self._starting = False
        self._last_start = -math.inf
        self.started = 0
        self.working = 0

    @contextmanager
    def member(self) -> Iterator[None]:
        """Have one until the block ends."""
        with self._changed:
            is_new = self._take()
        try:
            yield
        finally:
            if is_new:
                self.ready()
            with self._changed:
                self.working -= 1
                self._changed.notify()

    def ready(self) -> None:
        """Take note that a process has started."""
        with self._changed:
            if self._starting:
                self._starting = False
                self._last_start = self._clock()
                self._changed.notify_all()

    def started_ahead(self, number: int) -> None:
        """Take note that there are at least so many processes, started for no invocation."""
        with self._changed:
            self.started = max(self.started, number)
            self._changed.notify_all()

    def ended(self) -> None:
        """Take note that a process has ended."""
        with self._changed:
            self.started = max(self.started - 1, 0)
            self._changed.notify_all()

    def _take(self) -> bool:
        """Wait for a process; return whether it has yet to be started."""
        is_new = False
        arrived = self._clock() if self.started else -math.inf
        while self.working >= self.started:
            pause = max(arrived, self._last_start) + START_AFTER - self._clock()
            if self._starting or self.started == self._limit:
                self._changed.wait()
            elif pause > 0:
                self._changed.wait(pause)
            else:
                self.started += 1
                self._starting = is_new = True
        self.working += 1
        return is_new
