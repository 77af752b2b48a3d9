"""A source's own calendar: the years that it brings, and what it contradicts. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from marketdata.blocks.days import bits_of, days_of
from marketdata.catalog._trading_days import YEARS
from marketdata.catalog.calendar import FIRST_DAYS

LEAST_DAYS, MOST_DAYS = 235, 252
"""Trading days of a whole year: 239 to 245 since 1999. More are mere weekdays without the holidays
that somebody still has to announce, fewer are a part of a year."""

NAMED = 5
"""So many days are named in a remark."""


def later_years(days: Iterable[str]) -> tuple[dict[int, int], list[str]]:
    """Take from a source's trading days the years that follow those of the generated module.

    Parameters
    ----------
    days : iterable of str
        The source's trading days, YYYYMMDD, in any order; of Shanghai, which all markets share.

    Returns
    -------
    years : dict
        Year → trading days as a bit set. Only whole years, without a year left out.
    remarks : list of str
        What cannot be used, and where the source contradicts the module, which is right.
    """
    by_year: defaultdict[int, set[str]] = defaultdict(set)
    for day in days:
        by_year[int(day[:4])].add(day)
    remarks = [_contradiction(by_year)]
    years: dict[int, int] = {}
    for year in range(max(YEARS) + 1, max(by_year, default=0) + 1):
        if wrong := _wrong(by_year[year]):
            remarks.append(f"the source's calendar of {year} is not used: {wrong}")
            break
        years[year] = bits_of(f"{year}", by_year[year])
    return years, [remark for remark in remarks if remark]


def _wrong(days: set[str]) -> str:
    """Return why some days cannot be the trading days of a year; empty if they can."""
    weekend = [day for day in days if date.fromisoformat(day).weekday() > 4]
    if weekend:
        return f"{_listed(weekend)} is at a weekend, when nobody trades"
    if not LEAST_DAYS <= len(days) <= MOST_DAYS:
        return f"it has {len(days)} trading days, and a whole year {LEAST_DAYS} to {MOST_DAYS}"
    return ""


def _contradiction(by_year: Mapping[int, set[str]]) -> str:
    """Compare with the module, from the source's first day to its last one."""
    given = sorted(day for days in by_year.values() for day in days)
    if not given:
        return "the source's calendar has no day"
    first, last = max(given[0], FIRST_DAYS["SH"]), given[-1]
    ours = {
        day for year in YEARS for day in days_of(f"{year}", YEARS[year]) if first <= day <= last
    }
    theirs = {day for day in given if int(day[:4]) in YEARS and day >= FIRST_DAYS["SH"]}
    if ours == theirs:
        return ""
    parts = [
        f"{_listed(days)} {'is' if len(days) == 1 else 'are'} {what}"
        for days, what in ((theirs - ours, "only in it"), (ours - theirs, "not in it"))
        if days
    ]
    return f"the source's calendar contradicts ours, which is used: {', and '.join(parts)}"


def _listed(days: Iterable[str]) -> str:
    known = sorted(days)
    more = f" and {len(known) - NAMED} more" if len(known) > NAMED else ""
    return ", ".join(known[:NAMED]) + more
