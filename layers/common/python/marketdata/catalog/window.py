"""The days that a question is about. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from marketdata.blocks.days import ends, span
from marketdata.catalog.calendar import TRADING, Calendar, first_known_day, unannounced
from marketdata.catalog.securities import LAST_DATE, Security, lives

NEWEST_DAYS = 5
"""A source that is silent about one of so many newest days is asked again by every task."""

NEWEST = timedelta(days=30)
"""So many days before one hold that many trading days, whatever the holidays."""


@dataclass(frozen=True, slots=True)
class Window:
    """The days that a question is about.

    Attributes
    ----------
    start, end : str
        First and last day asked for, "YYYYMMDD".
    coverage_start : str or None
        The first day that the source has; None if it has no such data at all.
    final_until : str
        The last day whose bars are final.
    calendar : Calendar
        The days that matter, in the question and outside it.
    now : int
        When it is asked, epoch seconds: by then a source's silence may be due to be asked about.
    """

    start: str
    end: str
    coverage_start: str | None
    final_until: str
    calendar: Calendar = TRADING
    now: int = 0

    @property
    def covered_from(self) -> str:
        """The first day that the source has, a day that never comes if it has none."""
        return self.coverage_start or LAST_DATE

    @property
    def why_uncovered(self) -> str:
        """Why the source does not have the days before `covered_from`."""
        return "not_covered" if self.coverage_start is None else "before_coverage"

    def expected(self, security: Security, part: str) -> int:
        """Return, as bits, the part's final trading days on which the security should have bars."""
        first, last = max(self.start, self.covered_from), min(self.end, self.final_until)
        days = 0
        for born, gone in lives(security):
            days |= span(part, max(first, born), min(last, gone))
        return days and days & self.calendar.bits(security.market, part)

    def expecting(self, part: str) -> Callable[[Security], int]:
        """Return what `expected` says for a part, for many securities.

        Most live through the whole part, and what is expected of those depends on their market.
        """
        first, last = ends(part)
        first = max(first, self.start, self.covered_from)
        last = min(last, self.end, self.final_until)
        all_days: dict[str, int] = {}

        def expected(security: Security) -> int:
            born, gone = security.list_date, security.delist_date
            if not born or born > first or (gone and gone < last) or security.earlier:
                return self.expected(security, part)
            if (days := all_days.get(security.market)) is None:
                days = all_days[security.market] = self.expected(security, part)
            return days

        return expected

    def asked(self, security: Security, part: str) -> int:
        """Return, as bits, all final trading days of the part that were asked for."""
        days = span(part, self.start, min(self.end, self.final_until))
        return days and days & self.calendar.bits(security.market, part)

    def newest(self, market: str, part: str) -> int:
        """The newest final days of the part, as bits: sources are late with these."""
        first = f"{date.fromisoformat(self.final_until) - NEWEST:%Y%m%d}"
        days = self.calendar.days(market, first, self.final_until)[-NEWEST_DAYS:]
        return span(part, days[0], min(self.end, self.final_until)) if days else 0

    def pending(self, market: str) -> list[str]:
        """List the trading days asked for whose bars are not final yet."""
        return [
            day
            for day in self.calendar.days(market, max(self.start, self.final_until), self.end)
            if day > self.final_until
        ]

    @property
    def beyond_known(self) -> bool:
        """Whether it passes the last day of the calendar: no answer to it is complete."""
        return self.end > self.calendar.known_until()

    def unannounced(self) -> list[list[str]]:
        """Return the days asked for that nobody knows to be trading days or holidays, as ranges."""
        return unannounced(self.start, self.end) if self.beyond_known else []

    def why_outside(self, security: Security, day: str) -> str:
        """Return why no bar is expected on a day.

        Outside its lives a code is not_listed or delisted, the latter also between two of them. In
        a life the source is the reason: before_coverage, or not_covered if it has no such data.
        """
        spans = lives(security)
        if day < spans[0][0]:
            return "not_listed"
        return self.why_uncovered if any(a <= day <= b for a, b in spans) else "delisted"


def common_market(securities: Iterable[Security]) -> str:
    """Return the market whose calendar includes those of all the securities' markets."""
    return min((security.market for security in securities), key=first_known_day, default="SH")
