"""The budget of requests to the source, which all processes share, in the control table."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from marketdata.aws.tables import Table
from marketdata.aws.writes import ConditionFailedError, Write
from marketdata.errors import UpstreamBlacklistedError, UpstreamBusyError, UpstreamQuotaError
from marketdata.lease.spending import SHANGHAI, Allowance, Reason, Refusal, Spending

KEY = ("upstream", "requests")

PATIENCE_SECONDS = 90.0
"""How long requests wait for a minute that has room for them, all in all; the next one begins
within 60 s, and others may be faster."""

_COMPARED = ("minute", "in_minute", "blocked_until")
"""What no two states have in common: requests are only ever added, and a time is only put off."""


class BudgetState(NamedTuple):
    """What the API shows of a budget.

    Attributes
    ----------
    per_day : int
        How many requests may be sent in a day of Shanghai's calendar.
    spent_today : int
        How many were.
    blocked_until : datetime or None
        Until when the source refuses us; None if it does not.
    """

    per_day: int
    spent_today: int
    blocked_until: datetime | None


class RequestBudget:
    """Counts every request before it is sent, and refuses those that would be too many.

    Parameters
    ----------
    table : Table
        The control table.
    per_day, per_minute : int
        How many requests may be sent in a day of Shanghai's calendar and in a minute by the clock.
    now : callable
        The clock, with a time zone.
    pause : callable
        Waits for so many seconds.
    patience : float
        For how many seconds requests wait for another minute, at most.
    """

    def __init__(
        self,
        table: Table,
        per_day: int,
        per_minute: int,
        now: Callable[[], datetime],
        *,
        pause: Callable[[float], None] = time.sleep,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._table = table
        self._allowance = Allowance(per_day, per_minute)
        self._now = now
        self._pause = pause
        self._patience = patience
        self._seen: Spending | None = None

    @property
    def allowance(self) -> Allowance:
        """How many requests may be sent."""
        return self._allowance

    def spend(self, requests: int = 1) -> None:
        """Count requests that are about to be sent: all of them, or none and an error.

        If the minute has no room for them, they wait for the next one.

        Raises
        ------
        UpstreamBlacklistedError
            The source refuses us, see `block`.
        UpstreamQuotaError
            The day's requests are used up, or no minute has room for so many.
        UpstreamBusyError
            The minute's are used up, and the next one is too far away.
        """
        if requests < 1:
            raise ValueError(f"{requests} requests cannot be sent")
        self._check_size(requests)
        waited = 0.0
        while until := self._take(requests):
            wait = until - self._seconds()
            if wait > 0:
                waited += wait
                if waited > self._patience:
                    raise UpstreamBusyError(_text(Reason.MINUTE.value, until))
                self._pause(wait)

    def block(self, until: datetime, why: str) -> None:
        """Remember that the source refuses us; until then nothing is to be sent.

        Parameters
        ----------
        until : datetime
            From when on it may be asked again, with a time zone.
        why : str
            What the source said.
        """
        while True:
            seen = self._read()
            after = seen.blocked(until.timestamp(), why, self._seconds())
            if after == seen or self._swap(seen, after):
                return

    def left(self) -> BudgetState:
        """Return the state as last written."""
        now = self._seconds()
        found = self._read()
        blocked = now < found.blocked_until
        until = datetime.fromtimestamp(found.blocked_until, UTC) if blocked else None
        return BudgetState(self._allowance.per_day, found.at(now).in_day, until)

    def _check_size(self, requests: int) -> None:
        most = min(self._allowance)
        if requests > most:
            raise UpstreamQuotaError(
                f"{requests} requests were to be sent at once, where at most {most} may be sent "
                "in a minute"
            )

    def _take(self, requests: int) -> int:
        """Count requests and return 0, or return from when on the next minute has room."""
        seen, fresh = (self._seen, False) if self._seen else (self._read(), True)
        while True:
            now = self._seconds()
            refusal = seen.refusal(requests, now, self._allowance)
            if refusal and fresh:
                return _wait_or_raise(refusal, seen.why)
            if not refusal and self._swap(seen, seen.plus(requests, now)):
                return 0
            # Only what the table says now is a reason to refuse.
            seen, fresh = self._read(), True

    def _read(self) -> Spending:
        self._seen = found = Spending.of(self._table.get(*KEY))
        return found

    def _swap(self, before: Spending, after: Spending) -> bool:
        """Replace one state by another; return whether it was still there."""
        item = after.item(self._seconds())
        names = {f"#{name}": name for name in item}
        values = {f":{name}": value for name, value in item.items()}
        condition = "attribute_not_exists(pk)"
        if before.minute:
            condition = " AND ".join(f"#{name} = :seen_{name}" for name in _COMPARED)
            values |= {f":seen_{name}": getattr(before, name) for name in _COMPARED}
        update = "SET " + ", ".join(f"#{name} = :{name}" for name in item)
        try:
            self._table.write(
                Write(*KEY, update=update, condition=condition, names=names, values=values)
            )
        except ConditionFailedError:
            return False
        self._seen = after
        return True

    def _seconds(self) -> float:
        return self._now().timestamp()


def _wait_or_raise(refusal: Refusal, why: str) -> int:
    """Return from when on the next minute has room; raise if it is not for want of one."""
    match refusal.reason:
        case Reason.BLOCKED:
            raise UpstreamBlacklistedError(_text(why, refusal.until))
        case Reason.DAY:
            raise UpstreamQuotaError(_text(Reason.DAY.value, refusal.until))
        case Reason.MINUTE:
            return refusal.until


def _text(reason: str, until: int) -> str:
    moment = datetime.fromtimestamp(until, SHANGHAI)
    return f"{reason}: nothing is sent before {moment:%Y-%m-%d %H:%M} in Shanghai"
