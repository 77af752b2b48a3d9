"""Which fetched bars may be stored: every rule of a good bar, as masks over a whole batch.

Only the upstream function imports this: it needs pandas.
"""

import numpy as np
import pandas as pd

from marketdata.kline.bar import COUNTS, Dataset, Kind

type Mask = pd.Series[bool]

PRICES = ["open", "high", "low", "close"]


def reasons(
    frame: pd.DataFrame, dataset: Dataset, in_scope: Mask, trading_days: set[str]
) -> pd.Series:
    """Say of each bar why it must not be stored.

    Parameters
    ----------
    frame : DataFrame
        Bars as `upstream.source.FetchedBars` describes them.
    dataset : Dataset
        What they are.
    in_scope : Series of bool
        Whether the bar's code and day were asked for.
    trading_days : set of str
        The days on which its market trades.

    Returns
    -------
    Series of str
        The first rule that each bar breaks, empty for a good bar: `not_requested`,
        `not_a_trading_day`, `not_a_number`, `negative`, `not_whole`,
        `prices_out_of_order`, `duplicate_time`.
    """
    broken: list[tuple[str, Mask]] = [
        ("not_requested", ~in_scope),
        ("not_a_trading_day", ~frame["trade_date"].isin(trading_days)),
        ("not_a_number", _not_a_number(frame, dataset)),
        ("negative", _negative(frame, dataset)),
        ("not_whole", _not_whole(frame, dataset)),
        ("prices_out_of_order", _out_of_order(frame, dataset)),
    ]
    if dataset.period.intraday:
        broken.append(("not_a_trading_day", _stamped_later(frame)))
    result = pd.Series("", index=frame.index, dtype="object")
    for reason, mask in reversed(broken):
        result[mask] = reason
    sound = frame[result == ""]
    result[_duplicated(sound, dataset).reindex(frame.index, fill_value=False)] = "duplicate_time"
    return result


def close_outside(frame: pd.DataFrame) -> Mask:
    """Mark the bars whose official close lies outside [low, high]: genuine on thin contracts."""
    return _traded(frame) & ((frame["close"] < frame["low"]) | (frame["close"] > frame["high"]))


def _traded(frame: pd.DataFrame) -> Mask:
    """Whether anything was traded: without a trade open, high and low are all 0 or all null."""
    prices = frame[["open", "high", "low"]]
    return ~((prices == 0).all(axis=1) | prices.isna().all(axis=1))


def _settled_without_trade(frame: pd.DataFrame, dataset: Dataset) -> Mask:
    if dataset.kind is not Kind.FUTURE:
        return pd.Series(False, index=frame.index)
    return ~_traded(frame) & (frame["volume"] == 0) & frame["settle"].notna()


def _not_a_number(frame: pd.DataFrame, dataset: Dataset) -> Mask:
    """Prices and volume are needed; infinity is never a number; other columns may be null."""
    numbers = frame[list(dataset.columns)].to_numpy(dtype="float64")
    infinite = pd.Series(np.isinf(numbers).any(axis=1), index=frame.index)
    prices = frame[PRICES].isna().any(axis=1) & ~_settled_without_trade(frame, dataset)
    return infinite | prices | frame["volume"].isna()


def _negative(frame: pd.DataFrame, dataset: Dataset) -> Mask:
    return (frame[list(dataset.columns)] < 0).any(axis=1)


def _not_whole(frame: pd.DataFrame, dataset: Dataset) -> Mask:
    """Mark counts with a fraction: nobody trades part of a share or a lot."""
    counts = frame[[name for name in dataset.columns if name in COUNTS]]
    return ((counts % 1).fillna(0) != 0).any(axis=1)


def _out_of_order(frame: pd.DataFrame, dataset: Dataset) -> Mask:
    low, high = frame["low"], frame["high"]
    wrong = (low > high) | (frame["open"] < low) | (frame["open"] > high)
    if dataset.kind is Kind.FUTURE:
        return wrong & ~_settled_without_trade(frame, dataset)
    zero = (frame[PRICES] <= 0).any(axis=1)
    return wrong | (frame["close"] < low) | (frame["close"] > high) | zero


def _duplicated(frame: pd.DataFrame, dataset: Dataset) -> Mask:
    """Of equal bars all but the first; of bars that contradict each other every one."""
    key = ["code", "kline_time" if dataset.period.intraday else "trade_date"]
    copies = frame.duplicated([*key, *dataset.columns])
    contradictory = frame[~copies].duplicated(key, keep=False)
    return copies | contradictory.reindex(frame.index, fill_value=False)


def _stamped_later(frame: pd.DataFrame) -> Mask:
    """A bar carries its trading day's date, or an earlier one's in a night session."""
    return frame["kline_time"].str.slice(0, 10).str.replace("-", "") > frame["trade_date"]
