"""Every way in which an invocation of a function may end, and the patience to see it end."""

import threading
import time
from collections.abc import Callable
from typing import Any, Self

PATIENCE = 60.0

type Event = dict[str, Any]
type Handler = Callable[[Event], Any]
type Fault = Callable[[Handler, Event], Any]


class BusyError(Exception):
    """Lambda refuses the invocation: all permitted copies are at work."""


class Killed(BaseException):
    """The function's process dies in the middle of an invocation."""


def serve_plainly(handle: Handler, event: Event) -> Any:
    """Serve an invocation without any fault."""
    return handle(event)


class Gate:
    """Holds invocations up until it is opened, or left."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.opened.set()

    def __call__(self, handle: Handler, event: Event) -> Any:
        self.hold()
        return handle(event)

    def hold(self) -> None:
        self.reached.set()
        assert self.opened.wait(PATIENCE)


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for something that another thread brings about and that tells nobody."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
