"""The intraday bars of a day, drawn so that they add up to the daily bar exactly."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from marketdata.blocks.dataset import Period
from marketdata.catalog.securities import Security
from marketdata.catalog.sessions import (
    COMMODITY_DAY,
    COMMODITY_MARKETS,
    MINUTES,
    STOCK_HOURS,
    Segment,
    sessions,
)
from marketdata.sources.synthetic.bars import Day, Floats, Ints

TILT_STEPS = 20


class Intraday(NamedTuple):
    """A day's intraday bars in ticks, lots and yuan, as arrays of the same length."""

    open: Ints
    high: Ints
    low: Ints
    close: Ints
    lots: Ints
    amount: Ints


def hours(security: Security, day: str) -> tuple[Segment, ...]:
    """Return the sessions of a day; if they are not known, the usual day session."""
    known = sessions(security.kind, security.market, security.code, day)
    usual = COMMODITY_DAY if security.market in COMMODITY_MARKETS else STOCK_HOURS
    return known or usual


def intraday(
    numbers: np.random.Generator, day: Day, segments: tuple[Segment, ...], period: Period
) -> Intraday:
    """Draw a day's intraday bars.

    Parameters
    ----------
    numbers : Generator
        The random numbers of this day.
    day : Day
        The daily bar, with a volume of at least one lot.
    segments : tuple of Segment
        The sessions of the day.
    period : Period
        The length of a bar; longer bars are the one-minute bars put together.
    """
    minutes = _minutes(numbers, day, sum(end - start for start, end, _ in segments))
    return minutes if period is Period.MIN1 else _together(minutes, segments, MINUTES[period])


def _minutes(numbers: np.random.Generator, day: Day, length: int) -> Intraday:
    path = _path(numbers, day, length)
    opened, close = path[:-1], path[1:]
    ticks = numbers.integers(0, 2, size=(2, length))
    high = np.minimum(np.maximum(opened, close) + ticks[0], day.high)
    low = np.maximum(np.minimum(opened, close) - ticks[1], day.low)
    middle = (high + low) / 2
    lots = _split(day.lots, _weights(numbers, day, middle))
    amount = _split(day.amount, lots * middle)
    return Intraday(opened, high, low, close, lots, amount)


def _path(numbers: np.random.Generator, day: Day, length: int) -> Ints:
    """Draw a walk from open to close that touches high and low and stays between them."""
    turns = np.sort(numbers.choice(np.arange(1, length), size=2, replace=False))
    extremes = [day.high, day.low] if numbers.random() < 0.5 else [day.low, day.high]
    places = np.array([0, *turns, length])
    times = np.arange(length + 1)
    line = np.interp(times, places, [day.open, *extremes, day.close])
    walk = np.cumsum(numbers.standard_normal(length + 1))
    bridge = walk - np.interp(times, places, walk[places])
    wobble = 0.5 * (day.high - day.low) / np.sqrt(length) * bridge
    path: Floats = np.clip(np.rint(line + wobble), day.low, day.high)
    return path.astype(np.int64)


def _weights(numbers: np.random.Generator, day: Day, middle: Floats) -> Floats:
    """Draw the spread of volume: most at both ends, tilted so that the vwap comes out right."""
    along = np.linspace(-1, 1, len(middle))
    weights = (1 + 2 * along**4) * numbers.standard_gamma(2.0, len(middle))
    off = (middle - day.vwap) / max(day.high - day.low, 1)
    tilt = 0.0
    for _ in range(TILT_STEPS):
        tilted = weights * np.exp(tilt * off)
        mean = np.average(off, weights=tilted)
        spread = np.average((off - mean) ** 2, weights=tilted)
        if abs(mean) < 1e-9 or spread < 1e-12:
            break
        tilt = float(np.clip(tilt - mean / spread, -50, 50))
    return weights * np.exp(tilt * off)


def _split(total: int, weights: Floats) -> Ints:
    """Split a whole number by weight into whole numbers that add up to it."""
    steps = np.cumsum(weights)
    reached: Floats = np.rint(total * (steps / steps[-1]))
    return np.diff(reached, prepend=0.0).astype(np.int64)


def _together(minutes: Intraday, segments: tuple[Segment, ...], size: int) -> Intraday:
    starts = _starts(segments, size)
    ends = np.append(starts[1:], len(minutes.open)) - 1
    return Intraday(
        minutes.open[starts],
        np.maximum.reduceat(minutes.high, starts),
        np.minimum.reduceat(minutes.low, starts),
        minutes.close[ends],
        np.add.reduceat(minutes.lots, starts),
        np.add.reduceat(minutes.amount, starts),
    )


@lru_cache(maxsize=256)
def _starts(segments: tuple[Segment, ...], size: int) -> Ints:
    """Return the start minutes of bars of `size` minutes; see `catalog.sessions.bar_times`."""
    starts: list[int] = []
    before = 0
    for start, end, _ in segments:
        starts.extend(range(before, before + end - start, size))
        before += end - start
    return np.array(starts)
