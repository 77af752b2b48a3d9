"""A fetch of the status of stocks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from marketdata.catalog.calendar import previous_trading_day
from marketdata.catalog.securities import Security, dates_of, market_of
from marketdata.sources.amazingdata.asking_twice import GAVE_NOTHING, CallSdk, ask_twice
from marketdata.sources.amazingdata.bars import lacking_days, newest_days
from marketdata.sources.amazingdata.error_codes import error_of
from marketdata.sources.amazingdata.status_rows import status_of
from marketdata.sources.source import join_status


@dataclass(slots=True)
class StatusFetch:
    """Fetches the status of some stocks.

    Attributes
    ----------
    call : CallSdk
        Calls the SDK.
    start, end : str
        First and last trading day, YYYYMMDD.
    final : str
        The last trading day that is final.
    frames : list of DataFrame
        The rows, batch by batch.
    failed : dict
        See `sources.source.FetchedStatus`.
    horizon : dict
        See there; of codes whose newest days the SDK does not have yet.
    """

    call: CallSdk
    start: str
    end: str
    final: str
    frames: list[pd.DataFrame] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    horizon: dict[str, str] = field(default_factory=dict)

    def run(self, securities: Mapping[str, Security | None]) -> None:
        """Fetch one batch; from rows that are missing nothing is concluded here.

        Parameters
        ----------
        securities : mapping
            The batch: code → security, None for a code that is not in the catalog.

        Raises
        ------
        UpstreamError
            The whole batch failed.
        """
        answer = ask_twice(
            self.call,
            "status",
            lambda reply: not (reply["counts"] or reply["foreign"]),
            codes=[*securities],
            start=self.start,
            end=self.end,
        )
        frame = status_of(answer)
        days = frame["trade_date"]
        asked = frame["code"].isin([*securities]) & (
            (days == "") | days.between(self.start, self.end)
        )
        frame = frame[asked].reset_index(drop=True)
        self.frames.append(frame)
        self.failed |= self._silent(answer, securities)
        for code, other in answer["foreign"].items():
            self.failed[code] = f"AmazingData: it gave the status of {other} in its place"
        self._look_ahead(frame, securities)

    def _silent(
        self, answer: Mapping[str, Any], securities: Mapping[str, Security | None]
    ) -> dict[str, str]:
        """Return code → message for codes from whose silence nothing can be concluded."""
        named = {*(code for code, _ in answer["counts"]), *answer["empty"], *answer["foreign"]}
        unnamed = [code for code in securities if code not in named]
        if answer["code"] is not None:
            return dict.fromkeys(unnamed, str(error_of(answer["code"])))
        must = [code for code, each in securities.items() if self._must_have_rows(code, each)]
        if not answer["counts"] and not answer["foreign"]:
            # That the answer names codes proves nothing: one empty frame names all of them.
            return dict.fromkeys(must, GAVE_NOTHING)
        why = "AmazingData: its answer lacks the code, which must have a status"
        return dict.fromkeys((code for code in unnamed if code in must), why)

    def _must_have_rows(self, code: str, security: Security | None) -> bool:
        """Check whether a code may not be without rows; its last day may be the one after."""
        if security is None or not security.list_date:
            return True
        last_days = {last for _, last in dates_of(security)}
        lacking = lacking_days(join_status([]), {code: security}, self.start, self.end)
        return bool(set(lacking.get(code, ())) - last_days)

    def _look_ahead(self, frame: pd.DataFrame, securities: Mapping[str, Security | None]) -> None:
        """Find the codes whose newest days the SDK does not have yet: it is late with all of them.

        A day is believed to have no row only if another code of the market has one.
        """
        newest = {
            market: newest_days(market, self.start, self.end, self.final)
            for market in {*map(market_of, securities)}
        }
        late_days = {}
        for market, days in newest.items():
            of_market = frame["code"].str.endswith(f".{market}") & frame["trade_date"].isin(days)
            late_days[market] = set(days) - set(frame.loc[of_market, "trade_date"])
        for code, security in securities.items():
            market = market_of(code)
            late = {
                day for day in late_days[market] if security is None or security.alive(day, day)
            }
            if late and code not in self.failed:
                self.horizon[code] = previous_trading_day(market, min(late))
