"""Listing dates, suspensions, statements."""

from typing import Any

import pandas as pd

from marketdata.blocks.dataset import Kind
from marketdata.blocks.dataset import Period as OurPeriod
from marketdata.catalog.calendar import trading_days
from marketdata.catalog.securities import life
from marketdata.finance.statement import Statement
from marketdata.kline.bars import BarDataset
from marketdata.sources.source import BarRequest, StatementRequest

from ._base import local_folder
from ._faults import sdk_call
from ._securities import market, securities


class InfoData:
    """The SDK's class of this name."""

    @sdk_call(pd.DataFrame)
    def get_stock_basic(self, code_list: list[str]) -> Any:
        known = [securities()[code] for code in code_list if code in securities()]
        return pd.DataFrame(
            {
                "MARKET_CODE": [each.code for each in known],
                "SECURITY_NAME": [each.name for each in known],
                "LISTDATE": [int(each.list_date or 0) for each in known],
                "DELISTDATE": [int(each.delist_date or 0) for each in known],
                "IS_LISTED": [3 if each.delist_date else 1 for each in known],
            }
        )

    @sdk_call(pd.DataFrame)
    def get_history_stock_status(
        self,
        code_list: list[str],
        local_path: str,
        is_local: bool = True,
        begin_date: int = 0,
        end_date: int = 0,
    ) -> Any:
        if local_folder(local_path) is None or is_local:
            return pd.DataFrame()
        start, end = str(begin_date), str(end_date)
        dataset = BarDataset(Kind.STOCK, OurPeriod.DAILY)
        halted = market().fetch_bars(BarRequest(dataset, tuple(code_list), start, end)).halted
        rows = []
        for each in (securities()[code] for code in code_list):
            first, last = life(each)
            for day in trading_days(each.market, max(start, first), min(end, last)):
                suspended = halted.get(each.code, {}).get(day) == "suspended"
                rows.append([each.code, day, 1.0, "1" if suspended else "0"])
        return pd.DataFrame(rows, columns=["MARKET_CODE", "TRADE_DATE", "PRECLOSE", "IS_SUSP_SEC"])

    @sdk_call(dict)
    def get_balance_sheet(self, code_list: list[str], local_path: str, **_: Any) -> Any:
        return _statements(Statement.BALANCE_SHEET, code_list, local_path)

    @sdk_call(dict)
    def get_income(self, code_list: list[str], local_path: str, **_: Any) -> Any:
        return _statements(Statement.INCOME, code_list, local_path)

    @sdk_call(dict)
    def get_cash_flow(self, code_list: list[str], local_path: str, **_: Any) -> Any:
        return _statements(Statement.CASH_FLOW, code_list, local_path)


def _statements(statement: Statement, codes: list[str], local_path: str) -> Any:
    """Give the rows of all periods: the server ignores the dates."""
    if local_folder(local_path) is None:
        return None
    request = StatementRequest(statement, tuple(codes), "20130101", "20991231")
    frame = pd.DataFrame(market().fetch_statements(request).rows)
    if frame.empty:
        return {}
    frame = frame.rename(columns=str.upper).rename(columns={"CODE": "MARKET_CODE"})
    frames = {str(code): rows for code, rows in frame.groupby("MARKET_CODE")}
    return {code: frames.get(code) for code in codes}
