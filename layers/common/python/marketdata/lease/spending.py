"""The requests that were sent to the source of late, and whether more may be sent. Pure.

All of it is one item of the control table, so that one conditional write decides::

    pk="upstream", sk="requests"
        minute         the latest minute in which requests were counted, in minutes since 1970
        in_minute      how many were counted in it
        in_day         how many were counted in its day of Shanghai's calendar
        blocked_until  until when the source refuses us; 0 if it does not
        why            what it said of that
        expires        the table's TTL attribute

Times are epoch seconds.
"""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import Any, NamedTuple, Self

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The same as `catalog.calendar.SHANGHAI`, which is in a room above this one."""

KEPT_SECONDS = 2 * 86_400
"""For how long the item is of use after its last write, or after the source refuses us no more."""

_MINUTE = 60


class Allowance(NamedTuple):
    """How many requests may be sent in a day and in a minute."""

    per_day: int
    per_minute: int


class Reason(Enum):
    """Why a request may not be sent now."""

    BLOCKED = "the source refuses us"
    DAY = "the day's requests are used up"
    MINUTE = "the minute's requests are used up"


class Refusal(NamedTuple):
    """Why requests may not be sent now, and from when on they may, in epoch seconds."""

    reason: Reason
    until: int


class Spending(NamedTuple):
    """What was sent of late.

    Attributes
    ----------
    minute, in_minute, in_day, blocked_until, why
        As in the item; everything is 0 or empty if there is none.
    """

    minute: int = 0
    in_minute: int = 0
    in_day: int = 0
    blocked_until: int = 0
    why: str = ""

    @classmethod
    def of(cls, item: Mapping[str, Any] | None) -> Self:
        """Parse the item; None if there is none."""
        return cls(**{name: item[name] for name in cls._fields}) if item else cls()

    def item(self, now: float) -> dict[str, Any]:
        """Return the item without its key."""
        return {**self._asdict(), "expires": max(self.blocked_until, int(now)) + KEPT_SECONDS}

    def at(self, now: float) -> Self:
        """Return the same as of now: in a new minute and on a new day nothing was sent yet.

        A clock that is behind the one of the latest request counts for that request's minute.
        """
        minute = int(now // _MINUTE)
        if minute <= self.minute:
            return self
        same_day = _day(minute) == _day(self.minute)
        return self._replace(minute=minute, in_minute=0, in_day=self.in_day if same_day else 0)

    def refusal(self, requests: int, now: float, allowance: Allowance) -> Refusal | None:
        """Return why so many more requests may not be sent now; None if they may."""
        current = self.at(now)
        if now < current.blocked_until:
            return Refusal(Reason.BLOCKED, current.blocked_until)
        if current.in_day + requests > allowance.per_day:
            return Refusal(Reason.DAY, _next_day(current.minute))
        if current.in_minute + requests > allowance.per_minute:
            return Refusal(Reason.MINUTE, (current.minute + 1) * _MINUTE)
        return None

    def plus(self, requests: int, now: float) -> Self:
        """Return the same after so many more requests."""
        current = self.at(now)
        return current._replace(
            in_minute=current.in_minute + requests, in_day=current.in_day + requests
        )

    def blocked(self, until: float, why: str, now: float) -> Self:
        """Return the same after the source has refused us; the later of two times counts."""
        if until <= self.blocked_until:
            return self
        return self.at(now)._replace(blocked_until=math.ceil(until), why=why)


def _day(minute: int) -> int:
    return datetime.fromtimestamp(minute * _MINUTE, SHANGHAI).toordinal()


def _next_day(minute: int) -> int:
    day = datetime.fromtimestamp(minute * _MINUTE, SHANGHAI).replace(hour=0, minute=0)
    return int((day + timedelta(days=1)).timestamp())
