"""How long things may take."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from marketdata.errors import UpstreamTimeoutError

OPERATION_SECONDS = 390.0
"""For everything that one question to the source may take. A batch may ask twice, for bars and for
the catalog that it lacks, and be begun a minute late; Lambda ends it after 900 s, storing included.
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for each call of the SDK.

    Attributes
    ----------
    load : float
        Starting the process and importing the SDK; 37 s were seen.
    login : float
        50 s were seen.
    call : float
        Anything else.
    """

    load: float = 120.0
    login: float = 60.0
    call: float = 120.0


@dataclass(frozen=True, slots=True)
class Deadline:
    """When an operation must have ended.

    Parameters
    ----------
    seconds : float
        From now.
    clock : callable
        Seconds, rising.
    """

    seconds: float
    clock: Callable[[], float] = time.monotonic
    until: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "until", self.clock() + self.seconds)

    def share(self, limit: float) -> float:
        """Give the limit, or what is left if that is less.

        Raises
        ------
        UpstreamTimeoutError
            Nothing is left.
        """
        left = self.until - self.clock()
        if left <= 0:
            raise UpstreamTimeoutError(f"AmazingData: it took longer than {self.seconds:g} s")
        return min(limit, left)
