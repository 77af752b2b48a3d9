"""Parquet files for pandas and polars: partitioned by year or month, sorted, small row groups."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.market import NULL, Market
from bench.questions import Question

ROWS_A_GROUP = 10_000
"""A code's bars lie in one or two groups of this size, the fastest overall of 4,000 to 100,000."""

YEAR, MONTH = 4, 6
"""The number of digits of a day that name its partition."""


def write(folder: Path, market: Market) -> None:
    """Write a market's bars: partitions are years of daily bars and months of minutes."""
    digits = MONTH if market.times else YEAR
    parts = np.array([day[:digits] for day in market.days])
    for part in sorted(set(parts)):
        place = folder / f"part={part}"
        place.mkdir(parents=True, exist_ok=True)
        pq.write_table(
            _table(market, np.flatnonzero(parts == part).tolist()),
            place / "bars.parquet",
            row_group_size=ROWS_A_GROUP,
            compression="zstd",
        )


def _table(market: Market, bars: Sequence[int]) -> pa.Table:
    here = slice(bars[0], bars[-1] + 1)
    traded = market.traded[:, here]
    columns = {
        "code": np.repeat(np.array(market.codes), traded.sum(axis=1)),
        "trade_date": np.broadcast_to(np.array(market.days[here]), traded.shape)[traded],
    }
    if market.times:
        columns["kline_time"] = np.broadcast_to(np.array(market.times[here]), traded.shape)[traded]
    for name, column in market.columns.items():
        raw = column[:, here][traded]
        columns[name] = raw if name == "volume" else np.where(raw == NULL, np.nan, raw / 100)
    return pa.table({name: pa.array(values, from_pandas=True) for name, values in columns.items()})


def size(market: Market, question: Question) -> int:
    """Return the bytes of a file with only the bars of a question, compressed with zstd."""
    codes = [market.codes.index(code) for code in question.codes]
    days = [at for at, day in enumerate(market.days) if question.start <= day <= question.end]
    asked = Market(
        list(question.codes),
        market.days,
        market.times,
        {name: column[codes] for name, column in market.columns.items()},
        market.traded[codes],
    )
    buffer = io.BytesIO()
    pq.write_table(_table(asked, days), buffer, compression="zstd")
    return len(buffer.getvalue())


def parts(question: Question) -> tuple[int, int]:
    """Return the first and the last partition of an answer, as the integers that readers see."""
    digits = YEAR if question.period == "daily" else MONTH
    return int(question.start[:digits]), int(question.end[:digits])
