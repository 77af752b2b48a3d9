"""Daily bars as arrays, counted in whole ticks and lots."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from marketdata.catalog.calendar import last_known_day, trading_days

type Ints = npt.NDArray[np.int64]
type Floats = npt.NDArray[np.float64]
type Flags = npt.NDArray[np.bool_]

START = "20150105"
"""The first day of every dataset."""


class Axis(NamedTuple):
    """All trading days from `START` on; arrays of bars begin at a position on this axis.

    Attributes
    ----------
    days : tuple of str
        The days, YYYYMMDD.
    ordinals : array of int, (days,)
        The same days as proleptic Gregorian ordinals.
    """

    days: tuple[str, ...]
    ordinals: Ints

    def between(self, start: str, end: str) -> slice:
        """Return the positions of a closed range of days."""
        return slice(bisect_left(self.days, start), bisect_right(self.days, end))


@cache
def axis() -> Axis:
    """Return the axis, up to the calendar's end; all markets share it."""
    days = tuple(trading_days("SH", START, last_known_day()))
    return Axis(days, np.array([date.fromisoformat(day).toordinal() for day in days]))


@dataclass(frozen=True, slots=True)
class Grid:
    """The units of a code: what one tick and one lot are worth.

    Attributes
    ----------
    step, scale : int
        A price in yuan is ticks × step ÷ scale: rounded only once, it is the float nearest to the
        decimal number.
    lot : int
        The volume of one lot: shares, or 1 for futures, whose volume is in lots.
    worth : float
        The value of one lot in yuan per tick of its price.
    """

    step: int
    scale: int
    lot: int
    worth: float

    def prices(self, ticks: Ints) -> Floats:
        """Return prices in yuan, in the shape of `ticks`."""
        return ticks * self.step / self.scale

    def ticks(self, prices: Floats) -> Ints:
        """Return the whole numbers of ticks nearest to prices in yuan."""
        return np.rint(prices * self.scale / self.step).astype(np.int64)

    def amounts(self, ticks: Ints, lots: Ints) -> Floats:
        """Return amounts, each in whole yuan."""
        amounts: Floats = np.rint(ticks * lots * self.worth)
        return amounts

    def amount(self, ticks: int, lots: int) -> int:
        """Return one amount in whole yuan."""
        return round(ticks * lots * self.worth)


class Candles(NamedTuple):
    """Prices of bars in ticks, arrays of the same shape; `vwap` lies within [low, high]."""

    open: Ints
    high: Ints
    low: Ints
    close: Ints
    vwap: Ints


class Day(NamedTuple):
    """One daily bar: prices in ticks, volume in lots, amount in yuan."""

    open: int
    high: int
    low: int
    close: int
    vwap: int
    lots: int
    amount: int


@dataclass(frozen=True, slots=True)
class DailyBars:
    """All daily bars of one code; every array has one value per day.

    Attributes
    ----------
    grid : Grid
        The units.
    first : int
        Position of the first day on the axis.
    candles : Candles
        Prices; open, high and low are 0 on a day without a trade.
    lots : array of int
        Volume; 0 on a day without a trade.
    suspended : array of bool
        Days without a bar, because trading is suspended.
    settle, open_interest : array of int or None
        Futures only: in ticks, and in lots.
    """

    grid: Grid
    first: int
    candles: Candles
    lots: Ints
    suspended: Flags
    settle: Ints | None = None
    open_interest: Ints | None = None

    def window(self, places: slice) -> range:
        """Return the days at some positions of the axis, counted from the first bar."""
        first = max(places.start - self.first, 0)
        return range(first, max(min(places.stop - self.first, len(self.lots)), first))

    def day(self, place: int) -> Day:
        """Return one day's bar; days are counted from the first bar."""
        opened, high, low, close, vwap = (int(prices[place]) for prices in self.candles)
        lots = int(self.lots[place])
        return Day(opened, high, low, close, vwap, lots, self.grid.amount(vwap, lots))
