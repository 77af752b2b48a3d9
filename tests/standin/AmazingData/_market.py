"""Bars."""

from collections import defaultdict
from typing import Any

import pandas as pd

from marketdata.blocks.dataset import Kind
from marketdata.blocks.dataset import Period as OurPeriod
from marketdata.kline.bars import BarDataset
from marketdata.sources.source import BarRequest

from ._faults import say, sdk_call
from ._securities import market, securities, written
from .constant import Period

COLUMNS = ["code", "kline_time", "open", "high", "low", "close", "volume", "amount"]
STARTS = {kind: "20100416" if kind is Kind.FUTURE else "20130104" for kind in Kind}


class MarketData:
    """The SDK's class of this name."""

    def __init__(self, calendar: list[int]) -> None:
        self.calendar = calendar

    @sdk_call(dict)
    def query_kline(  # noqa: PLR0917  the real one's surface
        self,
        code_list: list[str],
        begin_date: int,
        end_date: int,
        period: int,
        begin_time: int | None = None,
        end_time: int | None = None,
    ) -> Any:
        if not self.calendar:
            say("no calendar, error code: -97")
            return None
        name = Period(period).name
        ours = OurPeriod.DAILY if name == "day" else OurPeriod(name)
        frames: dict[str, pd.DataFrame] = {}
        for kind, codes in _by_kind(code_list).items():
            start = max(str(begin_date), STARTS[kind])
            known = tuple(securities()[code].code for code in codes)
            request = BarRequest(BarDataset(kind, ours), known, start, str(end_date))
            bars = market().fetch_bars(request).frame
            bars["code"] = bars["code"].map(written)
            frames |= {str(code): _dressed(rows, ours) for code, rows in bars.groupby("code")}
        return {code: frames.get(code) for code in code_list} if frames else {}


def _by_kind(codes: list[str]) -> dict[Kind, list[str]]:
    found: defaultdict[Kind, list[str]] = defaultdict(list)
    for code in codes:
        if code in securities():
            found[securities()[code].kind].append(code)
    return found


def _dressed(rows: pd.DataFrame, period: OurPeriod) -> pd.DataFrame:
    """Dress bars up: the time is a column, of daily bars too, and the index means nothing."""
    times = rows["kline_time"] if period.intraday else rows["trade_date"]
    rows = rows.assign(kline_time=pd.to_datetime(times))[COLUMNS]
    return rows.set_axis(range(len(rows), 0, -1))
