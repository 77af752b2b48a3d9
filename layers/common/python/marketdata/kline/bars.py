"""What a bar is: its fields, its dataset, and the text of one row.

A row is one line of compact JSON whose first fields are at fixed offsets, so stored text can be
cut and merged by time without being parsed::

    {"trade_date":"20240102","open":6.6,"high":6.7,…
    {"trade_date":"20240102","kline_time":"2024-01-02 09:30:00","open":6.6,…
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any, NotRequired, Self, TypedDict

import orjson

from marketdata.blocks.codec import JOINT
from marketdata.blocks.dataset import Kind, Period
from marketdata.errors import BlockCorruptError

DAY = slice(15, 23)
"""The place of the day in a row's text, as YYYYMMDD."""

TIME = slice(15, 58)
"""The place of the day and the time in an intraday row's text; sorts by day, then by time."""

CLOCK = slice(39, 58)
"""Position of the time in an intraday row, as "YYYY-MM-DD HH:MM:SS"."""

OHLC = ("open", "high", "low", "close")
COUNTS = frozenset({"volume", "open_interest"})
"""The integer columns; all others are floats."""


class Bar(TypedDict):
    """One bar as the API returns it.

    Prices, `settle` and `amount` are in yuan (for an index: points); `volume` is in shares, in lots
    for futures. `kline_time` is the bar's start, "YYYY-MM-DD HH:MM:SS" in Asia/Shanghai.
    """

    trade_date: str
    kline_time: NotRequired[str]
    open: float | None
    high: float | None
    low: float | None
    close: float | None
    volume: int | None
    amount: float | None
    settle: NotRequired[float | None]
    open_interest: NotRequired[int | None]


@dataclass(frozen=True, slots=True)
class BarDataset:
    """The bars of one kind and one stored period.

    Raises
    ------
    ValueError
        The period is not a stored one.
    """

    kind: Kind
    period: Period

    def __post_init__(self) -> None:
        if not self.period.stored:
            raise ValueError(f"{self.period} bars are not stored")

    @classmethod
    def parse(cls, name: str) -> Self:
        """Read a name such as "stock.daily".

        Raises
        ------
        ValueError
            No dataset has this name.
        """
        kind, _, period = name.partition(".")
        return cls(Kind(kind), Period(period))

    @property
    def name(self) -> str:
        """The dataset's name, such as "stock.daily"."""
        return f"{self.kind}.{self.period}"

    @property
    def intraday(self) -> bool:
        """Whether a day has several bars."""
        return self.period.intraday

    @property
    def one_a_day(self) -> bool:
        """Whether a day has at most one bar."""
        return not self.intraday

    @property
    def operation(self) -> str:
        """The operation by which the upstream function fetches the bars."""
        return "fetch_bars"

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of a row's values, in the order in which they are returned."""
        common = (*OHLC, "volume", "amount")
        return (*common, "settle", "open_interest") if self.kind is Kind.FUTURE else common

    def part_of(self, day: str) -> str:
        """Return the part that holds a day; see `Period.part_of`."""
        return self.period.part_of(day)


_TIMES = {
    "trade_date": rb'\[(?:"[0-9]{8}",?)*\]',
    "kline_time": rb'\[(?:"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}",?)*\]',
}


