"""The rows of BaoStock's answers as frames. Pure.

Every value is a text, and an empty one is unknown: NaN here, and never 0. What cannot be read as a
number is infinite, so that the check before storing sets its row aside.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from marketdata.kline.bars import OHLC
from marketdata.sources.baostock.codes import code_of, day_of

type Columns = Mapping[str, Sequence[str]]
"""The columns of an answer, by BaoStock's names, all of the same length."""

type Floats = npt.NDArray[np.float64]

VALUES = (*OHLC, "volume", "amount")

INDEX_FIELDS = ("date", "code", *VALUES)
DAILY_FIELDS = (*INDEX_FIELDS, "preclose", "adjustflag", "tradestatus", "isST")
MINUTE_FIELDS = ("date", "time", "code", *VALUES, "adjustflag")

TRADED, SUSPENDED = 1.0, 0.0
"""The values of `tradestatus`, which alone decides: volume and amount of a suspended day may be 0,
empty, or those of the session before."""

_CLOCK = "%Y%m%d%H%M%S"


def numbers(texts: Sequence[str]) -> Floats:
    """Return texts as numbers: NaN for empty ones, infinite for those that are no numbers."""
    array = np.array(texts, dtype=object)
    series = pd.to_numeric(pd.Series(array, dtype=object), errors="coerce")
    found: Floats = series.to_numpy(dtype=np.float64, copy=True)
    found[np.isnan(found) & (array != "")] = np.inf
    return found


def flags(texts: Sequence[str]) -> Floats:
    """Return texts as flags, 1 or 0; NaN for everything else."""
    return np.array([{"1": 1.0, "0": 0.0}.get(text, np.nan) for text in texts], dtype=np.float64)


def daily_rows(columns: Columns) -> pd.DataFrame:
    """Return the rows of daily bars and of days of suspension.

    Returns
    -------
    DataFrame
        `code` and `trade_date` as text, in our form; `VALUES`; `pre_close`, `traded` and `is_st`.
        The last three are NaN where they were not asked for, except that an index trades on each
        of its days.
    """
    count = len(columns["code"])
    status = columns.get("tradestatus")
    frame = pd.DataFrame(
        {
            "code": _each_once(columns["code"], code_of),
            "trade_date": _each_once(columns["date"], day_of),
            **{name: numbers(columns[name]) for name in VALUES},
            "pre_close": numbers(columns.get("preclose", [""] * count)),
            "traded": np.full(count, TRADED) if status is None else flags(status),
            "is_st": flags(columns.get("isST", [""] * count)),
        }
    )
    return frame.astype({"code": "str", "trade_date": "str"})


def without_bar(frame: pd.DataFrame) -> "pd.Series[bool]":
    """Mark the daily rows that are no suspension, but of which no bar can be made.

    Those have no price, no volume, or nothing that says whether there was trading.
    """
    unknown = ~frame["traded"].isin((TRADED, SUSPENDED))
    empty = frame[[*OHLC, "volume"]].isna().any(axis=1)
    marked: pd.Series[bool] = unknown | ((frame["traded"] == TRADED) & empty)
    return marked


def minute_rows(columns: Columns, minutes: int) -> pd.DataFrame:
    """Return intraday bars, labelled by their start; rows without any price are dropped.

    A row whose time cannot be read, or is of another day than the row, gets an empty day and is set
    aside by the check before storing.

    Parameters
    ----------
    columns : mapping
        The answer. Its `time` is that at which a bar ends.
    minutes : int
        How many minutes a bar spans.
    """
    labels = [label(text, minutes) for text in columns["time"]]
    days = _each_once(columns["date"], day_of)
    fits = [
        bool(day) and time[:10].replace("-", "") == day
        for day, time in zip(days, labels, strict=True)
    ]
    frame = pd.DataFrame(
        {
            "code": _each_once(columns["code"], code_of),
            "trade_date": np.where(np.array(fits, dtype=bool), np.array(days, dtype=object), ""),
            "kline_time": labels,
            **{name: numbers(columns[name]) for name in VALUES},
        }
    ).astype({"code": "str", "trade_date": "str", "kline_time": "str"})
    priced = (frame[list(OHLC)].fillna(0) != 0).any(axis=1)
    return frame[priced].reset_index(drop=True)


def label(end: str, minutes: int) -> str:
    """Return the start of a bar as "YYYY-MM-DD HH:MM:SS"; empty if its end cannot be read.

    The end is YYYYMMDDHHMMSSmmm: "20240102130500000" is 13:00 for five minutes.
    """
    if not (len(end) == 17 and end.isascii() and end.isdigit()):
        return ""
    try:
        moment = datetime.strptime(end[:14], _CLOCK)  # noqa: DTZ007  Shanghai's, as all labels
    except ValueError:
        return ""
    return f"{moment - timedelta(minutes=minutes):%Y-%m-%d %H:%M:%S}"


def _each_once(texts: Sequence[str], read: Callable[[str], str | None]) -> list[str]:
    known = {text: read(text) or "" for text in dict.fromkeys(texts)}
    return [known[text] for text in texts]
