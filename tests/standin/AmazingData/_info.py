"""Listing dates, statuses, members, statements."""

from typing import Any

import pandas as pd

from marketdata.blocks.dataset import Kind
from marketdata.finance.statement import Statement
from marketdata.sources.amazingdata.status_rows import NAMES
from marketdata.sources.source import StatementRequest, StatusRequest

from ._base import local_folder
from ._faults import sdk_call
from ._market import STARTS
from ._securities import market, securities

NO_LIMIT = 999999999.9999
"""What stands for a price that there is not."""


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
        start, end = max(str(begin_date), STARTS[Kind.STOCK]), str(end_date)
        frame = market().fetch_status(StatusRequest(tuple(code_list), start, end)).frame
        frame = frame.rename(columns={"code": "MARKET_CODE", "trade_date": "TRADE_DATE", **NAMES})
        flags = {name: frame[name].map("{:.0f}".format) for name in NAMES.values() if "IS_" in name}
        limits = {name: frame[name].fillna(NO_LIMIT) for name in ("HIGH_LIMITED", "LOW_LIMITED")}
        return frame.assign(
            **flags, **limits, PRICE_HIGH_LMT_RATE=NO_LIMIT, PRICE_LOW_LMT_RATE=NO_LIMIT
        )

    @sdk_call(dict)
    def get_index_constituent(
        self, code_list: list[str], local_path: str, is_local: bool = True
    ) -> Any:
        return _members(code_list, local_path, is_local)

    @sdk_call(dict)
    def get_industry_constituent(
        self, code_list: list[str], local_path: str, is_local: bool = True
    ) -> Any:
        return _members(code_list, local_path, is_local)

    @sdk_call(dict)
    def get_index_weight(
        self,
        code_list: list[str],
        local_path: str,
        is_local: bool = True,
        begin_date: int = 0,
        end_date: int = 0,
    ) -> Any:
        if local_folder(local_path) is None or is_local:
            return {}
        return {
            code: pd.DataFrame(
                [
                    [code, member, day, weight]
                    for day, weights in market()
                    .fetch_weights(code, str(begin_date), str(end_date))
                    .days.items()
                    for member, weight in weights.items()
                ],
                columns=["INDEX_CODE", "CON_CODE", "TRADE_DATE", "WEIGHT"],
            )
            for code in code_list
        }

    @sdk_call(pd.DataFrame)
    def get_industry_base_info(self, local_path: str, is_local: bool = True) -> Any:
        if local_folder(local_path) is None or is_local:
            return pd.DataFrame()
        known = {each.code: each for each in market().list_industries()}
        above = {code: known[each.parent].name for code, each in known.items() if each.parent}
        return pd.DataFrame(
            {
                "INDEX_CODE": [*known],
                "LEVEL_TYPE": [each.level for each in known.values()],
                "LEVEL1_NAME": [above.get(code, each.name) for code, each in known.items()],
                "LEVEL2_NAME": [
                    each.name if code in above else None for code, each in known.items()
                ],
                "LEVEL3_NAME": [None] * len(known),
                "IS_PUB": 1,
            }
        )

    @sdk_call(dict)
    def get_balance_sheet(self, code_list: list[str], local_path: str, **_: Any) -> Any:
        return _statements(Statement.BALANCE_SHEET, code_list, local_path)

    @sdk_call(dict)
    def get_income(self, code_list: list[str], local_path: str, **_: Any) -> Any:
        return _statements(Statement.INCOME, code_list, local_path)

    @sdk_call(dict)
    def get_cash_flow(self, code_list: list[str], local_path: str, **_: Any) -> Any:
        return _statements(Statement.CASH_FLOW, code_list, local_path)


def _members(groups: list[str], local_path: str, is_local: bool) -> Any:
    """Give the members of the groups that are known; the others are not named."""
    if local_folder(local_path) is None or is_local:
        return {}
    columns = ["CON_CODE", "INDATE", "OUTDATE"]
    return {
        group: pd.DataFrame(members, columns=columns).assign(INDEX_CODE=group, INDEX_NAME="")
        for group, members in market().fetch_members(groups).members.items()
    }


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
