"""Bars of the source `files`: one CSV file per code."""

import re
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from math import inf, nan
from typing import NamedTuple

import pandas as pd

from marketdata.kline.bars import OHLC, BarDataset
from marketdata.sources.files.tables import (
    NOTHING,
    CsvTable,
    LineError,
    Remark,
    checked_day,
    number_of,
    read_table,
    shown,
)
from marketdata.sources.source import frame_columns, join_frames

DAY_FORM = "[0-9]{8}"
TIME_FORM = "[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}"
NEEDED = frozenset({*OHLC, "volume"})
"""Columns without which a bar is none."""


class DayRemark(NamedTuple):
    """What is wrong with a row whose day is known."""

    day: str
    remark: Remark


@dataclass(slots=True)
class BarFile:
    """The content of a file.

    Attributes
    ----------
    frame : DataFrame
        Its bars, see `FetchedBars`. A value that cannot be read is infinite, so that the check
        before storing sets its bar aside: the day has a row and must not pass for one without.
    remarks : list of DayRemark
        Rows of the frame with something wrong.
    undated : list of Remark
        Rows that could belong to any day, and are not in the frame.
    days : set of str
        Days of which a row says something: not those of which it has empty fields only.
    """

    frame: pd.DataFrame
    remarks: list[DayRemark] = field(default_factory=list)
    undated: list[Remark] = field(default_factory=list)
    days: set[str] = field(init=False)

    def __post_init__(self) -> None:
        said = self.frame[sorted(NEEDED)].notna().any(axis=1)
        self.days = set(self.frame["trade_date"][said])


def parse_bars(dataset: BarDataset, code: str, content: bytes) -> BarFile:
    """Parse a whole file.

    Parameters
    ----------
    dataset : BarDataset
        The dataset of the file.
    code : str
        The code of the file.
    content : bytes
        A table with the columns of a frame of that dataset less the code; others are ignored.

    Raises
    ------
    ValueError
        The content is not such a table, or none of its rows can be read.
    """
    if not content.strip():
        return BarFile(join_frames(dataset, []))
    frame = _sound(dataset, content)
    if frame is not None:
        frame.insert(0, "code", code)
        return BarFile(frame)
    return _row_by_row(dataset, code, read_table(content, frame_columns(dataset)[1:]))


def _sound(dataset: BarDataset, content: bytes) -> pd.DataFrame | None:
    """Parse a file without faults, as nearly all are, fast; return None for any other."""
    columns = frame_columns(dataset)[1:]
    try:
        frame = pd.read_csv(
            BytesIO(content),
            dtype={name: "float64" if name in dataset.columns else "str" for name in columns},
            keep_default_na=False,
            na_values={name: [""] for name in dataset.columns},
        )
    except ValueError:
        return None
    width = len(frame.columns)
    # A row that ends early would have nulls for what it lacks.
    whole = b'"' in content or content.count(b",") == (len(frame) + 1) * (width - 1)
    if not whole or not set(columns) <= set(frame.columns):
        return None
    if not all(map(_is_day, frame["trade_date"].unique().tolist())):
        return None
    if "kline_time" in columns and not frame["kline_time"].str.fullmatch(TIME_FORM).all():
        return None
    return frame[columns].copy()


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).strftime("%Y%m%d") == text
    except ValueError:
        return False


def _row_by_row(dataset: BarDataset, code: str, table: CsvTable) -> BarFile:
    rows = [_read_row(dataset, table, line, fields) for line, fields in table.rows]
    faulty = [row.remark for row in rows if row.unreadable and row.remark]
    if rows and len(faulty) == len(rows):
        line, reason = faulty[0]
        raise LineError(line, f"{reason}; no other row can be read either")
    dated = [row for row in rows if row.day]
    columns = frame_columns(dataset)
    bars = pd.DataFrame([[code, row.day, *row.values] for row in dated], columns=columns)
    return BarFile(
        join_frames(dataset, [join_frames(dataset, []), bars]),
        [DayRemark(row.day, row.remark) for row in dated if row.remark],
        [row.remark for row in rows if row.remark and not row.day],
    )


class BarRow(NamedTuple):
    """A row of a file with faults.

    Attributes
    ----------
    day : str
        Empty if it cannot be read.
    values : list
        The frame's columns after the day.
    unreadable : bool
        Whether any of it cannot be read.
    remark : Remark or None
        What is wrong with it.
    """

    day: str
    values: list[str | float]
    unreadable: bool
    remark: Remark | None


def _read_row(dataset: BarDataset, table: CsvTable, line: int, fields: list[str]) -> BarRow:
    faults: list[str] = []
    hints: list[str] = []
    record = dict(zip(table.names, fields, strict=False))
    whole = len(fields) == len(table.names)
    if not whole:
        faults.append(f"{len(fields)} fields and not {len(table.names)}")
    try:
        day = checked_day(record.get("trade_date", ""))
    except ValueError as error:
        day = ""
        faults.append(str(error))
    values: list[str | float] = []
    if dataset.intraday:
        time = record.get("kline_time", "")
        values.append(time)
        if not re.fullmatch(TIME_FORM, time):
            faults.append(f"{shown(time)} is no time (YYYY-MM-DD HH:MM:SS)")
    for name in dataset.columns:
        # A field too many or too few may have shifted all others.
        text = record[name].strip() if whole else ""
        try:
            values.append(inf if not whole else nan if text in NOTHING else number_of(text))
        except ValueError:
            values.append(inf)
            faults.append(f"{name} is {shown(text)}")
        if text and text in NOTHING and name in NEEDED:
            hints.append(f"{name} is {shown(text)}")
    reasons = [*faults, *hints]
    remark = Remark(line, ", ".join(reasons)) if reasons else None
    return BarRow(day, values, bool(faults), remark)
