"""How many processes a function has."""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context

START = "start processes"
"""The key of the event that asks for processes, instead of invoking the function."""
START_AFTER = 0.5
"""Seconds to wait for a free process before another one is started."""


class Crew:
    """The processes of one function, of which an invocation takes one.

    Most calls are shorter than a start, and starts take the processor from whoever works. So an
    invocation that finds none free waits a moment before it has one started, and one is started
    after the other; it takes whichever is free first. Once there are `limit`, it waits as long as
    it takes.

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
    def member(self, start: Callable[[], None]) -> Iterator[None]:
        """Have one until the block ends.

        Parameters
        ----------
        start : callable
            Starts another one, in a thread of its own. The very first one is started by the block.
        """
        with self._changed:
            is_first = self._take(start)
        try:
            yield
        finally:
            if is_first:
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

    def _take(self, start: Callable[[], None]) -> bool:
        """Wait for a process; return whether it has yet to be started."""
        is_first = False
        arrived = self._clock()
        while self.working >= self.started:
            pause = max(arrived, self._last_start) + START_AFTER - self._clock()
            if self._starting or self.started == self._limit:
                self._changed.wait()
            elif not self.started:
                self.started = 1
                self._starting = is_first = True
            elif pause > 0:
                self._changed.wait(pause)
            else:
                self._starting = True
                run = copy_context().run
                threading.Thread(target=run, args=[self._start, start], daemon=True).start()
        self.working += 1
        return is_first

    def _start(self, start: Callable[[], None]) -> None:
        started = 0
        try:
            start()
            started = 1
        finally:
            with self._changed:
                self.started += started
                self._starting = False
                self._last_start = self._clock()
                self._changed.notify_all()
