"""The adapter to the SDK: its calls, each with its known oddities. Runs in the child.

[U] marks what is unconfirmed. A call that fails seldom raises: it prints, and returns None or
something empty. So for an empty answer the text printed meanwhile is searched for a reason, and
what still has none is reported as empty, not as "no data".

Lists return codes as the SDK writes them, and the SDK is asked for codes as it writes them;
everything else it answers names codes in our form.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from marketdata.catalog.calendar import SHANGHAI, first_known_day, trading_days
from marketdata.finance.statement import Statement
from marketdata.sources.amazingdata.calling import Caller
from marketdata.sources.amazingdata.error_codes import LOGGED_IN, TYPE_REFUSED
from marketdata.sources.amazingdata.factors import factors_in
from marketdata.sources.amazingdata.shapes import (
    VALUES,
    codes_in,
    columns_of,
    day_of,
    days_of,
    foreign_code,
    frames_by_code,
    is_empty,
    numbers_of,
    ours,
    rows_of,
    text_of,
    times_of,
)
from marketdata.sources.amazingdata.status_rows import NAMES
from marketdata.sources.child.adapter import Failure, Printed

CALENDAR_TRIES = 3
MEMBERS = {"index": "get_index_constituent", "industry": "get_industry_constituent"}
STATEMENTS = {
    Statement.BALANCE_SHEET: "get_balance_sheet",
    Statement.INCOME: "get_income",
    Statement.CASH_FLOW: "get_cash_flow",
}


class Adapter:
    """Calls the SDK.

    Parameters
    ----------
    folder : Path
        Where the SDK may write.
    printed : Printed
        What the SDK prints.
    """

    def __init__(self, folder: Path, printed: Printed) -> None:
        self._call = Caller(folder, printed)
        self._sdk: Any = None
        self._market: tuple[str, Any] = ("", None)

    @property
    def operations(self) -> dict[str, Callable[..., Any]]:
        """The operations that the parent may request, by name."""
        own = (self.load, self.login, self.code_list, self.future_list, self.names, self.basics)
        data = (self.past_codes, self.klines, self.status, self.statements, self.factors)
        groups = (self.members, self.weights, self.industries)
        return {operation.__name__: operation for operation in (*own, *data, *groups)}

    def load(self) -> None:
        """Import the SDK; takes half a minute on a cold disk."""
        self._sdk = self._call(import_module, "AmazingData")

    def login(self, username: str, password: str, host: str, port: int) -> None:
        """Log in; at the account's session limit the SDK itself ends the other session.

        The SDK returns True, in some versions 0; if it fails, it prints "login fail" and calls
        `exit`.
        """
        self._market = ("", None)
        answer = self._call(
            self._sdk.login, username=username, password=password, host=host, port=port
        )
        if answer == LOGGED_IN:
            return
        # True and 0 mean success whatever was printed: the SDK may have retried a failed attempt.
        refused = answer is False or (type(answer) is int and answer < 0)
        if refused or (answer is None and "login fail" in self._call.printed.text()):
            raise Failure(self._call.printed_code(), "the login failed")

    def code_list(self, security_type: str) -> list[str]:
        """Return today's codes of a type; empty now and then."""
        answer = self._call(self._base().get_code_list, security_type=security_type)
        return list(dict.fromkeys(codes_in(answer)))

    def future_list(self) -> list[str]:
        """Return today's futures: of five exchanges, or in the newest version of CFFEX only."""
        refusal: Failure | None = None
        for security_type in ("EXTRA_FUTURE", "ZJ_FUTURE"):
            try:
                answer = self._call(self._base().get_future_code_list, security_type)
            except Failure as failure:
                if failure.code not in TYPE_REFUSED:
                    raise
                refusal = failure if failure.code is not None else refusal
                continue
            if codes := list(dict.fromkeys(codes_in(answer))):
                return codes
        if refusal:
            raise refusal
        return []

    def names(self, security_type: str) -> dict[str, str]:
        """Return the names of today's codes of a type; in this answer the index is the code."""
        frame = self._call(self._base().get_code_info, security_type=security_type)
        if is_empty(frame) or "symbol" not in getattr(frame, "columns", ()):
            return {}
        return {ours(str(code)): text_of(name) for code, name in frame["symbol"].items()}

    def past_codes(self, security_type: str, start: str, end: str) -> list[str]:
        """Return the codes listed in a range of days, delisted ones included; possibly none."""
        answer = self._call.with_folder(
            self._base().get_hist_code_list,
            security_type=security_type,
            start_date=int(start),
            end_date=int(end),
        )
        return list(dict.fromkeys(codes_in(answer)))

    def basics(self, codes: list[str]) -> list[list[str | None]]:
        """Return code, name, first and last day (YYYYMMDD or None) of stocks.

        The last day is the DELISTDATE of stocks that are not IS_LISTED; whether they still trade on
        it is [U].
        """
        answer = self._call(self._sdk.InfoData().get_stock_basic, codes)
        return [
            [
                ours(text_of(row.get("MARKET_CODE"))),
                text_of(row.get("SECURITY_NAME")),
                day_of(row.get("LISTDATE")),
                None if text_of(row.get("IS_LISTED")) == "1" else day_of(row.get("DELISTDATE")),
            ]
            for row in rows_of(answer)
        ]

    def klines(self, codes: list[str], start: str, end: str, period: str) -> dict[str, Any]:
        """Fetch bars.

        Returns
        -------
        dict
            `counts`: [code, number of bars] in order; `times` and each of `VALUES`: a column of all
            bars; `empty`: codes that the answer names without bars; `foreign`: code → another code
            that its bars carry; `code`: the error code printed, if the answer leaves out codes.
        """
        answer = self._call(
            self._market_data().query_kline,
            codes,
            begin_date=int(start),
            end_date=int(end),
            period=getattr(self._sdk.constant.Period, period).value,
        )
        held, rest = self._sorted(answer, "code", codes)
        return {
            "times": [time for frame in held.values() for time in times_of(frame["kline_time"])],
            **{
                name: np.concatenate([[], *(numbers_of(frame, name) for frame in held.values())])
                for name in VALUES
            },
            **rest,
        }

    def status(self, codes: list[str], start: str, end: str) -> dict[str, Any]:
        """Fetch the status of stocks of Shanghai and Shenzhen; rows may be missing.

        Returns
        -------
        dict
            `days`: each row's day as a number, YYYYMMDD, or NaN; the columns of `NAMES`, NaN where
            a value is no number and for a column that does not exist; the other keys as in
            `klines`.
        """
        answer = self._call.with_folder(
            self._sdk.InfoData().get_history_stock_status,
            codes,
            is_local=False,
            begin_date=int(start),
            end_date=int(end),
        )
        held, rest = self._sorted(answer, "MARKET_CODE", codes)
        whole = pd.concat([*held.values()]) if held else pd.DataFrame()
        return {
            "days": days_of(whole, "TRADE_DATE"),
            **{name: numbers_of(whole, name) for name in NAMES.values()},
            **rest,
        }

    def statements(self, statement: str, codes: list[str], start: str, end: str) -> dict[str, Any]:
        """Fetch statements.

        Returns
        -------
        dict
            `columns`: all rows by column, under the SDK's names; the other keys as in `klines`.
        """
        answer = self._call.with_folder(
            getattr(self._sdk.InfoData(), STATEMENTS[Statement(statement)]),
            codes,
            is_local=False,
            begin_date=int(start),
            end_date=int(end),
        )
        held, rest = self._sorted(answer, "MARKET_CODE", codes)
        return {"columns": columns_of(list(held.values())), **rest}

    def factors(self, codes: list[str]) -> dict[str, Any]:
        """Return the steps of the cumulative factors, see `factors_in`."""
        call = self._base().get_backward_factor
        return factors_in(self._call.with_folder(call, codes, is_local=False), codes)

    def members(self, kind: str, codes: list[str]) -> dict[str, Any]:
        """Fetch all members that indices or industries ever had.

        Whether OUTDATE is the last day of belonging is [U]; the manual calls it the day of removal,
        and NaN while there is none.

        Parameters
        ----------
        kind : str
            A key of `MEMBERS`.
        codes : list of str
            The codes of the groups.

        Returns
        -------
        dict
            `members`, `in_dates`, `out_dates`: columns of all rows, a date None if it is none; the
            other keys as in `klines`.
        """
        answer = self._call.with_folder(
            getattr(self._sdk.InfoData(), MEMBERS[kind]), codes, is_local=False
        )
        held, rest = self._sorted(answer, "INDEX_CODE", codes)
        rows = rows_of(held)
        return {
            "members": [ours(text_of(row.get("CON_CODE"))) for row in rows],
            "in_dates": [day_of(row.get("INDATE")) for row in rows],
            "out_dates": [day_of(row.get("OUTDATE")) for row in rows],
            **rest,
        }

    def weights(self, codes: list[str], start: str, end: str) -> dict[str, Any]:
        """Fetch the weights of an index's members, in percent.

        Returns
        -------
        dict
            `members`, `days`, `weights`: columns of all rows, a day None if it is none; the other
            keys as in `klines`.
        """
        answer = self._call.with_folder(
            self._sdk.InfoData().get_index_weight,
            codes,
            is_local=False,
            begin_date=int(start),
            end_date=int(end),
        )
        held, rest = self._sorted(answer, "INDEX_CODE", codes)
        rows = rows_of(held)
        return {
            "members": [ours(text_of(row.get("CON_CODE"))) for row in rows],
            "days": [day_of(row.get("TRADE_DATE")) for row in rows],
            "weights": np.concatenate(
                [[], *(numbers_of(frame, "WEIGHT") for frame in held.values())]
            ),
            **rest,
        }

    def industries(self) -> list[list[str]]:
        """Return code, level, and the names of levels 1, 2 and 3 of all industries."""
        answer = self._call.with_folder(self._sdk.InfoData().get_industry_base_info, is_local=False)
        names = ("LEVEL_TYPE", "LEVEL1_NAME", "LEVEL2_NAME", "LEVEL3_NAME")
        return [
            [ours(text_of(row.get("INDEX_CODE"))), *(text_of(row.get(name)) for name in names)]
            for row in rows_of(answer)
        ]

    def _sorted(
        self, answer: Any, column: str, codes: Sequence[str]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the frames of an answer by code, and the findings about the other codes."""
        frames = frames_by_code(answer, column, codes)
        held = {code: frame for code, frame in frames.items() if frame is not None}
        others = {code: foreign_code(code, frame, column) for code, frame in held.items()}
        own = {code: frame for code, frame in held.items() if others[code] is None}
        lacking = any(ours(code) not in frames for code in codes)
        return own, {
            "counts": [[code, len(frame)] for code, frame in own.items()],
            "empty": [code for code, frame in frames.items() if frame is None],
            "foreign": {code: other for code, other in others.items() if other},
            "code": self._call.printed_code() if lacking else None,
        }

    def _base(self) -> Any:
        return self._sdk.BaseData()

    def _market_data(self) -> Any:
        """Return today's object for bars; it needs a calendar, which ends yesterday."""
        today = datetime.now(SHANGHAI).strftime("%Y%m%d")
        made, market = self._market
        if made != today:
            market = self._sdk.MarketData(self._calendar(today))
            self._market = (today, market)
        return market

    def _calendar(self, today: str) -> list[int]:
        """Return the SDK's calendar, or ours if the SDK returns none."""
        for _ in range(CALENDAR_TRIES):
            try:
                days = self._call(self._base().get_calendar, data_type="str", market="SH")
            except Failure as failure:
                if failure.code is not None:
                    raise
                continue
            if isinstance(days, Sequence) and days:
                return list(days)
        known = trading_days("SH", first_known_day("SH"), today)
        return [int(day) for day in known if day < today]
