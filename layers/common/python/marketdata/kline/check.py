"""Which fetched bars may be stored: every rule of a good bar, as masks over a whole batch.

Only the upstream function imports this: it needs pandas.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from marketdata.catalog.calendar import previous_trading_day, trading_days
from marketdata.catalog.securities import market_of
from marketdata.kline.bar import COUNTS, OHLC, Dataset, Kind
from marketdata.kline.suspicion import shifted, wrong_unit
from marketdata.upstream.source import BarRequest

type Mask = npt.NDArray[np.bool_]
type Columns = Mapping[str, npt.NDArray[np.float64]]

TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} ([01][0-9]|2[0-3])(:[0-5][0-9]){2}")

EVENING = "20:00:00"
"""Night sessions begin after it, and belong to the next trading day."""

EXACT = 2.0**53
"""From here on a float no longer tells one share from the next."""


def reasons(frame: pd.DataFrame, request: BarRequest) -> npt.NDArray[np.object_]:
    """Say of each bar why it must not be stored.

    Parameters
    ----------
    frame : DataFrame
        Bars as `upstream.source.FetchedBars` describes them.
    request : BarRequest
        What was asked for.

    Returns
    -------
    array of str
        The first rule that each bar breaks, empty for a good bar: `not_requested`,
        `not_a_trading_day`, `wrong_time`, `not_a_number`, `negative`, `not_whole`,
        `prices_out_of_order`, `duplicate_time`, `wrong_unit`, `shifted`.
    """
    dataset = request.dataset
    values = numbers(frame, dataset)
    requested, trading = _in_scope(frame, request)
    broken: list[tuple[str, Mask]] = [
        ("not_requested", ~requested),
        ("not_a_trading_day", ~trading),
        ("wrong_time", _wrong_time(frame, dataset, trading)),
        ("not_a_number", _not_a_number(values, dataset)),
        ("negative", _any(column < 0 for column in values.values())),
        ("not_whole", _not_whole(values)),
        ("prices_out_of_order", _out_of_order(values, dataset)),
    ]
    result = np.full(len(frame), "", dtype=object)
    for reason, mask in reversed(broken):
        result[mask] = reason
    among_others: list[tuple[str, Callable[[pd.DataFrame, BarRequest], Mask]]] = [
        ("duplicate_time", _duplicated),
        ("wrong_unit", wrong_unit),
        ("shifted", shifted),
    ]
    for reason, marks in among_others:
        sound = np.flatnonzero(result == "")
        result[sound[marks(frame.iloc[sound], request)]] = reason
    return result


def numbers(frame: pd.DataFrame, dataset: Dataset) -> Columns:
    """Give the value columns of a frame, NaN for null."""
    return {name: frame[name].to_numpy(dtype="float64") for name in dataset.columns}


def close_outside(values: Columns) -> Mask:
    """Mark the bars whose official close lies outside [low, high]: genuine on thin contracts."""
    return _traded(values) & (
        (values["close"] < values["low"]) | (values["close"] > values["high"])
    )


def _any(masks: Iterable[Mask]) -> Mask:
    united: Mask = np.logical_or.reduce(list(masks))
    return united


def _in_scope(frame: pd.DataFrame, request: BarRequest) -> tuple[Mask, Mask]:
    """Say of each bar whether it was asked for, and whether its market trades on its day.

    There are few codes and few days, so each is looked up once and not once for every bar.
    """
    code_at, codes = pd.factorize(frame["code"], use_na_sentinel=False)
    day_at, days = pd.factorize(frame["trade_date"], use_na_sentinel=False)
    wanted = set(request.codes)
    markets = sorted({market_of(code) for code in wanted})
    calendars = [set(trading_days(market, request.start, request.end)) for market in markets]
    asked_codes = np.array([code in wanted for code in codes], dtype=bool)
    asked_days = np.array([request.start <= str(day) <= request.end for day in days], dtype=bool)
    trading = np.array([[day in open_days for day in days] for open_days in calendars], dtype=bool)
    calendar_of = np.array(
        [markets.index(market_of(code)) if code in wanted else 0 for code in codes], dtype=int
    )
    requested = asked_codes[code_at] & asked_days[day_at]
    return requested, trading[calendar_of[code_at], day_at]


def _wrong_time(frame: pd.DataFrame, dataset: Dataset, trading: Mask) -> Mask:
    """Mark times of another form, and those that do not belong to the bar's trading day."""
    wrong = np.zeros(len(frame), dtype=bool)
    if not dataset.period.intraday:
        return wrong
    days = frame["trade_date"].to_numpy(dtype=object)[trading].tolist()
    times = frame["kline_time"].to_numpy(dtype=object)[trading].tolist()
    hours = {day: _hours(day, night=dataset.kind is Kind.FUTURE) for day in set(days)}
    wrong[trading] = [
        not (isinstance(time, str) and TIME.fullmatch(time) and first <= time < end)
        for time, (first, end) in zip(times, map(hours.__getitem__, days), strict=True)
    ]
    return wrong


