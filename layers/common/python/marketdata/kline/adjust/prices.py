"""Prices adjusted for payouts (复权): cumulative factors as steps, and rows multiplied by them.

A cumulative (后复权) factor says by how much a share has grown since its listing by payouts alone;
raw price × factor is the price as if nothing had ever been paid out. It changes on ex-dates only,
so it is kept as steps. Pure.
"""

import orjson

from marketdata.blocks import codec
from marketdata.kline.adjust.steps import Mode, Steps
from marketdata.kline.bars import Bar, cut_bars, parse_bars

DIGITS = 8
"""Significant digits of an adjusted price: its ratio to any other is right to 1e-7, whatever its
size, and 12.34 × 1 is not 12.340000000000002."""


def adjust_prices(text: bytes, steps: Steps, mode: Mode) -> bytes:
    """Multiply the prices of rows; `volume` and `amount` are what was traded, and stay.

    Parameters
    ----------
    text : bytes
        Joined rows of one code, see `blocks.codec`.
    steps : Steps
        Its factors. All bars of a trading day go by its factor, those of a night before too.
    mode : Mode
        Which day's prices stay.

    Returns
    -------
    bytes
        The joined rows; those of days without a known factor are left out.
    """
    cuts = ((cut_bars(text, first, last), ratio) for first, last, ratio in steps.spans(mode))
    # Rows that nothing changes keep their very text.
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
    return row


def _price(raw: float | None, ratio: float) -> float | None:
    return None if raw is None else float(f"{raw * ratio:.{DIGITS}g}")
