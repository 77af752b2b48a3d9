"""Candlestick charts in a terminal, with their volume and days. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
EIGHTHS = " ▁▂▃▄▅▆▇█"
TICK = 16
"""About so many columns lie between two labels of the axis."""

Picture = list[list[tuple[str, str]]]
"""Rows from the top down; a row is a list of (character, colour)."""


@dataclass(frozen=True)
class Candle:
    """The prices and the volume of one chart column, and the time of its first bar."""

    label: str
    open: float
    high: float
    low: float
    close: float
    volume: float | None

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
        volume=_sum(bar.get("volume") for bar in bars),
    )


def _sum(volumes: Iterable[float | None]) -> float | None:
    """Return a sum, which is not known if one of the volumes is not."""
    known = list(volumes)
    return None if None in known else sum(each for each in known if each is not None)


def draw(shown: Sequence[Candle], height: int) -> Picture:
    """Draw the prices of at least one candle, in so many rows."""
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


def draw_volume(shown: Sequence[Candle], height: int) -> Picture:
    """Draw volumes as bars from zero, in so many rows; one that is not known has none."""
    most = max((each.volume or 0 for each in shown), default=0) or 1
    eighths = [round((each.volume or 0) / most * height * 8) for each in shown]
    return [
        [
            (EIGHTHS[min(max(size - 8 * below, 0), 8)], each.colour)
            for size, each in zip(eighths, shown, strict=True)
        ]
        for below in reversed(range(height))
    ]


def axis(shown: Sequence[Candle]) -> tuple[str, str]:
    """Return two lines for below a chart: its ticks, and the days or times of the candles there.

    A label begins below its tick, and none is cut.
    """
    texts = [_short(each.label) for each in shown]
    step = max(TICK, len(texts[0]) + 2)
    at = [each for each in range(0, len(shown), step) if each + len(texts[0]) <= len(shown)] or [0]
    ticks = "".join("┴" if each in at else "─" for each in range(len(shown)))
    labels = "".join(f"{texts[each]:<{step}}" for each in at)
    return ticks, labels.rstrip()


def _short(label: str) -> str:
    """Return a day as 2024-01-31, and the time of a minute bar without its year and seconds."""
    if label.isdigit():
        return f"{label[:4]}-{label[4:6]}-{label[6:]}"
    return label[5:16]


def in_words(volume: float) -> str:
    """Return a volume as a label of at most ten characters, such as "123.5 m"."""
    for size, unit in ((1e12, "tn"), (1e9, "bn"), (1e6, "m")):
        if volume >= size:
            return f"{volume / size:,.1f} {unit}"
    return f"{volume:,.0f}"