def _hours(day: str, *, night: bool) -> tuple[str, str]:
    """Between which times the bars of a trading day begin; a night session is the next day's."""
    today = date.fromisoformat(day)
    if not night:
        return f"{today} 00:00:00", f"{today} {EVENING}"
    before = date.fromisoformat(previous_trading_day("SH", day))
    return f"{before} {EVENING}", f"{today} {EVENING}"


def _traded(values: Columns) -> Mask:
    """Whether anything was traded: without a trade open, high and low are all 0 or all null."""
    prices = np.array([values[name] for name in ("open", "high", "low")])
    untraded: Mask = (prices == 0).all(axis=0) | np.isnan(prices).all(axis=0)
    return ~untraded


def _settled_without_trade(values: Columns, dataset: Dataset) -> Mask:
    """Mark the days of a future on which its order book saw no trade.

    The volume may be above 0 all the same: deals outside the book, such as for delivery.
    """
    if dataset.kind is not Kind.FUTURE:
        return np.zeros(len(values["volume"]), dtype=bool)
    settled: Mask = ~_traded(values) & (values["settle"] > 0)
    return settled


def _not_a_number(values: Columns, dataset: Dataset) -> Mask:
    """Prices and volume are needed; infinity is never a number; other columns may be null."""
    infinite = _any(np.isinf(column) for column in values.values())
    unpriced = _any(np.isnan(values[name]) for name in OHLC)
    unpriced &= ~_settled_without_trade(values, dataset)
    return infinite | unpriced | np.isnan(values["volume"])


def _not_whole(values: Columns) -> Mask:
    """Mark counts with a fraction: nobody trades part of a share or a lot."""
    counts = [column for name, column in values.items() if name in COUNTS]
    return _any((np.floor(column) < column) | (column >= EXACT) for column in counts)


def _out_of_order(values: Columns, dataset: Dataset) -> Mask:
    opened, high, low, close = (values[name] for name in OHLC)
    wrong = (low > high) | (opened < low) | (opened > high)
    wrong |= _any(values[name] <= 0 for name in OHLC)
    if dataset.kind is Kind.FUTURE:
        return wrong & ~_settled_without_trade(values, dataset)
    return wrong | (close < low) | (close > high)


def _duplicated(frame: pd.DataFrame, request: BarRequest) -> Mask:
    """Of equal bars all but the first; of bars that contradict each other every one."""
    dataset = request.dataset
    key = ["code", "kline_time" if dataset.period.intraday else "trade_date"]
    several = frame.duplicated(key, keep=False).to_numpy(copy=True)
    rivals = frame.reset_index(drop=True)[several]
    originals = rivals[~rivals.duplicated([*key, *dataset.columns])]
    alone = originals[~originals.duplicated(key, keep=False)]
    several[alone.index] = False
    return several
