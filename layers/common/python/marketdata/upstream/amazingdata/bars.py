"""The child's bars as the frame that a source gives."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from marketdata.catalog.calendar import (
    is_trading_day,
    next_trading_day,
    previous_trading_day,
    trading_days,
)
from marketdata.catalog.securities import Security, life
from marketdata.kline.bar import Dataset, Kind, Period
from marketdata.upstream.amazingdata.contracts import may_be_listed_since, surely_listed
from marketdata.upstream.amazingdata.shapes import VALUES
from marketdata.upstream.source import frame_columns, join_frames

PERIODS = {period: str(period) for period in Period if period.intraday} | {Period.DAILY: "day"}
"""The SDK's names of the periods."""

EVENING = "20:00:00"
"""Night sessions begin after it, and belong to the next trading day."""


def frame_of(dataset: Dataset, answer: Mapping[str, Any], start: str, end: str) -> pd.DataFrame:
    """Give the bars of an answer of `Adapter.klines` between two days.

    A K-line of the SDK carries no settle and no open interest: both are null. A bar whose time
    cannot be read has an empty day, so that it is set aside like any bad bar.
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


def asked_from(dataset: Dataset, start: str) -> str:
    """Give the day from which to ask for a trading day's bars: its night begins on the one before.

    Whether the SDK's dates mean trading days or days is [U]; what is too early is left out.
    """
    if dataset.kind is Kind.FUTURE and dataset.intraday:
        return previous_trading_day("SH", start)
    return start


def lacking_days(
    frame: pd.DataFrame, securities: Mapping[str, Security | None], start: str, end: str
) -> dict[str, list[str]]:
    """Give for each code the days on which it must have bars, as far as is known, and has none."""
    held = {str(code): set(days) for code, days in frame.groupby("code")["trade_date"]}
    found = {
        code: [day for day in _sure_days(security, start, end) if day not in held.get(code, ())]
        for code, security in securities.items()
        if security
    }
    return {code: days for code, days in found.items() if days}


def may_live(security: Security | None, start: str, end: str) -> bool:
    """Say whether a code may have bars in a range of days; of an unknown one nobody knows."""
    if security is None:
        return True
    first, last = life(security)
    if security.kind is Kind.FUTURE and security.delist_date:
        first = max(first, may_be_listed_since(security.delist_date))
    return first <= end and start <= last


def _sure_days(security: Security, start: str, end: str) -> Sequence[str]:
    """List the trading days of a range on which a code is listed for certain."""
    if security.kind is Kind.STOCK and security.list_date:
        first, last = life(security)
    elif security.kind is Kind.FUTURE and security.delist_date:
        first, last = surely_listed(security.delist_date)
    else:
        return ()
    first, last = max(first, start), min(last, end)
    return trading_days(security.market, first, last) if first <= last else ()


def _trade_date(time: str, dataset: Dataset) -> str:
    """Give the trading day of a time; whether a night's bars carry its own date is [U]."""
    day, clock = time[:10].replace("-", ""), time[11:]
    if not (day and dataset.kind is Kind.FUTURE and dataset.period.intraday):
        return day
    if clock >= EVENING:
        return next_trading_day("SH", day)
    return day if is_trading_day("SH", day) else next_trading_day("SH", day)
