"""What the cache knows of the days of a part, as bit sets in Python integers.

A part is a year ("2024") for daily bars and a month ("2024-01") for intraday ones. Bit *d*,
counted from 0, stands for the part's calendar day *d* + 1, trading day or not.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import compress
from typing import Literal, Self

from marketdata.kline.bar import AnyDataset, Period

type Reason = Literal["suspended", "no_trade", "unconfirmed"]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is known of the days of one block; each field is a bit set.

    `mark` keeps these true: no day is both present and absent; `short` and `close_outside` are
    among `present`; `suspended` and `no_trade` are among `absent`, and no day is both; `rejected`
    days are neither.

    Attributes
    ----------
    present : int
        Days with at least one bar stored.
    absent : int
        Days for which upstream was asked after they were final, and had none.
    short : int
        Days with fewer intraday bars than the session has.
    suspended, no_trade : int
        Absent days whose reason upstream knew.
    close_outside : int
        Days on which an official close lies outside [low, high].
    rejected : int
        Days of which the bars that came lately could not be used.
    """

    present: int = 0
    absent: int = 0
    short: int = 0
    suspended: int = 0
    no_trade: int = 0
    close_outside: int = 0
    rejected: int = 0

    def mark(
        self,
        *,
        present: int = 0,
        absent: int = 0,
        short: int = 0,
        suspended: int = 0,
        no_trade: int = 0,
        close_outside: int = 0,
        rejected: int = 0,
    ) -> Self:
        """Add what was learnt; a day once present stays present.

        Parameters
        ----------
        present, absent : int
            Days of which bars were stored, and for which upstream had none.
        short, close_outside : int
            Those among the stored days that are so now. Any other day in `present` no longer is.
        suspended, no_trade : int
            Why days are absent; days that are not absent are passed over. A known reason stays
            until another one is given; where both are, a day is suspended.
        """
        all_present = self.present | present
        all_absent = (self.absent | absent) & ~all_present
        return type(self)(
            present=all_present,
            absent=all_absent,
            short=((self.short & ~present) | short) & all_present,
            suspended=((self.suspended & ~no_trade) | suspended) & all_absent,
            no_trade=(self.no_trade | no_trade) & ~suspended & all_absent,
            close_outside=((self.close_outside & ~present) | close_outside) & all_present,
            rejected=(self.rejected | rejected) & ~(all_present | all_absent),
        )

    def reasons(self, days: int) -> list[tuple[Reason, int]]:
        """Split absent days by why they are, as bit sets of which none is empty."""
        known: list[tuple[Reason, int]] = [
            ("suspended", days & self.suspended),
            ("no_trade", days & self.no_trade & ~self.suspended),
            ("unconfirmed", days & ~self.suspended & ~self.no_trade),
        ]
        return [(reason, bits) for reason, bits in known if bits]

    def reason_of(self, bit: int) -> Reason:
        """Say why a day is absent.

        Parameters
        ----------
        bit : int
            The mask of one absent day.
        """
        return self.reasons(bit)[0][0]


def missing(expected: int, coverage: Coverage) -> int:
    """Give the expected days of which nothing is known, as a bit set."""
    return expected & ~(coverage.present | coverage.absent)


def first_day(part: str) -> date:
    """Give the first calendar day of a part; ValueError if there is no such part."""
    year, _, month = part.partition("-")
    return date(int(year), int(month or 1), 1)


def last_day(part: str) -> date:
    """Give the last calendar day of a part; ValueError if there is no such part."""
    first = first_day(part)
    if "-" not in part or first.month == 12:
        return first.replace(month=12, day=31)
    return first.replace(month=first.month + 1) - timedelta(days=1)


def parts_between(what: AnyDataset | Period, start: str, end: str) -> list[str]:
    """Name the parts that hold the days of a range.

    Parameters
    ----------
    what : AnyDataset or Period
        Whose parts: years, or for intraday bars months.
    start, end : str
        First and last day, YYYYMMDD.

    Returns
    -------
    list of str
        In the order of time; empty if the range is.
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
    """Give the mask of every day of a part, in the order of time."""
    first, last = first_day(part).toordinal(), last_day(part).toordinal()
    days = (date.fromordinal(number) for number in range(first, last + 1))
    return {day.isoformat().replace("-", ""): 1 << bit for bit, day in enumerate(days)}


def bit_of(part: str, day: str) -> int:
    """Give the mask of one day.

    Raises
    ------
    ValueError
        The part has no such day.
    """
    try:
        return _masks(part)[day]
    except KeyError:
        raise ValueError(f"{day} is no day of {part}") from None


def bits_of(part: str, days: Iterable[str]) -> int:
    """Give the bit set of those among some days that lie in a part."""
    masks = _masks(part)
    bits = 0
    for day in days:
        bits |= masks.get(day, 0)
    return bits


def days_of(part: str, bits: int) -> list[str]:
    """Give the days of a bit set, in the order of time."""
    flags = f"{bits:b}"[::-1].encode().replace(b"0", b"\0")
    return list(compress(_masks(part), flags))


def span(part: str, start: str, end: str) -> int:
    """Give the calendar days of a range that lie in a part as a bit set, 0 if they do not meet.

    Parameters
    ----------
    part : str
        The part.
    start, end : str
        First and last day, YYYYMMDD, inside the part or not; ValueError if there is no such day.
    """
    first, last = _ends(part)
    # Most codes live all through a part: cut to it, their lives are the same.
    return _span(part, max(start, first), min(end, last))


@lru_cache(maxsize=512)
def _ends(part: str) -> tuple[str, str]:
    masks = _masks(part)
    return next(iter(masks)), next(reversed(masks))


@lru_cache(maxsize=4096)
def _span(part: str, first: str, last: str) -> int:
    return (bit_of(part, last) << 1) - bit_of(part, first) if first <= last else 0


def to_bytes(bits: int) -> bytes:
    """Write a bit set as bytes, little endian, as few as it takes."""
    return bits.to_bytes((bits.bit_length() + 7) // 8, "little")


def from_bytes(data: bytes) -> int:
    """Read what `to_bytes` wrote."""
    return int.from_bytes(data, "little")


def ranges(days: Sequence[str], trading_days: Sequence[str]) -> list[list[str]]:
    """Join days that are neighbours on the trading calendar.

    Parameters
    ----------
    days : sequence of str
        Sorted.
    trading_days : sequence of str
        The calendar, sorted. A day that it does not have is never joined to the one before.

    Returns
    -------
    list of [str, str]
        First and last day of each run, in the order of time.
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
