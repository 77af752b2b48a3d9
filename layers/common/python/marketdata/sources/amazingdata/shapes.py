"""What the SDK's answers look like, brought into one shape.

Dates come as whole numbers, as text or as time stamps; numbers as text now and then; the index of
a frame means nothing. Runs in the child.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from marketdata.catalog.securities import CODE_PATTERN
from marketdata.sources.amazingdata.messages import Numbers

VALUES = ("open", "high", "low", "close", "volume", "amount")
"""The columns of numbers of every K-line."""

_CODE = re.compile(CODE_PATTERN)
_NO_DIGIT = re.compile(r"\D")


def day_of(value: object) -> str | None:
    """Give a date as YYYYMMDD; None where it is none: 0, NaN, empty."""
    digits = _digits(value)[:8]
    try:
        return date.fromisoformat(digits).strftime("%Y%m%d") if len(digits) == 8 else None
    except ValueError:
        return None


def times_of(column: "pd.Series[Any]") -> list[str]:
    """Give a column of times as "YYYY-MM-DD HH:MM:SS", empty where one cannot be read."""
    # A batch has few times and many rows of each.
    places, found = pd.factorize(column, use_na_sentinel=False)
    texts = np.array([_time_of(value) for value in found], dtype=object)
    times: list[str] = texts[places].tolist()
    return times


def numbers_of(frame: pd.DataFrame, name: str) -> Numbers:
    """Give a column of numbers; NaN where there is none, or no such column."""
    if name not in frame.columns:
        return np.full(len(frame), np.nan)
    return pd.to_numeric(frame[name], errors="coerce").to_numpy(dtype=np.float64)


def text_of(value: object) -> str:
    """Give a value as text: a whole number without a fraction, nothing for null."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    return str(int(value) if isinstance(value, float) and value.is_integer() else value).strip()


def codes_in(value: object) -> Iterator[str]:
    """Find the codes in an answer: in a list, or in a dict's keys and lists of any depth."""
    if isinstance(value, str):
        if _CODE.fullmatch(value):
            yield value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from codes_in(name)
            yield from codes_in(inner)
    elif isinstance(value, list | tuple | set | np.ndarray | pd.Series | pd.Index):
        for inner in value:
            yield from codes_in(inner)


def frames_by_code(
    answer: object, column: str, codes: Iterable[str]
) -> dict[str, pd.DataFrame | None]:
    """Give an answer as one frame a code, None for a code that is named without one.

    Parameters
    ----------
    answer : object
        A dict of frames, or one frame of all codes, or anything else, which holds none.
    column : str
        The column of a frame of all codes that holds the code.
    codes : iterable of str
        What was asked for: one frame of all says of each of them whether it has rows.
    """
    if isinstance(answer, Mapping):
        return {
            str(code): value if isinstance(value, pd.DataFrame) and len(value) else None
            for code, value in answer.items()
        }
    if isinstance(answer, pd.DataFrame) and column in answer.columns:
        return {
            **dict.fromkeys(codes),
            **{str(code): rows for code, rows in answer.groupby(column)},
        }
    return {}


def rows_of(answer: object) -> list[dict[Any, Any]]:
    """Give the rows of a frame, or of a dict's frames; anything else has none."""
    frames = answer.values() if isinstance(answer, Mapping) else [answer]
    return [
        row
        for frame in frames
        if isinstance(frame, pd.DataFrame)
        for row in frame.to_dict("records")
    ]


def is_empty(answer: object) -> bool:
    """Say whether an answer holds nothing at all; a text, which is a message, is nothing too."""
    if isinstance(answer, Mapping):
        return all(is_empty(value) for value in answer.values())
    if isinstance(answer, pd.DataFrame | list | tuple | set):
        return len(answer) == 0
    return answer is None or isinstance(answer, str)


def columns_of(frames: Sequence[pd.DataFrame]) -> dict[str, list[str | None] | Numbers]:
    """Put frames below each other and give their columns: numbers where all are, else texts."""
    whole = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    return {
        str(name): column.to_numpy(dtype=np.float64)
        if is_numeric_dtype(column)
        else [text_of(value) or None for value in column.tolist()]
        for name, column in whole.items()
    }


def foreign_code(code: str, frame: pd.DataFrame, column: str) -> str | None:
    """Give another code that the rows of a code carry in a column, if they do."""
    carried = frame[column].unique().tolist() if column in frame.columns else []
    return next((other for other in codes_in(carried) if other != code), None)


def _digits(value: object) -> str:
    return _NO_DIGIT.sub("", text_of(value))


def _time_of(value: object) -> str:
    digits = _digits(value)
    day = day_of(digits)
    clock = digits[8:14].ljust(6, "0")
    if day is None or clock[:2] > "23" or clock[2:4] > "59" or clock[4:] > "59":
        return ""
    return f"{day[:4]}-{day[4:6]}-{day[6:]} {clock[:2]}:{clock[2:4]}:{clock[4:]}"
