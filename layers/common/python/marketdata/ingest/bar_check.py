"""The check of fetched bars: every rule of a good bar, as masks over a whole batch.

Only the upstream function imports this module: it needs pandas.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from marketdata.blocks.dataset import Kind
from marketdata.catalog.calendar import previous_trading_day, trading_days
from marketdata.catalog.securities import market_of
from marketdata.ingest.bar_suspicion import shifted, wrong_unit
from marketdata.kline.bars import COUNTS, OHLC, BarDataset
from marketdata.sources.source import BarRequest

type Mask = npt.NDArray[np.bool_]
type Columns = Mapping[str, npt.NDArray[np.float64]]

TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} ([01][0-9]|2[0-3])(:[0-5][0-9]){2}")

EVENING = "20:00:00"
"""Night sessions begin later than this, and belong to the next trading day."""

EXACT = 2.0**53
"""From here on, a float cannot represent every whole number of shares."""


def bar_faults(frame: pd.DataFrame, request: BarRequest) -> npt.NDArray[np.object_]:
    """Return for each bar why it must not be stored.

    Parameters
    ----------
    frame : DataFrame
        Bars as in `sources.source.FetchedBars`.
    request : BarRequest
        What was requested.

    Returns
    -------
    array of str
        The first rule that each bar breaks, "" for a good bar: `not_requested`,
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
        sound = result == ""
        result[np.flatnonzero(sound)[marks(chosen(frame, sound), request)]] = reason
    return result


def chosen(frame: pd.DataFrame, mask: Mask) -> pd.DataFrame:
    """Return the marked rows of a frame; the frame itself, uncopied, if all are marked."""
    return frame if mask.all() else frame[mask]


def numbers(frame: pd.DataFrame, dataset: BarDataset) -> Columns:
    """Return the value columns of a frame as float arrays, NaN for null."""
    return {name: frame[name].to_numpy(dtype="float64") for name in dataset.columns}


def close_outside(values: Columns) -> Mask:
    """Mark bars with an official close outside [low, high], which is genuine on thin contracts."""
    return _traded(values) & (
        (values["close"] < values["low"]) | (values["close"] > values["high"])
    )


def _any(masks: Iterable[Mask]) -> Mask:
    united: Mask = np.logical_or.reduce(list(masks))
    return united


def _in_scope(frame: pd.DataFrame, request: BarRequest) -> tuple[Mask, Mask]:
    """Mark the bars that were requested, and those on a trading day of their market.

    There are few codes and few days, so each is looked up once instead of once per bar.
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


def _wrong_time(frame: pd.DataFrame, dataset: BarDataset, trading: Mask) -> Mask:
    """Mark malformed times, and those that do not belong to the bar's trading day.

    Most codes have bars at the same times, so each time of a day is checked once.
    """
    wrong = np.zeros(len(frame), dtype=bool)
    if not dataset.period.intraday:
        return wrong
    time_at, times = pd.factorize(frame["kline_time"].to_numpy(object), use_na_sentinel=False)
    day_at, days = pd.factorize(frame["trade_date"].to_numpy(object), use_na_sentinel=False)
    pairs, pair_at = np.unique(day_at[trading] * len(times) + time_at[trading], return_inverse=True)
    at = [divmod(pair, len(times)) for pair in pairs.tolist()]
    night = dataset.kind is Kind.FUTURE
    hours = {day: _hours(days[day], night=night) for day in {day for day, _ in at}}
    wrong_pair = [not _is_time(times[time], *hours[day]) for day, time in at]
    wrong[trading] = np.array(wrong_pair, dtype=bool)[pair_at]
    return wrong


def _is_time(text: object, first: str, end: str) -> bool:
    return isinstance(text, str) and bool(TIME.fullmatch(text)) and first <= text < end


def _hours(day: str, *, night: bool) -> tuple[str, str]:
    """Return when a trading day's bars may begin; a night session belongs to the next day."""
    today = date.fromisoformat(day)
    if not night:
        return f"{today} 00:00:00", f"{today} {EVENING}"
    before = date.fromisoformat(previous_trading_day("SH", day))
    return f"{before} {EVENING}", f"{today} {EVENING}"


def _traded(values: Columns) -> Mask:
    """Mark bars with a trade: without one, open, high and low are all 0 or all null."""
    prices = np.array([values[name] for name in ("open", "high", "low")])
    untraded: Mask = (prices == 0).all(axis=0) | np.isnan(prices).all(axis=0)
    return ~untraded


def _settled_without_trade(values: Columns, dataset: BarDataset) -> Mask:
    """Mark a future's days with a settle but without a trade in its order book.

    The volume may still be above 0: there are deals outside the book, such as for delivery.
    """
    if dataset.kind is not Kind.FUTURE:
        return np.zeros(len(values["volume"]), dtype=bool)
    settled: Mask = ~_traded(values) & (values["settle"] > 0)
    return settled


def _not_a_number(values: Columns, dataset: BarDataset) -> Mask:
    """Mark bars without a price or a volume, and infinities; other columns may be null."""
    infinite = _any(np.isinf(column) for column in values.values())
    unpriced = _any(np.isnan(values[name]) for name in OHLC)
    unpriced &= ~_settled_without_trade(values, dataset)
    return infinite | unpriced | np.isnan(values["volume"])


def _not_whole(values: Columns) -> Mask:
    """Mark counts with a fraction or too large to be exact: shares and lots are whole numbers."""
    counts = [column for name, column in values.items() if name in COUNTS]
    return _any((np.floor(column) < column) | (column >= EXACT) for column in counts)


def _out_of_order(values: Columns, dataset: BarDataset) -> Mask:
    opened, high, low, close = (values[name] for name in OHLC)
    wrong = (low > high) | (opened < low) | (opened > high)
    wrong |= _any(values[name] <= 0 for name in OHLC)
    if dataset.kind is Kind.FUTURE:
        return wrong & ~_settled_without_trade(values, dataset)
    return wrong | (close < low) | (close > high)


def _duplicated(frame: pd.DataFrame, request: BarRequest) -> Mask:
    """Mark all but the first of equal bars, and all of those that contradict each other."""
    dataset = request.dataset
    key = ["code", "kline_time" if dataset.period.intraday else "trade_date"]
    several = frame.duplicated(key, keep=False).to_numpy(copy=True)
    rivals = frame.reset_index(drop=True)[several]
    originals = rivals[~rivals.duplicated([*key, *dataset.columns])]
    alone = originals[~originals.duplicated(key, keep=False)]
    several[alone.index] = False
    return several
