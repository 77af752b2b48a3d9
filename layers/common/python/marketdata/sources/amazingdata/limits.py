"""Time limits of calls to the SDK."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from marketdata.errors import UpstreamTimeoutError

OPERATION_SECONDS = 390.0
"""The limit for everything that one request to the source takes. A batch may make two, for bars and
for a missing catalog, and may start a minute late; Lambda ends it after 900 s, storing included.
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """Time limits, in seconds, of each call to the SDK.

    Attributes
    ----------
    load : float
        Starting the process and importing the SDK; up to 37 s were observed.
    login : float
        Logging in; up to 50 s were observed.
    call : float
        Anything else.
    """

    load: float = 120.0
    login: float = 60.0
    call: float = 120.0


@dataclass(frozen=True, slots=True)
class Deadline:
    """The time by which an operation must have ended.

    Parameters
    ----------
    seconds : float
        How long from now.
    clock : callable
        A monotonic clock, in seconds.
    """

    seconds: float
    clock: Callable[[], float] = time.monotonic
    until: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "until", self.clock() + self.seconds)

    def share(self, limit: float) -> float:
        """Return the limit, or the time left if that is less.

        Raises
        ------
        UpstreamTimeoutError
            No time is left.
        """
        left = self.until - self.clock()
        if left <= 0:
            raise UpstreamTimeoutError(f"AmazingData: it took longer than {self.seconds:g} s")
        return min(limit, left)
