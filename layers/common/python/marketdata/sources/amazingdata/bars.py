"""A fetch of bars: the child's answers become the frame that a source returns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from marketdata.blocks.dataset import Kind, Period
from marketdata.catalog.calendar import (
    is_trading_day,
    next_trading_day,
    previous_trading_day,
    trading_days,
)
from marketdata.catalog.lives import each_life
from marketdata.catalog.securities import Security, dates_of, life, market_of
from marketdata.catalog.window import NEWEST, NEWEST_DAYS
from marketdata.errors import UpstreamError
from marketdata.kline.bars import BarDataset
from marketdata.sources.amazingdata.asking_twice import GAVE_NOTHING, CallSdk, ask_twice
from marketdata.sources.amazingdata.contract_lives import may_be_listed_since, surely_listed
from marketdata.sources.amazingdata.error_codes import error_of
from marketdata.sources.amazingdata.shapes import VALUES
from marketdata.sources.amazingdata.status_rows import status_of
from marketdata.sources.source import Halt, frame_columns, join_frames

PERIODS = {period: str(period) for period in Period if period.intraday} | {Period.DAILY: "day"}
"""The SDK's names of the periods."""


EVENING = "20:00:00"
"""Night sessions begin later than this, and belong to the next trading day."""


CONTROLS = {"SH": "000001.SH", "SZ": "399001.SZ", "BJ": "899050.BJ"}
"""By market, an index that has a bar on every trading day."""

CONTROL = CONTROLS["SH"]
"""An index that has a bar on every trading day: if it has none either, the call failed."""


STATUS_MARKETS = frozenset({"SH", "SZ"})


def frame_of(dataset: BarDataset, answer: Mapping[str, Any], start: str, end: str) -> pd.DataFrame:
    """Return an answer's bars between two days, from `sources.amazingdata.adapter.Adapter.klines`.

    The SDK's K-lines carry no settle and no open interest: both are null. A bar whose time cannot
    be parsed gets an empty day, so that it is quarantined like any bad bar.
    """
    times = np.array(answer["times"], dtype=object)
    if not len(times):
        return join_frames(dataset, [])
    codes, counts = zip(*answer["counts"], strict=True)
    places, found = pd.factorize(times)
    days = np.array([_trade_date(time, dataset) for time in found], dtype=object)[places]
    columns = {
        "code": np.repeat(np.array(codes, dtype=object), counts),
        "trade_date": days,
        "kline_time": times,
        **{name: answer[name] for name in VALUES},
        "settle": np.full(len(times), np.nan),
        "open_interest": np.full(len(times), np.nan),
    }
    frame = pd.DataFrame({name: columns[name] for name in frame_columns(dataset)})
    kept: pd.DataFrame = frame[(days == "") | ((days >= start) & (days <= end))]
    return kept.reset_index(drop=True)


def asked_from(dataset: BarDataset, start: str) -> str:
    """Return the day from which to request bars: a night session begins on the trading day before.

    Whether the SDK's dates mean trading days or calendar days is [U]; bars that are too early are
    dropped.
    """
    if dataset.kind is Kind.FUTURE and dataset.intraday:
        return previous_trading_day("SH", start)
    return start


def lacking_days(
    frame: pd.DataFrame, securities: Mapping[str, Security | None], start: str, end: str
) -> dict[str, list[str]]:
    """Return code → days on which it is known to have been listed but has no bar."""
    held = {str(code): set(days) for code, days in frame.groupby("code")["trade_date"]}
    found = {
        code: [day for day in _sure_days(security, start, end) if day not in held.get(code, ())]
        for code, security in securities.items()
        if security
    }
    return {code: days for code, days in found.items() if days}


def newest_days(market: str, start: str, end: str, final: str) -> list[str]:
    """Return those of the newest days, the last of which is `final`, that are asked for."""
    first = f"{date.fromisoformat(final) - NEWEST:%Y%m%d}"
    days = trading_days(market, first, final)[-NEWEST_DAYS:]
    return [day for day in days if start <= day <= end]


def may_live(security: Security | None, start: str, end: str) -> bool:
    """Check whether a code may have bars in a range of days; an unknown code may."""
    return security is None or any(_may_live(each, start, end) for each in each_life(security))


def _may_live(security: Security, start: str, end: str) -> bool:
    first, last = life(security)
    if security.kind is Kind.FUTURE and security.delist_date:
        first = max(first, may_be_listed_since(security.delist_date))
    return first <= end and start <= last


