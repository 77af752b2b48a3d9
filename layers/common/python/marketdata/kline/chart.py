"""Bars in the shape of ECharts' candlestick example."""

from collections.abc import Sequence
from typing import TypedDict

from marketdata.kline.bars import Bar


class Chart(TypedDict):
    """Lists of equal length, one entry per bar; the names are those of ECharts' example."""

    categoryData: list[str]
    values: list[list[float | None]]
    volumes: list[list[int | None]]


def chart(rows: Sequence[Bar]) -> Chart:
    """Arrange bars for a candlestick chart.

    Parameters
    ----------
    rows : sequence of Bar
        Bars of one code, in chronological order.

    Returns
    -------
    Chart
        `categoryData`: `kline_time` for intraday bars, otherwise `trade_date`; `values`: `[open,
        close, low, high, volume]`; `volumes`: `[index, volume, 1 if open > close, otherwise -1]`.

    Notes
    -----
    https://echarts.apache.org/examples/en/editor.html?c=candlestick-brush (`splitData`); the sign
    picks the volume bar's colour.
    """
    return {
        "categoryData": [row.get("kline_time", row["trade_date"]) for row in rows],
        "values": [
            [row["open"], row["close"], row["low"], row["high"], row["volume"]] for row in rows
        ],
        "volumes": [[index, row["volume"], _sign(row)] for index, row in enumerate(rows)],
    }


def _sign(row: Bar) -> int:
    opening, closing = row["open"], row["close"]
    return 1 if opening is not None and closing is not None and opening > closing else -1
