"""The answers with the status of stocks."""

from typing import Annotated

from pydantic import Field

from marketdata.api.schema.exports import DayClaims
from marketdata.api.schema.forms import Flag, Price, day_of, rows_of
from marketdata.api.schema.klines import (
    ERRORS,
    META,
    Completeness,
    StatusSaid,
    Universe,
)
from marketdata.api.schema.operation import Day, Operation, Schema


class StockStatus(Schema):
    """The status of a stock on a day, suspended ones included; null where nobody knows it."""

    trade_date: Day
    """交易日期."""
    pre_close: Price
    """前收盘价 · Yuan; the exchange's previous close, on an ex-date already lowered."""
    limit_up: Price
    """涨停价 · Yuan; as the source says it, no rule here computes one."""
    limit_down: Price
    """跌停价 · Yuan."""
    is_st: Flag
    """是否ST."""
    suspended: Flag
    """是否停牌."""
    ex_right: Flag
    """是否除权 · Shares are given on this day."""
    ex_dividend: Flag
    """是否除息 · Cash is paid on this day."""


class StatusCompleteness(Completeness, StatusSaid):
    """How complete an answer with the status of stocks is."""

    universe: Annotated[Universe, Field(default=None)]
    """成分 · Only where `universe` was asked for."""


STATUS = {
    "trade_date": "20240102",
    "pre_close": 6.62,
    "limit_up": 7.28,
    "limit_down": 5.96,
    "is_st": False,
    "suspended": False,
    "ex_right": False,
    "ex_dividend": False,
}
STATUS_META = META | {"absent": {}, "not_covered": ["510300.SH"], "disagreeing": {}}

OPERATIONS = {
    ("GET", "/stock/status"): Operation(
        rows_of(StockStatus) | day_of(StockStatus),
        {"600000.SH": [STATUS]},
        {"codes": "600000.SH,000001.SZ", "start_date": "20240101", "end_date": "20240131"},
        meta=StatusCompleteness | DayClaims,
        meta_example=STATUS_META,
        errors=ERRORS,
        large=True,
        conditional=True,
        csv=True,
    ),
}
