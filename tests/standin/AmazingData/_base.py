"""Codes, names, the calendar."""

import os
from pathlib import Path
from typing import Any

import pandas as pd

from marketdata.blocks.dataset import Kind
from marketdata.catalog.calendar import trading_days
from marketdata.sources.source import FactorRequest

from ._faults import say, sdk_call
from ._securities import alive, market, securities, today


def local_folder(local_path: str) -> Path | None:
    """Give the folder of a path as the real ones want it, after leaving a file there."""
    if not (local_path.endswith(os.sep) and Path(local_path).is_absolute()):
        say("bad local_path, error code: -97")
        return None
    folder = Path(local_path)
    (folder / "data.h5").write_bytes(b"\x89HDF")
    return folder


class BaseData:
    """The SDK's class of this name."""

    @sdk_call(list)
    def get_code_list(self, security_type: str = "EXTRA_STOCK_A") -> Any:
        return alive(security_type, today(), today())

    @sdk_call(list)
    def get_future_code_list(self, security_type: str = "EXTRA_FUTURE") -> Any:
        return alive(security_type, today(), today())

    @sdk_call(pd.DataFrame)
    def get_code_info(self, security_type: str = "EXTRA_STOCK_A") -> Any:
        codes = alive(security_type, today(), today())
        names = [securities()[code].name for code in codes]
        columns = {"symbol": names, "security_status": [""] * len(codes), "pre_close": 1.0}
        return pd.DataFrame(columns, index=codes)

    @sdk_call(dict)
    def get_hist_code_list(
        self, security_type: str, start_date: int, end_date: int, local_path: str
    ) -> Any:
        if local_folder(local_path) is None:
            return None
        return alive(security_type, str(start_date), str(end_date))

    @sdk_call(lambda: None)
    def get_calendar(self, data_type: str = "str", market: str = "SH") -> Any:
        return [int(day) for day in trading_days(market, "19901219", today()) if day < today()]

    @sdk_call(pd.DataFrame)
    def get_backward_factor(self, code_list: list[str], local_path: str, is_local: bool) -> Any:
        if local_folder(local_path) is None:
            return None
        days = pd.Index(trading_days("SH", "20130104", today()))
        return pd.DataFrame({code: _cumulative(code, days) for code in code_list})

    @sdk_call(pd.DataFrame)
    def get_adj_factor(self, code_list: list[str], local_path: str, is_local: bool) -> Any:
        if local_folder(local_path) is None:
            return None
        days = pd.Index(trading_days("SH", "20130104", today()))
        return pd.DataFrame(1.0, index=days, columns=code_list)


def _cumulative(code: str, days: "pd.Index[str]") -> "pd.Series[float]":
    """Give a code's factor on each day: none before its listing, and none at all of a stranger."""
    kind = securities()[code].kind if code in securities() else Kind.STOCK
    steps = market().fetch_factors(FactorRequest(kind, (code,))).steps.get(code)
    if steps is None:
        return pd.Series(float("nan"), index=days)
    known = pd.Series(steps.factors, index=pd.Index(steps.days))
    born = securities()[code].list_date or ""
    return known.reindex(known.index.union(days)).ffill().bfill()[days].where(days >= born)
