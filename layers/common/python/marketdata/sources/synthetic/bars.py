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
    """All trading days from `START` on; arrays of bars count from a place on it.

    Attributes
    ----------
    days : tuple of str
        YYYYMMDD.
    ordinals : array of int, (days,)
        The same as proleptic ordinals.
    """

    days: tuple[str, ...]
    ordinals: Ints

    def between(self, start: str, end: str) -> slice:
        """Give the places of a closed range of days."""
        return slice(bisect_left(self.days, start), bisect_right(self.days, end))


@cache
def axis() -> Axis:
    """Give the axis, as far as the calendar knows; all markets share it."""
    days = tuple(trading_days("SH", START, last_known_day()))
    return Axis(days, np.array([date.fromisoformat(day).toordinal() for day in days]))


@dataclass(frozen=True, slots=True)
class Grid:
    """What one tick and one lot stand for.

    Attributes
    ----------
    step, scale : int
        A price is ticks × step ÷ scale, rounded once, so it is the decimal number it looks like.
    lot : int
        Volume of a lot: shares, or 1 for futures, whose volume is in lots.
    worth : float
        Yuan of one lot for each tick of its price.
    """

    step: int
    scale: int
    lot: int
    worth: float

    def prices(self, ticks: Ints) -> Floats:
        """Give prices in yuan, of any shape."""
        return ticks * self.step / self.scale

    def ticks(self, prices: Floats) -> Ints:
        """Give the nearest whole ticks of prices in yuan."""
        return np.rint(prices * self.scale / self.step).astype(np.int64)

    def amounts(self, ticks: Ints, lots: Ints) -> Floats:
        """Give amounts, whole yuan each."""
        amounts: Floats = np.rint(ticks * lots * self.worth)
        return amounts

    def amount(self, ticks: int, lots: int) -> int:
        """Give one amount in whole yuan."""
        return round(ticks * lots * self.worth)


class Candles(NamedTuple):
    """Prices of bars in ticks, all arrays of one shape; `vwap` lies within [low, high]."""

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
    """All daily bars of one code; every array has one value a day.

    Attributes
    ----------
    grid : Grid
        The units.
    first : int
        Place of the first day on the axis.
    candles : Candles
        Prices; open, high and low are 0 on a day without a trade.
    lots : array of int
        Volume; 0 on a day without a trade.
    suspended : array of bool
        Days without a bar.
    settle, open_interest : array of int or None
        Futures only: ticks, lots.
    """

    grid: Grid
    first: int
    candles: Candles
    lots: Ints
    suspended: Flags
    settle: Ints | None = None
    open_interest: Ints | None = None

    def window(self, places: slice) -> range:
        """Give the days, counted from the first bar, that lie at some places of the axis."""
        first = max(places.start - self.first, 0)
        return range(first, max(min(places.stop - self.first, len(self.lots)), first))

    def day(self, place: int) -> Day:
        """Give one day, counted from the first bar."""
        opened, high, low, close, vwap = (int(prices[place]) for prices in self.candles)
        lots = int(self.lots[place])
        return Day(opened, high, low, close, vwap, lots, self.grid.amount(vwap, lots))
