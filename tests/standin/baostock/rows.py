"""Rows as the package gets them: every value is a text, and an empty one is unknown. Pure."""

from collections.abc import Mapping
from math import isnan
from typing import NamedTuple

from marketdata.blocks.dataset import Kind

from .codes import dashed

type Row = dict[str, str]
"""Field → text."""

DAILY_FIELDS = (
    *("date", "code", "open", "high", "low", "close", "preclose", "volume", "amount", "adjustflag"),
    *("turn", "tradestatus", "pctChg", "peTTM", "pbMRQ", "psTTM", "pcfNcfTTM", "isST"),
)
MINUTE_FIELDS = (
    *("date", "time", "code", "open", "high", "low", "close", "volume", "amount", "adjustflag"),
)
PRICES = {"open": "open", "high": "high", "low": "low", "close": "close", "preclose": "pre_close"}
RAW = "3"
SHARES = 1e9
"""Every stock is made to have so many, for want of better knowledge."""

VALUATIONS = {"peTTM": 0.8, "pbMRQ": 0.1, "psTTM": 0.25, "pcfNcfTTM": 0.6}
"""And as much of each in a yuan of price."""


class Adjustment(NamedTuple):
    """Of which sort prices are, and what raw ones are multiplied by."""

    flag: str
    factor: float = 1.0

    def price(self, raw: float) -> str:
        """Write a price: adjusted ones have more decimals."""
        return _text(raw * self.factor, 4 if self.flag == RAW else 10)


def daily_row(
    kind: Kind, code: str, day: int, values: Mapping[str, float], adjustment: Adjustment
) -> Row:
    """Write a daily row.

    Parameters
    ----------
    kind : Kind
        Only stocks have a turnover and valuations, and every ETF an `isST` of 1.
    code : str
        As they write it.
    day : int
        YYYYMMDD.
    values : mapping
        The day's values, see `histories.History`.
    adjustment : Adjustment
        The day's.
    """
    traded, stock = bool(values["traded"]), kind is Kind.STOCK
    volume, pre_close, close = values["volume"], values["pre_close"], values["close"]
    prices = {field: adjustment.price(values[name]) for field, name in PRICES.items()}
    return {
        "date": dashed(str(day)),
        "code": code,
        **prices,
        "volume": _text(volume, 0),
        "amount": _text(values["amount"], 4) if traded else _text(values["amount"], 0),
        "adjustflag": adjustment.flag,
        "turn": _text(100 * volume / SHARES, 6) if traded and stock else "",
        "tradestatus": "1" if traded else "0",
        "pctChg": _text(100 * (close / pre_close - 1), 6),
        **{field: _text(close * each, 6) if stock else "" for field, each in VALUATIONS.items()},
        "isST": "1" if values["is_st"] or kind is Kind.ETF else "0",
    }


def minute_row(code: str, ends: str, values: Mapping[str, float], adjustment: Adjustment) -> Row:
    """Write a row of minutes that end at a time, YYYYMMDDHHMM."""
    return {
        "date": dashed(ends[:8]),
        "time": f"{ends}00000",
        "code": code,
        **{name: adjustment.price(values[name]) for name in PRICES if name in values},
        "volume": _text(values["volume"], 0),
        "amount": _text(values["amount"], 4),
        "adjustflag": adjustment.flag,
    }


def factor_row(code: str, day: str, factor: float, newest: float) -> Row:
    """Write the factor from an ex-date on, YYYYMMDD; `newest` is the code's last one."""
    back = f"{factor:.6f}"
    return {
        "code": code,
        "dividOperateDate": dashed(day),
        "foreAdjustFactor": f"{factor / newest:.6f}",
        "backAdjustFactor": back,
        "adjustFactor": back,
    }


def _text(value: float, decimals: int) -> str:
    return "" if isnan(value) else f"{value:.{decimals}f}"
