"""Random walks, the basis of all prices."""

import zlib
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from marketdata.sources.synthetic.bars import Candles, Floats, Ints, axis

MARKET_SIGMA = 0.009


def generator(seed: int, key: str) -> np.random.Generator:
    """Return the random number generator of a key.

    A longer draw begins like a shorter one. With days along the first axis, and one kind of draw
    per generator, a calendar that reaches further changes no earlier day.
    """
    return np.random.default_rng([seed, zlib.crc32(key.encode())])


@lru_cache(maxsize=4)
def market_returns(seed: int) -> Floats:
    """Return the log returns that all equities share, one per day of the axis."""
    return generator(seed, "market").standard_normal(len(axis().days)) * MARKET_SIGMA


def fold(logs: Floats, low: float, high: float) -> Floats:
    """Reflect a path at two bounds: no price runs away, and no step gets longer."""
    width = high - low
    return low + np.abs((logs - low + width) % (2 * width) - width)


def day_before[Number: (np.int64, np.float64)](
    values: npt.NDArray[Number],
) -> npt.NDArray[Number]:
    """Return the previous day's value for each day; for the first day its own."""
    return np.concatenate([values[:1], values[:-1]])


def candles(close: Ints, before: Ints | Floats, noise: Floats, sigma: float) -> Candles:
    """Draw daily prices around the closes.

    Parameters
    ----------
    close : array of int, (days,)
        Closes in ticks, at least 1.
    before : array, (days,)
        Reference price of each day in ticks: the previous close, less any payout since.
    noise : array of float, (days, 3)
        Standard normal numbers.
    sigma : float
        Daily volatility.
    """
    opened = np.maximum(np.rint(before * np.exp(0.35 * sigma * noise[:, 0])).astype(np.int64), 1)
    wicks = np.exp(0.4 * sigma * np.abs(noise[:, 1:]))
    high = np.rint(np.maximum(opened, close) * wicks[:, 0]).astype(np.int64)
    low = np.maximum(np.rint(np.minimum(opened, close) / wicks[:, 1]).astype(np.int64), 1)
    return Candles(opened, high, low, close, average(opened, high, low, close))


def average(opened: Ints, high: Ints, low: Ints, close: Ints) -> Ints:
    """Return a plausible volume-weighted average price for each day, in ticks."""
    return (opened + high + low + 3 * close + 3) // 6
