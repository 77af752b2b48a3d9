"""The copies of the upstream function that Lambda runs, and what they do to the source."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from marketdata import deployment
from marketdata.lease import holder
from marketdata.lease.holder import LeaseHolder
from marketdata.sources.synthetic.source import SyntheticSource
from marketdata.upstream import client
from tests.support.faults import BusyError, Event, Handler

_copy: ContextVar["Copy"] = ContextVar("_copy")


class Copy:
    """A process of the function, with what it keeps between invocations."""

    def __init__(self, name: str) -> None:
        table, sessions = deployment.control_table(), deployment.settings().upstream_sessions
        self.holder = LeaseHolder(table, sessions, name)
        self.kept: dict[str, Any] = {}

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """Give what is made once per process."""
        if name not in self.kept:
            self.kept[name] = make()
        return self.kept[name]


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
    _working: int = 0
    made: list[Copy] = field(default_factory=list)
    _idle: list[Copy] = field(default_factory=list)
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

    def _begin(self) -> Copy:
        with self._lock:
            if self.reserved is not None and self._working >= self.reserved:
                raise BusyError
            self._working += 1
            if self._idle:
                return self._idle.pop(0)
            self.made.append(Copy(f"copy {len(self.made) + 1}"))
            return self.made[-1]

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Count a call to the source, which only the holder of a lease may make."""
        holder = _copy.get().holder
        holder.fence()
        with self._lock:
            self._inside += 1
            self.most = max(self.most, self._inside)
            held = holder._held
            assert held is not None
            self.served.append((holder._owner, held._claimant.work))
        try:
            time.sleep(self.seconds)
            yield
            holder.fence()
        finally:
            with self._lock:
                self._inside -= 1


def make_copies(patch: pytest.MonkeyPatch, reserved: int | None = None) -> Copies:
    """Have copies serve the upstream function over the synthetic market, impatiently.

    Each has a source of its own, with a session of its own if it is the vendor's SDK.
    """
    made = Copies(reserved)
    for name in ("source", "upstream_server"):
        make = getattr(deployment, name).__wrapped__
        patch.setattr(deployment, name, partial(_of_copy, name, make))
    fetch = SyntheticSource.fetch_bars

    def counted(source: SyntheticSource, request: Any) -> Any:
        with made.in_use():
            return fetch(source, request)

    patch.setattr(SyntheticSource, "fetch_bars", counted)
    patch.setattr(deployment, "lease_holder", lambda: _copy.get().holder)
    patch.setattr(holder, "LOOK_SECONDS", 0.0)
    patch.setattr(client, "PAUSE_SECONDS", (0.05, 0.15))
    return made


def _of_copy(name: str, make: Callable[[], Any]) -> Any:
    return _copy.get().once(name, make)
