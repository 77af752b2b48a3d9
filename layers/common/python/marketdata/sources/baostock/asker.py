"""Asking BaoStock: requests are counted before they are sent, and none while it refuses us."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from marketdata.errors import (
    UpstreamBlacklistedError,
    UpstreamCrashedError,
    UpstreamError,
    UpstreamNetworkError,
    UpstreamSessionLostError,
    UpstreamTimeoutError,
)
from marketdata.sources.baostock.blacklist import BlacklistRecord, next_try
from marketdata.sources.baostock.rows import Columns
from marketdata.sources.child.limits import Deadline

PAGE = 2000
"""The rows of a full page, after which there may be another one."""

REPEATED = (
    UpstreamCrashedError,
    UpstreamNetworkError,
    UpstreamSessionLostError,
    UpstreamTimeoutError,
)
"""The failures after which the same question is asked once more, with a new login."""


class BaoStockSession(Protocol):
    """The session with BaoStock, whose adapter is `sources.baostock.adapter.BaoStockAdapter`."""

    def call(self, operation: str, deadline: Deadline, /, **arguments: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class Gate:
    """What stands before each request: the blacklist, and the budget.

    Parameters
    ----------
    spend : callable
        Takes note of a number of requests before they are sent, and waits if they come too fast;
        raises UpstreamQuotaError if there are none left.
    blacklist : BlacklistRecord
        When the server refused us.
    now : callable
        The clock, with a time zone.
    block : callable
        Told until when nothing must be sent, and why.
    """

    spend: Callable[[int], None]
    blacklist: BlacklistRecord
    now: Callable[[], datetime]
    block: Callable[[datetime, str], None] = lambda _until, _why: None

    def enter(self, requests: int) -> None:
        """Let some requests pass.

        Raises
        ------
        UpstreamBlacklistedError
            The server refuses us at this time.
        UpstreamQuotaError
            There are no requests left.
        """
        again = next_try(self.blacklist.entries())
        if again and self.now() < again:
            raise _refused(again)
        self.spend(requests)

    def refused(self) -> UpstreamBlacklistedError:
        """Remember that the server has just refused us, and return the error.

        While it is known to refuse us, that is no new entry: then nothing was sent.
        """
        moment = self.now()
        again = next_try(self.blacklist.entries())
        if again is None or again <= moment:
            self.blacklist.add(moment)
            again = next_try(self.blacklist.entries())
        error = _refused(again or moment)
        self.block(again or moment, str(error))
        return error


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks questions within one deadline.

    Parameters
    ----------
    session : BaoStockSession
        The only session.
    gate : Gate
        What stands before each request.
    deadline : Deadline
        The limit for all questions together.
    """

    session: BaoStockSession
    gate: Gate
    deadline: Deadline

    def ask(
        self, name: str, fields: Sequence[str], /, *, rows: int = 1, **arguments: str
    ) -> Columns:
        """Ask one question; after a failure of the connection once more.

        Parameters
        ----------
        name : str
            One of `sources.baostock.adapter.QUERIES`.
        fields : sequence of str
            The fields that are needed.
        rows : int
            How many rows may come: so many pages are counted beforehand.
        **arguments : str
            The call's arguments.

        Returns
        -------
        mapping
            Field → texts.

        Raises
        ------
        UpstreamError
            Its subclass tells what happened.
        """
        try:
            return self._ask(name, fields, rows, arguments)
        except REPEATED:
            return self._ask(name, fields, rows, arguments)

    def ask_twice(
        self, name: str, fields: Sequence[str], /, *, rows: int = 1, **arguments: str
    ) -> Columns:
        """Ask once more if an answer has no rows, where there must be some."""
        found = self.ask(name, fields, rows=rows, **arguments)
        if _is_empty(found):
            return self.ask(name, fields, rows=rows, **arguments)
        return found

    def _ask(
        self, name: str, fields: Sequence[str], rows: int, arguments: dict[str, str]
    ) -> Columns:
        if self.deadline.until <= self.deadline.clock():
            raise UpstreamTimeoutError(
                f"BaoStock: all questions together took longer than {self.deadline.seconds:g} s"
            )
        pages = rows // PAGE + 1
        self.gate.enter(pages)
        try:
            answer = self.session.call(
                "query", self.deadline, name=name, arguments=arguments, fields=list(fields)
            )
        except UpstreamBlacklistedError as error:
            raise self.gate.refused() from error
        if answer["requests"] > pages:
            # They have been sent already, and what came of them is good; the next question fails.
            with suppress(UpstreamError):
                self.gate.spend(answer["requests"] - pages)
        columns: Columns = answer["columns"]
        return columns


def _is_empty(columns: Columns) -> bool:
    return not any(len(column) for column in columns.values())


def _refused(again: datetime) -> UpstreamBlacklistedError:
    return UpstreamBlacklistedError(
        "BaoStock: this address is on its blacklist (10001011); nothing is asked before "
        f"{again:%Y-%m-%d %H:%M} in Shanghai"
    )
