"""The copies of the upstream function that Lambda runs, and what they do to the source."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import pytest

from marketdata import deployment
from marketdata.lease import holder
from marketdata.lease.holder import LeaseHolder
from marketdata.sources.synthetic.source import SyntheticSource
from marketdata.upstream import client
from tests.support.faults import BusyError, Event, Handler

_copy: ContextVar[LeaseHolder] = ContextVar("_copy")


@dataclass
class Copies:
    """Serves each invocation by a copy that is idle, or by a new one.

    Attributes
    ----------
    reserved : int or None
        How many may be at work at once; Lambda refuses more before any of our code runs.
    seconds : float
        How long the source takes for an answer.
    most : int
        How many calls to the source there were at most at the same moment.
    served : list of (str, str)
        The process that called the source, and for what.
    """

    reserved: int | None = None
    seconds: float = 0.1
    most: int = 0
    served: list[tuple[str, str]] = field(default_factory=list)
    _inside: int = 0
    _made: int = 0
    _working: int = 0
    _idle: list[LeaseHolder] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def serve(self, handle: Handler, event: Event) -> Any:
        """Serve an invocation."""
        copy = self._begin()
        token = _copy.set(copy)
        try:
            return handle(event)
        finally:
            _copy.reset(token)
            with self._lock:
                self._working -= 1
                self._idle.append(copy)

    def _begin(self) -> LeaseHolder:
        with self._lock:
            if self.reserved is not None and self._working >= self.reserved:
                raise BusyError
            self._working += 1
            if self._idle:
                return self._idle.pop(0)
            self._made += 1
            table, sessions = deployment.control_table(), deployment.settings().upstream_sessions
            return LeaseHolder(table, sessions, f"copy {self._made}")

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Count a call to the source, which only the holder of a lease may make."""
        copy = _copy.get()
        copy.fence()
        with self._lock:
            self._inside += 1
            self.most = max(self.most, self._inside)
            held = copy._held
            assert held is not None
            self.served.append((copy._owner, held._claimant.work))
        try:
            time.sleep(self.seconds)
            yield
            copy.fence()
        finally:
            with self._lock:
                self._inside -= 1


def make_copies(patch: pytest.MonkeyPatch, reserved: int | None) -> Copies:
    """Have copies serve the upstream function over the synthetic market, impatiently."""
    made = Copies(reserved)
    fetch = SyntheticSource.fetch_bars

    def counted(source: SyntheticSource, request: Any) -> Any:
        with made.in_use():
            return fetch(source, request)

    patch.setattr(SyntheticSource, "fetch_bars", counted)
    patch.setattr(deployment, "lease_holder", lambda: _copy.get())
    patch.setattr(holder, "LOOK_SECONDS", 0.0)
    patch.setattr(client, "PAUSE_SECONDS", (0.05, 0.15))
    return made
