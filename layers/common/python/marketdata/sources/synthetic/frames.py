"""The conversion of arrays of bars into the columns of the frame that a source returns."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from marketdata.blocks.dataset import Period
from marketdata.catalog.securities import Security
from marketdata.catalog.sessions import bar_times
from marketdata.kline.bars import BarDataset
from marketdata.sources.source import Halt, frame_columns, join_frames
from marketdata.sources.synthetic.bars import DailyBars, Grid, Ints, axis
from marketdata.sources.synthetic.minutes import Intraday, hours, intraday
from marketdata.sources.synthetic.paths import generator

type Columns = dict[str, npt.NDArray[Any]]


def frame_of(dataset: BarDataset, parts: Sequence[Columns]) -> pd.DataFrame:
    """Concatenate columns into one frame."""
    if not parts:
        return join_frames(dataset, [])
    return pd.DataFrame(
        {name: np.concatenate([part[name] for part in parts]) for name in frame_columns(dataset)}
    )


def daily_columns(security: Security, bars: DailyBars, days: range) -> Columns:
    """Return the daily bars of some days, counted from the first bar."""
    shown = np.array([day for day in days if not bars.suspended[day]], dtype=np.int64)
    opened, high, low, close, vwap = (prices[shown] for prices in bars.candles)
    lots = bars.lots[shown]
    columns = {
        **_texts("code", [security.code] * len(shown)),
        **_texts("trade_date", [axis().days[bars.first + day] for day in shown]),
        **_prices(bars.grid, opened, high, low, close),
        "volume": lots * bars.grid.lot,
        "amount": bars.grid.amounts(vwap, lots),
    }
    if bars.settle is not None and bars.open_interest is not None:
        columns["settle"] = bars.grid.prices(bars.settle[shown])
        columns["open_interest"] = bars.open_interest[shown]
    return columns


def intraday_columns(
    seed: int, period: Period, security: Security, bars: DailyBars, days: range
) -> list[Columns]:
    """Return the intraday bars of some days, counted from the first bar, one item per day."""
    return [
        _day_columns(seed, period, security, bars, day)
        for day in days
        if bars.lots[day] and not bars.suspended[day]
    ]


def halts(bars: DailyBars, days: range, period: Period) -> dict[str, Halt]:
    """Return day → why it has no bar; a day without a trade still has a daily bar."""
    found: dict[str, Halt] = {}
    for day in days:
        if bars.suspended[day]:
            found[axis().days[bars.first + day]] = "suspended"
        elif period.intraday and not bars.lots[day]:
            found[axis().days[bars.first + day]] = "no_trade"
    return found


def _day_columns(
    seed: int, period: Period, security: Security, bars: DailyBars, day: int
) -> Columns:
    name = axis().days[bars.first + day]
    segments = hours(security, name)
    numbers = generator(seed, f"{security.code}/{name}")
    drawn = intraday(numbers, bars.day(day), segments, period)
    times = bar_times(segments, security.market, name, period)
    columns = {
        **_texts("code", [security.code] * len(times)),
        **_texts("trade_date", [name] * len(times)),
        **_texts("kline_time", times),
        **_drawn_columns(bars.grid, drawn),
    }
    if bars.open_interest is not None:
        columns["settle"] = np.full(len(times), np.nan)
        columns["open_interest"] = _between_days(bars.open_interest, day, len(times))
    return columns


def _drawn_columns(grid: Grid, drawn: Intraday) -> Columns:
    return {
        **_prices(grid, drawn.open, drawn.high, drawn.low, drawn.close),
        "volume": drawn.lots * grid.lot,
        "amount": drawn.amount.astype(np.float64),
    }


def _between_days(open_interest: Ints, day: int, bars: int) -> Ints:
    """Interpolate open interest linearly from the previous day's value to the day's own."""
    before = open_interest[max(day - 1, 0)]
    return np.rint(np.linspace(before, open_interest[day], bars + 1)[1:]).astype(np.int64)


def _prices(grid: Grid, *ticks: Ints) -> Columns:
    names = ("open", "high", "low", "close")
    return {name: grid.prices(each) for name, each in zip(names, ticks, strict=True)}


def _texts(name: str, values: Sequence[str]) -> Columns:
    return {name: np.array(values, dtype=object)}
