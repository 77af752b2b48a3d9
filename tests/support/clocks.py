"""Clocks that a test sets."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from marketdata.catalog.calendar import SHANGHAI


def clock(text: str) -> Callable[[], datetime]:
    """Give a clock that stands at a time, Asia/Shanghai."""
    moment = datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    return lambda: moment


@dataclass
class WaitingTime:
    """Time that passes only while somebody waits; then something may happen."""

    seconds: float = 0.0
    happens: dict[float, Callable[[], object]] = field(default_factory=dict)
    pauses: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.seconds

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.seconds += seconds
        for due in [each for each in self.happens if each <= self.seconds]:
            self.happens.pop(due)()
