"""BaoStock's blacklist: when it may be asked again. Pure.

An address that asks too much is refused, for six hours the first time in a calendar year and for
six hours more each further time. Nothing may be sent before that has passed, not even a login.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from marketdata.catalog.calendar import SHANGHAI

STEP = timedelta(hours=6)


class BlacklistRecord(Protocol):
    """What remembers the times at which the server said that it refuses us."""

    def entries(self) -> Sequence[datetime]:
        """Return them in the order of time, with time zones."""

    def add(self, moment: datetime) -> None:
        """Remember one more."""


@dataclass(slots=True)
class ProcessBlacklist:
    """A record that lasts as long as this process."""

    moments: list[datetime] = field(default_factory=list)

    def entries(self) -> Sequence[datetime]:
        """Return the times."""
        return self.moments

    def add(self, moment: datetime) -> None:
        """Remember a time."""
        self.moments.append(moment)


def next_try(entries: Sequence[datetime]) -> datetime | None:
    """Return the time from which the server may be asked again, in Shanghai; None if always."""
    if not entries:
        return None
    last = max(entries).astimezone(SHANGHAI)
    times = sum(each.astimezone(SHANGHAI).year == last.year for each in entries)
    return last + times * STEP
