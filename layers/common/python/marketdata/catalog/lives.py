"""The lives of one code: put together from a source's rows, and kept when a code comes back. Pure.

A source names a code once, or once for each of its lives; the CZCE reuses its codes after ten
years, and a source that lists only today's contracts then names the new one alone.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from marketdata.blocks.dataset import Kind
from marketdata.catalog.securities import FIRST_DATE, LAST_DATE, Dates, Security, dates_of, lives

OTHER_CONTRACT_YEARS = 5
"""Two contracts of one code end at least ten years apart; one contract's last day may be corrected
by days. Where the listing of neither is known, this tells the two cases apart."""


def add_life(securities: dict[str, Security], found: Security) -> None:
    """Add one row of a source to those that were read before it.

    Parameters
    ----------
    securities : dict
        By code; gets the row, or its life beside those that the code has already.
    found : Security
        What the row says, with one life.

    Raises
    ------
    ValueError
        The code has another type there, or its lives share days. Nothing is changed.
    """
    known = securities.get(found.code)
    securities[found.code] = found if known is None else _joined(known, found)


def _joined(known: Security, found: Security) -> Security:
    if known.kind is not found.kind:
        raise ValueError(f"{found.code} is listed as {known.kind} and as {found.kind}")
    dates = sorted([*dates_of(known), *dates_of(found)], key=_last)
    for before, after in pairwise(dates):
        if (after[0] or FIRST_DATE) <= _last(before):
            raise ValueError(f"{found.code} is listed twice for the same days")
    newest = found if _last(dates[-1]) == _last(dates_of(found)[-1]) else known
    return _with_dates(newest, dates)


def continued(stored: Security, listed: Security) -> Security:
    """Return what a source lists, with the lives that it no longer names.

    Parameters
    ----------
    stored : Security
        What is known of the code.
    listed : Security
        What the source says of it now; where the two disagree about the same days, this counts.
    """
    if stored.kind is not listed.kind:
        return listed
    named = lives(listed)
    known = dates_of(listed)
    if stored.kind is Kind.FUTURE and known[0][0] is None and known[0][1]:
        named = [(_years_before(named[0][1]), named[0][1]), *named[1:]]
    since = min(first for first, _ in named)
    kept = [dates for dates in dates_of(stored) if _last(dates) < since]
    return _with_dates(listed, [*kept, *known]) if kept else listed


def each_life(security: Security) -> list[Security]:
    """Return a security of its own for each of a code's lives, in the order of time."""
    if not security.earlier or security.kind is Kind.INDEX:
        return [security]
    return [
        replace(
            security,
            list_date=None if first == FIRST_DATE else first,
            delist_date=last,
            earlier=(),
        )
        for (first, _), (_, last) in zip(lives(security), dates_of(security), strict=True)
    ]


def life_on(security: Security, day: str) -> Security | None:
    """Return a code's life on a day as a security of its own; None if it does not live then."""
    return next((each for each in each_life(security) if each.alive(day, day)), None)


def _with_dates(security: Security, dates: Sequence[Dates]) -> Security:
    *earlier, (first, last) = dates
    return replace(security, list_date=first, delist_date=last, earlier=tuple(earlier))


def _last(dates: Dates) -> str:
    return dates[1] or LAST_DATE


def _years_before(day: str) -> str:
    return f"{max(1, int(day[:4]) - OTHER_CONTRACT_YEARS):04}{day[4:]}"
