"""The check of fetched bars: every rule of a good bar, as masks over a whole batch.

Only the upstream function imports this module: it needs pandas.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from marketdata.blocks.dataset import Kind
from marketdata.catalog.calendar import previous_trading_day
from marketdata.ingest.bar_labels import end_labels
from marketdata.ingest.bar_scope import in_scope
from marketdata.ingest.bar_suspicion import compare_neighbours
from marketdata.ingest.bar_units import judge_units
from marketdata.ingest.bar_values import Columns, Mask, numbers, unpriced
from marketdata.kline.bars import COUNTS, OHLC, BarDataset
from marketdata.sources.source import BarRequest, frame_columns

TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} ([01][0-9]|2[0-3])(:[0-5][0-9]){2}")

EVENING = "20:00:00"
"""Night sessions begin later than this, and belong to the next trading day."""

EXACT = 2.0**53
"""From here on, a float cannot represent every whole number of shares."""

ROUNDING = 0.001
"""By so much of itself an index's first and last value may lie outside [low, high]: 0.00002 has
been seen, and a wrong value is rarely that near."""


@dataclass(slots=True)
class Verdict:
    """What is wrong with bars.

    Attributes
    ----------
    reasons : array of str
        The first rule that each bar breaks, empty for a good bar: `not_requested`,
        `not_a_trading_day`, `wrong_time`, `not_a_number`, `negative`, `not_whole`,
        `prices_out_of_order`, `end_labels`, `duplicate_time`, `wrong_unit`, `adjusted_prices`,
        `shifted`.
    good : mask
        The good bars.
    outliers : mask
        Those among them whose mean price, amount ÷ volume, is outside of low and high.
    twins : list of tuple
        Pairs of codes that have the same history, and keep it.
    """

    reasons: npt.NDArray[np.object_]
    good: Mask
    outliers: Mask
    twins: list[tuple[str, str]]


def judge_bars(frame: pd.DataFrame, request: BarRequest, *, rivals: bool = True) -> Verdict:
    """Return for each bar why it must not be stored.

    Parameters
    ----------
    frame : DataFrame
        Bars as in `sources.source.FetchedBars`, without float dust and without equal rows.
    request : BarRequest
        What was requested.
    rivals : bool
        Whether there may be several bars of one code and time; looking for them takes long.

    Returns
    -------
    Verdict
        The reasons, and what is kept although it looks strange.
    """
    dataset = request.dataset
    values = numbers(frame, dataset)
    requested, trading = in_scope(frame, request)
    broken: list[tuple[str, Mask]] = [
        ("not_requested", ~requested),
        ("not_a_trading_day", ~trading),
        ("wrong_time", _wrong_time(frame, dataset, trading)),
        ("not_a_number", _not_a_number(values, dataset)),
        ("negative", _any(column < 0 for column in values.values())),
        ("not_whole", _not_whole(values)),
        ("prices_out_of_order", _out_of_order(values, dataset)),
    ]
    reasons = np.full(len(frame), "", dtype=object)
    for reason, mask in reversed(broken):
        reasons[mask] = reason
    # Comparing texts is slow, so what is still good is kept as a mask.
    good = ~_any(mask for _, mask in broken)

    def refuse(marks: Mask, reason: str, among: Mask) -> None:
        if marks.any():
            places = np.flatnonzero(among)[marks]
            reasons[places] = reason
            good[places] = False

    refuse(end_labels(chosen(frame, good), request), "end_labels", good.copy())
    if rivals:
        refuse(of_one_time(chosen(frame, good), dataset), "duplicate_time", good.copy())
    judged = good.copy()
    units = judge_units(chosen(frame, judged), request)
    refuse(units.wrong, "wrong_unit", judged)
    refuse(units.adjusted, "adjusted_prices", judged)
    outliers = np.zeros(len(frame), dtype=bool)
    outliers[judged] = units.outliers
    neighbours = compare_neighbours(chosen(frame, good), request)
    refuse(neighbours.shifted, "shifted", good.copy())
    return Verdict(reasons, good, outliers & good, neighbours.twins)


def without_equal_rows(frame: pd.DataFrame, dataset: BarDataset) -> tuple[pd.DataFrame, bool]:
    """Return the frame with each row once, and whether different rows share a code and time."""
    several = of_one_time(frame, dataset)
    if not several.any():
        return frame, False
    again = np.zeros(len(frame), dtype=bool)
    again[several] = frame[several].duplicated(frame_columns(dataset)).to_numpy()
    once = frame[~again]
    return once, bool(of_one_time(once, dataset).any())


def chosen(frame: pd.DataFrame, mask: Mask) -> pd.DataFrame:
    """Return the marked rows of a frame; the frame itself, uncopied, if all are marked."""
    return frame if mask.all() else frame[mask]


def close_outside(values: Columns) -> Mask:
    """Mark the bars whose official close lies outside [low, high].

    That is genuine on thin contracts, and of an index by a rounding.
    """
    return ~unpriced(values) & (
        (values["close"] < values["low"]) | (values["close"] > values["high"])
    )


def _any(masks: Iterable[Mask]) -> Mask:
    united: Mask = np.logical_or.reduce(list(masks))
    return united


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


def _settled_without_trade(values: Columns, dataset: BarDataset) -> Mask:
    """Mark a future's days with a settle but without a trade in its order book.

    The volume may still be above 0: there are deals outside the book, such as for delivery.
    """
    if dataset.kind is not Kind.FUTURE:
        return np.zeros(len(values["volume"]), dtype=bool)
    settled: Mask = unpriced(values) & (values["settle"] > 0)
    return settled


def _not_a_number(values: Columns, dataset: BarDataset) -> Mask:
    """Prices and volume are needed; infinity is never a number; other columns may be null.

    An index needs no volume: many are published without one.
    """
    infinite = _any(np.isinf(column) for column in values.values())
    lacking = _any(np.isnan(values[name]) for name in OHLC)
    if dataset.kind is not Kind.INDEX:
        lacking |= np.isnan(values["volume"])
    return infinite | (lacking & ~_settled_without_trade(values, dataset))


def _not_whole(values: Columns) -> Mask:
    """Mark counts with a fraction or too large to be exact: shares and lots are whole numbers."""
    counts = [column for name, column in values.items() if name in COUNTS]
    return _any((np.floor(column) < column) | (column >= EXACT) for column in counts)


def _out_of_order(values: Columns, dataset: BarDataset) -> Mask:
    """Mark bars whose prices cannot be: a high below the low, an open outside, a price of 0.

    An index is computed time and again, and its high and low are not always taken from all of
    these values; a future's close is the exchange's own figure.
    """
    opened, high, low, close = (values[name] for name in OHLC)
    wrong = (low > high) | _any(values[name] <= 0 for name in OHLC)
    least, most = low, high
    if dataset.kind is Kind.INDEX:
        least, most = low * (1 - ROUNDING), high * (1 + ROUNDING)
    wrong |= (opened < least) | (opened > most)
    if dataset.kind is Kind.FUTURE:
        return wrong & ~_settled_without_trade(values, dataset)
    return wrong | (close < least) | (close > most)


def of_one_time(frame: pd.DataFrame, dataset: BarDataset) -> Mask:
    """Mark the rows of a code and time that has several."""
    key = ["code", "kline_time" if dataset.intraday else "trade_date"]
    return frame.duplicated(key, keep=False).to_numpy(dtype=bool)