def bar_lines(dataset: BarDataset, columns: Mapping[str, Sequence[Any]]) -> list[bytes]:
    """Write bars as the lines of a block; their order is kept.

    Parameters
    ----------
    dataset : BarDataset
        The bars' dataset.
    columns : mapping of str to sequence
        Of equal length, one value per bar: `trade_date` as "YYYYMMDD"; `kline_time` as "YYYY-MM-DD
        HH:MM:SS" if the dataset is intraday; then `BarDataset.columns`, each float or None, those
        in `COUNTS` int or None. The values must be of Python's own types, not numpy's.

    Returns
    -------
    list of bytes
        One line of strict JSON per bar. Every float reads back as the same number, and as a float.

    Raises
    ------
    KeyError
        A column is missing.
    TypeError
        A column holds a value of another type.
    ValueError
        A number is NaN or infinite, a time is malformed, or the lengths differ.
    """
    times = ["trade_date", "kline_time"] if dataset.period.intraday else ["trade_date"]
    tokens = [_time_tokens(name, columns[name]) for name in times]
    tokens += [_number_tokens(name, columns[name]) for name in dataset.columns]
    fields = b",".join(b'"%b":%%b' % name.encode() for name in (*times, *dataset.columns))
    template = b"{%b}" % fields
    return [template % row for row in zip(*tokens, strict=True)]


def _time_tokens(name: str, values: Sequence[str]) -> list[bytes]:
    # Most codes have bars at the same times, so each distinct time is written only once.
    times = list(dict.fromkeys(values))
    array = orjson.dumps(times)
    if not re.fullmatch(_TIMES[name], array):
        raise ValueError(f"{name} has a value of another form")
    token_of = dict(zip(times, _split(array), strict=True))
    return [token_of[value] for value in values]


def _number_tokens(name: str, values: Sequence[float | None]) -> list[bytes]:
    number = int if name in COUNTS else float
    types = set(map(type, values))
    if not types <= {number, NoneType}:
        raise TypeError(f"{name} must be {number.__name__} or None, not {types}")
    array = orjson.dumps(list(values))
    # orjson writes NaN and infinity as null, so there must be no more nulls than values of None.
    if array.count(b"null") != (values.count(None) if NoneType in types else 0):
        raise ValueError(f"{name} has a number that is not finite")
    return _split(array)


def _split(array: bytes) -> list[bytes]:
    return array[1:-1].split(b",") if array != b"[]" else []


def parse_bars(text: bytes) -> list[Bar]:
    """Parse joined rows, for computations that need their values.

    Raises
    ------
    BlockCorruptError
        The text is not JSON.
    """
    try:
        rows: list[Bar] = orjson.loads(b"[%b]" % text)
    except orjson.JSONDecodeError as error:
        raise BlockCorruptError("a stored payload is not JSON") from error
    return rows


def cut_bars(text: bytes, start: str, end: str) -> bytes:
    """Return the rows of a range of days without parsing any.

    Parameters
    ----------
    text : bytes
        Joined rows, sorted by time.
    start, end : str
        First and last day, YYYYMMDD.

    Returns
    -------
    bytes
        The joined rows of these days; empty if there are none.
    """
    first = _row_from(text, start.encode(), 0)
    # Sorts after the day itself and before the next one.
    after = _row_from(text, end.encode() + b"~", first)
    return text[first : after - len(JOINT)] if first < after else b""


def _row_from(text: bytes, day: bytes, low: int) -> int:
    """Find the start of the first row on or after a day, searching from `low`, a row's start.

    If there is none, return where the next row would be appended: one joint past the end.
    """
    high = end = len(text) + len(JOINT) if text else 0
    while low < high:
        middle = (low + high) // 2
        row = text.rfind(b"\n", low, middle) + 1 or low
        if text[row + DAY.start : row + DAY.stop] >= day:
            high = row
        else:
            low = text.find(b"\n", row) + 1 or end
    return low


def merge_bars(old: Sequence[bytes], new: Sequence[bytes]) -> list[bytes]:
    """Merge rows by time.

    Parameters
    ----------
    old, new : sequence of bytes
        Rows of one dataset, in any order.

    Returns
    -------
    list of bytes
        Sorted by time, one row for every time in either. If both have one, the newer is kept: that
        of `new`, and within one sequence the later.
    """
    both = [*old, *new]
    if not both:
        return []
    time = TIME if both[0].startswith(b'"kline_time"', DAY.stop + 2) else DAY
    by_time = {line[time]: line for line in both}
    return [by_time[moment] for moment in sorted(by_time)]
