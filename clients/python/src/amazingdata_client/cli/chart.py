"""Candlestick charts in a terminal. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

UP, DOWN = "red", "green"
"""The convention in mainland China."""
FULL, WICK = 2, 1
GLYPHS = {
    (0, 0): " ",
    (1, 1): "│",
    (2, 2): "┃",
    (1, 2): "╽",
    (2, 1): "╿",
    (1, 0): "╵",
    (0, 1): "╷",
    (2, 0): "╹",
    (0, 2): "╻",
}
"""Character of a cell, by its upper and lower half: empty, wick or body."""


@dataclass(frozen=True)
class Candle:
    """The prices of one chart column, and the label of its first bar."""

    label: str
    open: float
    high: float
    low: float
    close: float

    @property
    def colour(self) -> str:
        """The colour of body and wick."""
        return UP if self.close >= self.open else DOWN


def candles(bars: Sequence[Mapping[str, Any]], most: int) -> list[Candle]:
    """Return at most `most` candles; if there are more bars, neighbouring ones are combined.

    Bars without prices are skipped.
    """
    whole = [bar for bar in bars if None not in (bar[n] for n in ("open", "high", "low", "close"))]
    size = -(-len(whole) // most) if whole else 1
    return [_together(group) for group in _groups(whole, size)]


def _groups(bars: Sequence[Mapping[str, Any]], size: int) -> Iterator[Sequence[Mapping[str, Any]]]:
    rest = iter(bars)
    while group := list(islice(rest, size)):
        yield group


def _together(bars: Sequence[Mapping[str, Any]]) -> Candle:
    return Candle(
        label=bars[0].get("kline_time", bars[0]["trade_date"]),
        open=bars[0]["open"],
        high=max(bar["high"] for bar in bars),
        low=min(bar["low"] for bar in bars),
        close=bars[-1]["close"],
    )


def draw(shown: Sequence[Candle], height: int) -> list[list[tuple[str, str]]]:
    """Draw a chart.

    Parameters
    ----------
    shown : sequence of Candle
        At least one.
    height : int
        Number of rows.

    Returns
    -------
    list
        Rows from the top down; a row is a list of (character, colour).
    """
    top, bottom = max(each.high for each in shown), min(each.low for each in shown)
    scale = (2 * height - 1) / ((top - bottom) or 1.0)

    def half(price: float) -> int:
        return round((top - price) * scale)

    columns = [_column(each, half, height) for each in shown]
    return [
        [(column[row], each.colour) for column, each in zip(columns, shown, strict=True)]
        for row in range(height)
    ]


def _column(candle: Candle, half: Callable[[float], int], height: int) -> list[str]:
    """Return a candle's characters; `half` maps a price to a half row, counted from the top."""
    body = sorted((half(candle.open), half(candle.close)))
    parts = [
        FULL
        if body[0] <= each <= body[1]
        else WICK
        if half(candle.high) <= each <= half(candle.low)
        else 0
        for each in range(2 * height)
    ]
    return [GLYPHS[parts[2 * row], parts[2 * row + 1]] for row in range(height)]
