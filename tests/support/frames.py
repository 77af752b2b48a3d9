"""Frames of bars as sources give them, made from a few values."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from marketdata.blocks.dataset import Kind, Period
from marketdata.kline.bars import BarDataset
from marketdata.sources.source import frame_columns

STOCK = BarDataset(Kind.STOCK, Period.DAILY)
MINUTES = BarDataset(Kind.STOCK, Period.MIN1)
INDEX = BarDataset(Kind.INDEX, Period.DAILY)
FUTURE = BarDataset(Kind.FUTURE, Period.DAILY)
NIGHTS = BarDataset(Kind.FUTURE, Period.MIN1)

GOOD: Mapping[str, Any] = {
    "code": "600000.SH",
    "trade_date": "20240102",
    "open": 6.6,
    "high": 6.7,
    "low": 6.5,
    "close": 6.6,
    "volume": 100.0,
    "amount": 660.0,
}
UNTRADED: Mapping[str, Any] = {
    "code": "V2401.DCE",
    "trade_date": "20230117",
    "open": 0.0,
    "high": 0.0,
    "low": 0.0,
    "close": 6610.0,
    "volume": 0.0,
    "amount": 0.0,
    "settle": 6610.0,
    "open_interest": 156.0,
}


def bar(**values: Any) -> dict[str, Any]:
    """Give a good bar of a stock with some values of its own."""
    return {**GOOD, **values}


def future_bar(**values: Any) -> dict[str, Any]:
    """Give a good bar of a future with some values of its own."""
    traded = {"open": 6600.0, "high": 6700.0, "low": 6500.0, "volume": 10.0}
    return {**UNTRADED, **traded, **values}


def minute_bar(time: str, **values: Any) -> dict[str, Any]:
    """Give a good minute of a stock, "HH:MM" of its day, with some values of its own."""
    day = values.get("trade_date", GOOD["trade_date"])
    stamp = f"{day[:4]}-{day[4:6]}-{day[6:]} {time}:00"
    return {**GOOD, "kline_time": stamp, **values}


def frame_of(dataset: BarDataset, bars: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Put bars into a frame with the columns and types that a source gives."""
    rows = list(bars)
    texts = {"code", "trade_date", "kline_time"}
    return pd.DataFrame(
        {
            name: pd.Series(
                [row.get(name, None if name in texts else float("nan")) for row in rows],
                dtype="str" if name in texts else "float64",
            )
            for name in frame_columns(dataset)
        }
    )
