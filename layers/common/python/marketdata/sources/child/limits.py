"""Time limits of a vendor's process."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

OPERATION_SECONDS = 390.0
"""The limit for everything that one request to the source takes. A batch may make two, for bars and
for a missing catalog, and may start a minute late; Lambda ends it after 900 s, storing included.
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """Time limits, in seconds, of each operation.

    Attributes
    ----------
    load : float
        Starting the process and importing the package.
    login : float
        Logging in.
    call : float
        Anything else.
    logout : float
        Logging out and ending, whenever the process is not ended because of a failure; 0 means
        that there is no logout.
    """

    load: float
    login: float
    call: float
    logout: float = 0.0


@dataclass(frozen=True, slots=True)
class Deadline:
    """The time by which a request to the source must have ended.

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

    def left(self) -> float:
        """Return the seconds that are left, negative ones once it has passed."""
        return self.until - self.clock()