def _sure_days(security: Security, start: str, end: str) -> Sequence[str]:
    """Return the trading days of a range on which a code is certainly listed."""
    return [day for each in each_life(security) for day in _sure_days_of_life(each, start, end)]


def _sure_days_of_life(security: Security, start: str, end: str) -> Sequence[str]:
    if security.kind is Kind.STOCK and security.list_date:
        first, last = life(security)
    elif security.kind is Kind.FUTURE and security.delist_date:
        first, last = surely_listed(security.delist_date)
    else:
        return ()
    first, last = max(first, start), min(last, end)
    return trading_days(security.market, first, last) if first <= last else ()


def _trade_date(time: str, dataset: BarDataset) -> str:
    """Return the trading day of a time; whether a night's bars carry the calendar date is [U]."""
    day, clock = time[:10].replace("-", ""), time[11:]
    if not (day and dataset.kind is Kind.FUTURE and dataset.period.intraday):
        return day
    if clock >= EVENING:
        return next_trading_day("SH", day)
    return day if is_trading_day("SH", day) else next_trading_day("SH", day)


@dataclass(slots=True)
class BarFetch:
    """Fetches the bars of some codes.

    Attributes
    ----------
    call : CallSdk
        Calls the SDK.
    dataset : BarDataset
        The requested dataset.
    start, end : str
        First and last trading day, YYYYMMDD.
    final : str
        The last trading day that is final.
    frames : list of DataFrame
        The bars, batch by batch.
    halted, lost, failed : dict
        See `sources.source.FetchedBars`.
    horizon : dict
        See there; of codes whose newest days the SDK does not have yet.
    """

    call: CallSdk
    dataset: BarDataset
    start: str
    end: str
    final: str
    frames: list[pd.DataFrame] = field(default_factory=list)
    halted: dict[str, dict[str, Halt]] = field(default_factory=dict)
    lost: dict[str, list[str]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    horizon: dict[str, str] = field(default_factory=dict)
    _controls: dict[str, set[str]] = field(default_factory=dict)

    def run(self, securities: Mapping[str, Security | None]) -> None:
        """Fetch one batch.

        Parameters
        ----------
        securities : mapping
            The batch: code → security, None for a code that is not in the catalog.

        Raises
        ------
        UpstreamError
            The whole batch failed.
        """
        codes = list(securities)
        must = lacking_days(self._frame(None), securities, self.start, self.end)
        answer = self._klines(codes, sure=bool(must))
        frame = self._traded(self._frame(answer))
        self.frames.append(frame)
        for code, other in answer["foreign"].items():
            self.failed[code] = f"AmazingData: it gave bars of {other} in its place"
        lacking = lacking_days(frame, securities, self.start, self.end)
        silent = self._silent(codes, answer, lacking)
        explained = self._halt(lacking, securities)
        self.failed |= {code: why for code, why in silent.items() if code not in explained}
        self._look_ahead(frame, securities)

    def _look_ahead(self, frame: pd.DataFrame, securities: Mapping[str, Security | None]) -> None:
        """Find the codes whose newest days the SDK does not have yet: it is late with all of them.

        A day is believed to have no bar only if the market's control index has one. Where a market
        has no index, any other contract of it will do.
        """
        held = {str(code): set(days) for code, days in frame.groupby("code")["trade_date"]}
        for code, security in securities.items():
            market = market_of(code)
            known = held.get(code, set()) | self.halted.get(code, {}).keys()
            silent = {
                day
                for day in newest_days(market, self.start, self.end, self.final)
                if day not in known and (security is None or security.alive(day, day))
            }
            if silent and code not in self.failed:
                late = silent - self._control_days(market, held)
                if late:
                    self.horizon[code] = previous_trading_day(market, min(late))

    def _control_days(self, market: str, held: Mapping[str, set[str]]) -> set[str]:
        """Return the newest days of which the SDK has bars of somebody in the market."""
        if market not in CONTROLS:
            of_market = (days for code, days in held.items() if market_of(code) == market)
            return set().union(*of_market)
        if market not in self._controls:
            self._controls[market] = self._days_of(CONTROLS[market])
        return self._controls[market]

    def _days_of(self, index: str) -> set[str]:
        """Return the days of an index; none if they cannot be had."""
        dataset = BarDataset(Kind.INDEX, self.dataset.period)
        try:
            answer = self._ask([index], dataset)
        except UpstreamError:
            return set()
        return set(frame_of(dataset, answer, self.start, self.end)["trade_date"])

    def _traded(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Remove the days of futures without a trade, which have no price and no settle here."""
        if self.dataset.kind is not Kind.FUTURE or self.dataset.intraday:
            return frame
        idle = (frame["volume"] == 0) & (frame[["open", "high", "low"]].fillna(0) == 0).all(axis=1)
        for code, day in frame.loc[idle, ["code", "trade_date"]].itertuples(index=False):
            self.halted.setdefault(code, {})[day] = "no_trade"
        return frame[~idle]

    def _frame(self, answer: Mapping[str, Any] | None) -> pd.DataFrame:
        return frame_of(self.dataset, answer or {"times": []}, self.start, self.end)

    def _klines(self, codes: list[str], *, sure: bool) -> Mapping[str, Any]:
        """Request bars, and again if that failed or wrongly returned nothing."""
        arguments = self._arguments(codes, self.dataset)
        return ask_twice(
            self.call, "klines", lambda reply: sure and _is_nothing(reply), **arguments
        )

    def _ask(self, codes: list[str], dataset: BarDataset) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = self.call("klines", **self._arguments(codes, dataset))
        return answer

    def _arguments(self, codes: list[str], dataset: BarDataset) -> dict[str, Any]:
        return {
            "codes": codes,
            "start": asked_from(dataset, self.start),
            "end": self.end,
            "period": PERIODS[dataset.period],
        }

    def _silent(
        self, codes: Sequence[str], answer: Mapping[str, Any], lacking: Mapping[str, object]
    ) -> dict[str, str]:
        """Return code → message for codes from whose silence nothing can be concluded."""
        named = {*(code for code, _ in answer["counts"]), *answer["empty"], *answer["foreign"]}
        unnamed = [code for code in codes if code not in named]
        if unnamed and answer["code"] is not None:
            return dict.fromkeys(unnamed, str(error_of(answer["code"])))
        if not answer["counts"] and not answer["foreign"]:
            if unnamed and lacking:
                return dict.fromkeys(unnamed, GAVE_NOTHING)
            # That the answer names codes proves little: each may stand for a failed request.
            if not self._works():
                return dict.fromkeys(codes, GAVE_NOTHING)
        why = "AmazingData: its answer lacks the code, which must have bars"
        return dict.fromkeys((code for code in unnamed if code in lacking), why)

    def _works(self) -> bool:
        """Check whether the same call returns bars of a code that must have some."""
        control = self._ask([CONTROL], BarDataset(Kind.INDEX, self.dataset.period))
        return bool(control["counts"])

    def _halt(
        self, lacking: Mapping[str, list[str]], securities: Mapping[str, Security | None]
    ) -> set[str]:
        """Look up which lacking days were suspensions; return the codes of which all were.

        Days on which a code traded are lost. Its last day is ignored: it may be the day after the
        last trading day.
        """
        asked = {
            code: days
            for code, days in lacking.items()
            if self.dataset.kind is Kind.STOCK
            and market_of(code) in STATUS_MARKETS
            and code not in self.failed
        }
        if not asked:
            return set()
        try:
            suspended, traded = self._suspensions(asked)
        except UpstreamError as error:
            # The bars are good; only the reason why others are lacking stays unknown.
            self.failed |= dict.fromkeys(asked, f"{error} (asking for its suspensions)")
            return set()
        found = {code: set(days) & suspended.get(code, set()) for code, days in asked.items()}
        for code, days in found.items():
            if days:
                self.halted[code] = dict.fromkeys(sorted(days), "suspended")
            security = securities[code]
            last_days = {last for _, last in dates_of(security)} if security else set()
            lost = set(asked[code]) & traded.get(code, set()) - days - last_days
            if lost:
                self.lost[code] = sorted(lost)
        return {code for code, days in asked.items() if len(found[code]) == len(days)}

    def _suspensions(
        self, asked: Mapping[str, list[str]]
    ) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
        """Return code → days suspended, and code → days not suspended; days may be missing."""
        answer = self.call(
            "status",
            codes=list(asked),
            start=min(days[0] for days in asked.values()),
            end=max(days[-1] for days in asked.values()),
        )
        rows = status_of(answer)
        suspended, traded = (
            {
                str(code): set(days)
                for code, days in rows[rows["suspended"] == flag].groupby("code")["trade_date"]
            }
            for flag in (1, 0)
        )
        return suspended, traded


def _is_nothing(answer: Mapping[str, Any]) -> bool:
    return not (answer["counts"] or answer["empty"] or answer["foreign"])
