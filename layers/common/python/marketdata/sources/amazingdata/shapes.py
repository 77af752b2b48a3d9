"""The conversion of the SDK's answers into one shape.

Dates arrive as whole numbers, text or timestamps, and numbers now and then as text; the index of a
frame means nothing. Runs in the child.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from marketdata.catalog.securities import our_code
from marketdata.sources.child.messages import Numbers

VALUES = ("open", "high", "low", "close", "volume", "amount")
"""The numeric columns of every K-line."""

_LISTED = re.compile(r"\S+")
_DOTTED = re.compile(r"[^\s.]+\.[A-Za-z]+")
_NO_DIGIT = re.compile(r"\D")


def day_of(value: object) -> str | None:
    """Return a date as YYYYMMDD; None for anything else: 0, NaN, empty."""
    digits = _digits(value)[:8]
    try:
        return date.fromisoformat(digits).strftime("%Y%m%d") if len(digits) == 8 else None
    except ValueError:
        return None


def times_of(column: "pd.Series[Any]") -> list[str]:
    """Return a column of times as "YYYY-MM-DD HH:MM:SS", "" for those that cannot be parsed."""
    # A batch has few different times, each on many rows.
    places, found = pd.factorize(column, use_na_sentinel=False)
    texts = np.array([_time_of(value) for value in found], dtype=object)
    times: list[str] = texts[places].tolist()
    return times


def numbers_of(frame: pd.DataFrame, name: str) -> Numbers:
    """Return a column as numbers; NaN where there is none, or if the column does not exist."""
    if name not in frame.columns:
        return np.full(len(frame), np.nan)
    return pd.to_numeric(frame[name], errors="coerce").to_numpy(dtype=np.float64)


def days_of(frame: pd.DataFrame, name: str) -> Numbers:
    """Return a column of dates as numbers, YYYYMMDD; NaN for anything else, as in `day_of`."""
    if name not in frame.columns:
        return np.full(len(frame), np.nan)
    # A batch has few different days, each on many rows.
    places, found = pd.factorize(frame[name], use_na_sentinel=False)
    days = np.array([float(day_of(value) or "nan") for value in found], dtype=np.float64)
    numbers: Numbers = days[places]
    return numbers


def text_of(value: object) -> str:
    """Return a value as text: a whole number without decimals, "" for null."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    return str(int(value) if isinstance(value, float) and value.is_integer() else value).strip()


def codes_in(value: object) -> Iterator[str]:
    """Yield the codes in an answer: in lists, dict keys and dict values of any depth.

    They come as the SDK writes them. Anything else that is listed among them comes too, so that
    nothing is dropped unnoticed; the keys of a dict need not be codes.
    """
    if isinstance(value, str):
        if _LISTED.fullmatch(value):
            yield value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            if isinstance(name, str) and _DOTTED.fullmatch(name):
                yield name
            yield from codes_in(inner)
    elif isinstance(value, list | tuple | set | np.ndarray | pd.Series | pd.Index):
        for inner in value:
            yield from codes_in(inner)


def ours(text: str) -> str:
    """Return a code as we write it; anything else as it is."""
    return our_code(text) or text


def frames_by_code(
    answer: object, column: str, codes: Iterable[str]
) -> dict[str, pd.DataFrame | None]:
    """Return an answer as one frame per code in our form, None for a code named without one.

    Parameters
    ----------
    answer : object
        A dict of frames, or one frame of all codes; anything else contains no frames.
    column : str
        The column that holds the code in a frame of all codes.
    codes : iterable of str
        The requested codes: a frame of all codes tells for each of them whether it has rows.
    """
    if isinstance(answer, Mapping):
        return {
            ours(str(code)): value if isinstance(value, pd.DataFrame) and len(value) else None
            for code, value in answer.items()
        }
    if isinstance(answer, pd.DataFrame) and column in answer.columns:
        return {
            **dict.fromkeys(map(ours, codes)),
            **{ours(str(code)): rows for code, rows in answer.groupby(column)},
        }
    return {}


def rows_of(answer: object) -> list[dict[Any, Any]]:
    """Return the rows of a frame, or of a dict's frames; anything else has none."""
    frames = answer.values() if isinstance(answer, Mapping) else [answer]
    return [
        row
        for frame in frames
        if isinstance(frame, pd.DataFrame)
        for row in frame.to_dict("records")
    ]


def is_empty(answer: object) -> bool:
    """Check whether an answer contains nothing; a text counts as nothing: it is a message."""
    if isinstance(answer, Mapping):
        return all(is_empty(value) for value in answer.values())
    if isinstance(answer, pd.DataFrame | list | tuple | set):
        return len(answer) == 0
    return answer is None or isinstance(answer, str)


def columns_of(frames: Sequence[pd.DataFrame]) -> dict[str, list[str | None] | Numbers]:
    """Concatenate frames and return their columns: as numbers if all values are, else as texts."""
    whole = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    return {
        str(name): column.to_numpy(dtype=np.float64)
        if is_numeric_dtype(column)
        else [text_of(value) or None for value in column.tolist()]
        for name, column in whole.items()
    }


def foreign_code(code: str, frame: pd.DataFrame, column: str) -> str | None:
    """Return another code that the rows of a code carry in a column, if there is one."""
    carried = frame[column].unique().tolist() if column in frame.columns else []
    codes = (our_code(each) for each in carried if isinstance(each, str))
    return next((other for other in codes if other and other != ours(code)), None)


def _digits(value: object) -> str:
    return _NO_DIGIT.sub("", text_of(value))


def _time_of(value: object) -> str:
    digits = _digits(value)
    day = day_of(digits)
    clock = digits[8:14].ljust(6, "0")
    if day is None or clock[:2] > "23" or clock[2:4] > "59" or clock[4:] > "59":
        return ""
    return f"{day[:4]}-{day[4:6]}-{day[6:]} {clock[:2]}:{clock[2:4]}:{clock[4:]}"
