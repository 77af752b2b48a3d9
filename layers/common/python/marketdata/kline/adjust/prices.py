"""Prices adjusted for payouts (复权): the prices of rows multiplied by cumulative factors.

A cumulative (后复权) factor says how much one share has grown since its listing through payouts
alone; raw price × factor is the price as if nothing had ever been paid out. It changes only on
ex-dates, so it is kept as steps. Pure.
"""

from typing import cast

import orjson

from marketdata.blocks import codec
from marketdata.kline.adjust.steps import Mode, Steps
from marketdata.kline.bars import Bar, cut_bars, parse_bars

BESIDE = ("pre_close", "limit_up", "limit_down")
"""The prices of a stock's status, where rows have its columns: as adjusted as the bar's own."""

DIGITS = 8
"""Significant digits of an adjusted price: its ratio to any other is accurate to 1e-7, whatever its
size, and 12.34 × 1 is not 12.340000000000002."""


def adjust_prices(text: bytes, steps: Steps, mode: Mode, anchor: str = "") -> bytes:
    """Multiply the prices of rows; `volume` and `amount` are what was traded, and stay.

    Parameters
    ----------
    text : bytes
        Joined rows of one code; see `blocks.codec`.
    steps : Steps
        The code's factors. All bars of a trading day are multiplied by that day's factor, including
        those of the night before.
    mode : Mode
        Which day's prices stay unchanged.
    anchor : str
        The day to adjust forward to, see `Steps.anchor`.

    Returns
    -------
    bytes
        The joined rows; those of days without a known factor are left out.
    """
    cuts = (
        (cut_bars(text, first, last), ratio) for first, last, ratio in steps.spans(mode, anchor)
    )
    # Rows that do not change keep their exact text.
    return codec.JOINT.join(
        rows if ratio == 1 else _times(rows, ratio) for rows, ratio in cuts if rows
    )


def _times(text: bytes, ratio: float) -> bytes:
    return codec.JOINT.join(orjson.dumps(_adjusted(row, ratio)) for row in parse_bars(text))


def _adjusted(row: Bar, ratio: float) -> Bar:
    row["open"] = _price(row["open"], ratio)
    row["high"] = _price(row["high"], ratio)
    row["low"] = _price(row["low"], ratio)
    row["close"] = _price(row["close"], ratio)
    if BESIDE[0] in row:
        others = cast("dict[str, float | None]", row)
        others.update({name: _price(others[name], ratio) for name in BESIDE})
    return row


def _price(raw: float | None, ratio: float) -> float | None:
    return None if raw is None else float(f"{raw * ratio:.{DIGITS}g}")
