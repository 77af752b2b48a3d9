"""Parts, and their days as bit sets in Python integers. Pure."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import compress

from marketdata.blocks.dataset import Dataset, Period


def first_day(part: str) -> date:
    """Return the first calendar day of a part; raise ValueError if there is no such part."""
    year, _, month = part.partition("-")
    return date(int(year), int(month or 1), 1)


def last_day(part: str) -> date:
    """Return the last calendar day of a part; raise ValueError if there is no such part."""
    first = first_day(part)
    if "-" not in part or first.month == 12:
        return first.replace(month=12, day=31)
    return first.replace(month=first.month + 1) - timedelta(days=1)


def parts_between(what: Dataset | Period, start: str, end: str) -> list[str]:
    """List the parts that hold the days of a range.

    Parameters
    ----------
    what : Dataset or Period
        Whose parts to list: years, or for intraday bars months.
    start, end : str
        First and last day, YYYYMMDD.

    Returns
    -------
    list of str
        In chronological order; empty if the range is.
    """
    if start > end:
        return []
    years = range(int(start[:4]), int(end[:4]) + 1)
    if not what.intraday:
        return [f"{year:04}" for year in years]
    months = [f"{year:04}-{month:02}" for year in years for month in range(1, 13)]
    return months[int(start[4:6]) - 1 : len(months) - 12 + int(end[4:6])]


@lru_cache(maxsize=512)
def _masks(part: str) -> dict[str, int]:
    """Return the mask of every day of a part, in chronological order."""
    first, last = first_day(part).toordinal(), last_day(part).toordinal()
    days = (date.fromordinal(number) for number in range(first, last + 1))
    return {day.isoformat().replace("-", ""): 1 << bit for bit, day in enumerate(days)}


def bit_of(part: str, day: str) -> int:
    """Return the mask of one day.

    Raises
    ------
    ValueError
        The part has no such day.
    """
    try:
        return _masks(part)[day]
    except KeyError:
        raise ValueError(f"{day} is not a day of {part}") from None


def bits_of(part: str, days: Iterable[str]) -> int:
    """Return the bit set of those days that lie in a part."""
    masks = _masks(part)
    bits = 0
    for day in days:
        bits |= masks.get(day, 0)
    return bits


def days_of(part: str, bits: int) -> list[str]:
    """List the days of a bit set, in chronological order."""
    flags = f"{bits:b}"[::-1].encode().replace(b"0", b"\0")
    return list(compress(_masks(part), flags))


def span(part: str, start: str, end: str) -> int:
    """Return the calendar days of a range that lie in a part, as a bit set; 0 if there are none.

    Parameters
    ----------
    part : str
        The part.
    start, end : str
        First and last day, YYYYMMDD, inside the part or not.

    Raises
    ------
    ValueError
        One of them falls within the part but does not exist.
    """
    first, last = ends(part)
    # Most codes live through the whole part: cut to it, their lives are one cached range.
    return _span(part, max(start, first), min(end, last))


@lru_cache(maxsize=512)
def ends(part: str) -> tuple[str, str]:
    """Return the first and the last calendar day of a part."""
    masks = _masks(part)
    return next(iter(masks)), next(reversed(masks))


@lru_cache(maxsize=4096)
def _span(part: str, first: str, last: str) -> int:
    return (bit_of(part, last) << 1) - bit_of(part, first) if first <= last else 0


def runs(part: str, bits: int, trading: int) -> list[tuple[str, str]]:
    """Join days that are neighbours on the trading calendar into ranges, as `ranges` does.

    Parameters
    ----------
    part : str
        The part.
    bits : int
        Trading days, as bits.
    trading : int
        All trading days of the part, as bits.

    Returns
    -------
    list of (str, str)
        First and last day of each range, in chronological order.
    """
    days, found = _days(part), []
    # A day without trading interrupts nothing.
    filled = bits | ((1 << len(days)) - 1) & ~trading
    while bits:
        first = bits & -bits
        # The carry ends at the first trading day that is not in the set.
        stop = (filled + first) & ~filled
        last = (bits & (stop - first)).bit_length()
        found.append((days[first.bit_length() - 1], days[last - 1]))
        bits &= -stop
    return found


@lru_cache(maxsize=512)
def _days(part: str) -> tuple[str, ...]:
    return tuple(_masks(part))


def to_bytes(bits: int) -> bytes:
    """Write a bit set as bytes, little endian and as few as possible."""
    return bits.to_bytes((bits.bit_length() + 7) // 8, "little")


def from_bytes(data: bytes) -> int:
    """Read a bit set that `to_bytes` wrote."""
    return int.from_bytes(data, "little")


def ranges(days: Sequence[str], trading_days: Sequence[str]) -> list[list[str]]:
    """Join days that are neighbours on the trading calendar into ranges.

    Parameters
    ----------
    days : sequence of str
        Sorted.
    trading_days : sequence of str
        The calendar, sorted. A day that is not in it is never joined to the one before.

    Returns
    -------
    list of [str, str]
        First and last day of each range, in chronological order.
    """
    result: list[list[str]] = []
    following = 0
    for day in days:
        if result and following < len(trading_days) and trading_days[following] == day:
            result[-1][1] = day
            following += 1
        else:
            result.append([day, day])
            following = bisect_right(trading_days, day, following)
    return result
