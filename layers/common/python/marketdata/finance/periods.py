"""Reporting periods: the last days of the quarters, when their reports are due, and for whom.

A listed company reports each quarter by a legal deadline (证券法, 上市公司信息披露管理办法). The
reports of a period are final at 17:00 on the first trading day after that deadline, because many
are filed on the evening of the last day.
"""

from bisect import bisect_left, bisect_right
from dataclasses import replace
from functools import lru_cache

from marketdata.blocks.dataset import Dataset
from marketdata.blocks.days import bits_of
from marketdata.catalog.calendar import TRADING, Calendar, first_known_day
from marketdata.catalog.securities import Dates, Security, dates_of, day_after
from marketdata.finance.statement import StatementDataset

DUE = {"0331": "0430", "0630": "0831", "0930": "1031", "1231": "0430"}
"""By a quarter's last day, the deadline of its report; the annual one's is in the next year."""

FIRST_PERIOD = "19861231"
"""No company ever listed reports an earlier period: the exchanges opened in 1990."""

PROSPECTUS_YEARS = 4
"""A prospectus covers three full years, the last of which may end a year before the listing."""


def is_period(day: str) -> bool:
    """Check whether a day, YYYYMMDD, is the last day of a quarter."""
    return day[4:] in DUE


def due_day(period: str) -> str:
    """Return the last day, YYYYMMDD, on which a period's report may be published."""
    year = int(period[:4]) + (period[4:] == "1231")
    return f"{year:04}{DUE[period[4:]]}"


def period_bits(_market: str, part: str) -> int:
    """Return the last days of a year's quarters as a bit set; see `blocks.coverage`."""
    return _period_bits(part)


@lru_cache(maxsize=256)
def _period_bits(part: str) -> int:
    return bits_of(part, (part + day for day in DUE))


def periods_between(_market: str, start: str, end: str) -> list[str]:
    """List the periods that end from `start` to `end`, both included, in chronological order."""
    years = range(int(start[:4]), int(end[:4]) + 1)
    periods = [f"{year:04}{day}" for year in years for day in DUE]
    return periods[bisect_left(periods, start) : bisect_right(periods, end)]


QUARTERS = Calendar(FIRST_PERIOD, period_bits, periods_between)
"""The days for which there are statements; the same in every market."""


def last_final_period(final_until: str) -> str:
    """Return the newest period whose deadline has passed, so that a missing report is overdue.

    Parameters
    ----------
    final_until : str
        The last final trading day; see `catalog.calendar`.
    """
    earlier = f"{int(final_until[:4]) - 2:04}0101"
    return max(
        period
        for period in periods_between("", earlier, final_until)
        if due_day(period) < final_until
    )


def calendar_of(dataset: Dataset) -> Calendar:
    """Return the calendar of a dataset: trading days for bars, quarters for statements."""
    return QUARTERS if isinstance(dataset, StatementDataset) else TRADING


def final_of(dataset: Dataset, final_until: str) -> str:
    """Return the last final day or period of a dataset, given the last final trading day."""
    return last_final_period(final_until) if isinstance(dataset, StatementDataset) else final_until


def with_prospectus(security: Security) -> Security:
    """Return a company with lives that begin with the periods of their prospectuses.

    Sources often have these, so they are worth asking for; but no company must report them quarter
    by quarter, so they are not expected. No life begins before the end of the one before it.
    """
    dates: list[Dates] = []
    for first, last in dates_of(security):
        listed = first or (None if dates else first_known_day(security.market))
        since = listed and f"{int(listed[:4]) - PROSPECTUS_YEARS}0101"
        if dates and dates[-1][1] and since:
            since = max(since, day_after(dates[-1][1]))
        dates.append((since, last))
    *earlier, (since, _) = dates
    return replace(security, list_date=since, earlier=tuple(earlier))
