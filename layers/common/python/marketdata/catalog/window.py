"""The days that a question is about. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from marketdata.blocks.days import span
from marketdata.catalog.calendar import TRADING, Calendar, first_known_day
from marketdata.catalog.securities import Security, life


@dataclass(frozen=True, slots=True)
class Window:
    """The days that a question is about.

    Attributes
    ----------
    start, end : str
        First and last day asked for, "YYYYMMDD".
    coverage_start : str
        The first day that the source has.
    final_until : str
        The last day whose bars are final.
    calendar : Calendar
        The days that matter, within the question and outside it.
    """

    start: str
    end: str
    coverage_start: str
    final_until: str
    calendar: Calendar = TRADING

    def expected(self, security: Security, part: str) -> int:
        """Return, as bits, the part's final trading days on which the security should have bars."""
        born, gone = life(security)
        first = max(self.start, self.coverage_start, born)
        days = span(part, first, min(self.end, self.final_until, gone))
        return days and days & self.calendar.bits(security.market, part)

    def asked(self, security: Security, part: str) -> int:
        """Return, as bits, all final trading days of the part that were asked for."""
        days = span(part, self.start, min(self.end, self.final_until))
        return days and days & self.calendar.bits(security.market, part)

    def pending(self, market: str) -> list[str]:
        """List the trading days asked for whose bars are not final yet."""
        return [
            day
            for day in self.calendar.days(market, max(self.start, self.final_until), self.end)
            if day > self.final_until
        ]

    def why_outside(self, security: Security, day: str) -> str:
        """Return why no bar is expected on a day: not_listed, delisted or before_coverage."""
        first, last = life(security)
        if day < first:
            return "not_listed"
        return "delisted" if day > last else "before_coverage"


def common_market(securities: Iterable[Security]) -> str:
    """Return the market whose calendar includes those of all the securities' markets."""
    return min((security.market for security in securities), key=first_known_day)
