"""The synthetic market: made from a seed, with as many codes, days and digits as the real one."""

from pathlib import Path

import numpy as np

from bench.market import PRICES, Array, new_market
from marketdata.catalog.calendar import trading_days

SEED = 20130104
CODES = 5448
"""The number of stocks listed in Shanghai, Shenzhen and Beijing."""
SUSPENDED, SUSPENSION = 0.22, 20
"""The share of a code's years in which it is suspended, once, and for how many days on average: as
counted in 30 stocks from 2013 to 2021."""
YEAR = 243
"""The trading days of a year."""
CHUNK = 256

MORNING = [f"{9 + (30 + at) // 60:02}:{(30 + at) % 60:02}:00" for at in range(120)]
AFTERNOON = [f"{13 + at // 60:02}:{at % 60:02}:00" for at in range(120)]

BOARDS = (
    ("60", "SH", 1700),
    ("00", "SZ", 1485),
    ("30", "SZ", 1389),
    ("68", "SH", 592),
    ("92", "BJ", 282),
)
"""The first digits of a code, its suffix, and the number of such codes."""


def make(folder: Path, *, codes: int, first: str, last: str, minutes: bool = False) -> None:
    """Make a market and write it to a folder; the same arguments give the same bars."""
    names = code_names(codes)
    days = trading_days("SH", first, last)
    labels = [*MORNING, *AFTERNOON] if minutes else [""]
    times = [f"{day[:4]}-{day[4:6]}-{day[6:]} {label}" for day in days for label in labels]
    every = [day for day in days for _ in labels]
    arrays = new_market(folder, names, every, times if minutes else [])
    for start in range(0, len(names), CHUNK):
        rows = slice(start, min(start + CHUNK, len(names)))
        made = _bars(
            np.random.default_rng([SEED, start]), rows.stop - start, len(days), len(labels)
        )
        for name, values in made.items():
            arrays[name][rows] = values


def code_names(count: int) -> list[str]:
    """Return `count` codes, in the proportions of the real boards, sorted."""
    names = [
        f"{digits}{number:04}.{suffix}"
        for digits, suffix, size in BOARDS
        for number in range(1, 1 + max(1, round(size * count / CODES)))
    ]
    return sorted(names[:count])


def _bars(random: np.random.Generator, codes: int, days: int, a_day: int) -> dict[str, Array]:
    """Make bars by random walks: a day moves by some percent, shared among its bars."""
    shape = (codes, days * a_day)
    step = random.normal(0, 0.02 / np.sqrt(a_day), shape)
    start = random.lognormal(2.7, 0.7, (codes, 1))
    # A pull towards the start keeps prices within a few powers of two over thirteen years.
    drift = np.cumsum(step, axis=1)
    close = start * np.exp(drift - drift.mean(axis=1, keepdims=True))
    before = np.concatenate([start, close[:, :-1]], axis=1)
    opened = before * np.exp(random.normal(0, 0.005 / np.sqrt(a_day), shape))
    spread = np.abs(random.normal(0, 0.008 / np.sqrt(a_day), (2, *shape)))
    high = np.maximum(opened, close) * (1 + spread[0])
    low = np.minimum(opened, close) * (1 - spread[1])
    volume = random.lognormal(15.5 - np.log(a_day), 0.8, shape).astype(np.int64) // 100 * 100
    cents = {
        name: np.maximum(1, np.rint(values * 100)).astype(np.int32)
        for name, values in zip(PRICES, (opened, high, low, close), strict=True)
    }
    amount = np.rint(volume * (opened + high + low + close) * 25).astype(np.int64)
    traded = np.repeat(~_suspended(random, codes, days), a_day, axis=1)
    return cents | {"volume": volume, "amount": amount, "traded": traded}


def _suspended(random: np.random.Generator, codes: int, days: int) -> Array:
    """Draw the days on which codes are suspended: in some years one run each."""
    years = -(-days // YEAR)
    first = random.integers(YEAR, size=(codes, years)) + YEAR * np.arange(years)
    length = random.geometric(1 / SUSPENSION, (codes, years))
    length *= random.random((codes, years)) < SUSPENDED
    at = np.arange(days)
    spans = zip(first.T[:, :, None], length.T[:, :, None], strict=True)
    return np.any([(start <= at) & (at < start + run) for start, run in spans], axis=0)
