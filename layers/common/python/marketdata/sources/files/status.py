"""The status of stocks in the source `files`: one CSV file per code."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, nan

import pandas as pd

from marketdata.sources.files.bars import DayRemark
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
from marketdata.sources.source import join_status
from marketdata.status.status import COLUMNS, FLAGS

YES, NO = frozenset({"1", "1.0", "true", "是"}), frozenset({"0", "0.0", "false", "否"})
"""The ways in which a file may write a flag, in letters of any case."""


@dataclass(slots=True)
class StatusFile:
    """The content of a file.

    Attributes
    ----------
    frame : DataFrame
        Its rows, see `FetchedStatus`. As in `BarFile`, a value that cannot be read is infinite, so
        that the check before storing sets its row aside.
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
    days: set[str] = field(default_factory=set)


def parse_status(code: str, content: bytes) -> StatusFile:
    """Parse a whole file.

    Parameters
    ----------
    code : str
        The code of the file.
    content : bytes
        A table with `trade_date` and any of the columns of a status; others are ignored.

    Raises
    ------
    ValueError
        The content is not such a table, or none of its rows can be read.
    """
    if not content.strip():
        return StatusFile(join_status([]))
    table = read_table(content, ["trade_date"])
    days = _days(table)
    values = {name: _values(table, name) for name in COLUMNS}
    columns = [*values.values()]
    remarks = {
        at: Remark(table.rows[at][0], ", ".join(_faults(table, at, values)))
        for at, row in enumerate(zip(days, *columns, strict=True))
        if not row[0] or inf in row
    }
    if remarks and len(remarks) == len(days):
        line, reason = remarks[0]
        raise LineError(line, f"{reason}; no other row can be read either")
    frame = pd.DataFrame({"code": code, "trade_date": days, **values})
    said = frame[list(COLUMNS)].notna().any(axis=1) & (frame["trade_date"] != "")
    return StatusFile(
        join_status([frame[frame["trade_date"] != ""].reset_index(drop=True)] if days else []),
        [DayRemark(days[at], remark) for at, remark in remarks.items() if days[at]],
        [remark for at, remark in remarks.items() if not days[at]],
        set(frame["trade_date"][said]),
    )


def _days(table: CsvTable) -> list[str]:
    """Return each row's day, empty if it cannot be read."""
    place = table.names.index("trade_date")
    texts = [fields[place].strip() if place < len(fields) else "" for _, fields in table.rows]
    found = {text: _day(text) for text in set(texts)}
    return [found[text] for text in texts]


def _day(text: str) -> str:
    try:
        return checked_day(text)
    except ValueError:
        return ""


def _values(table: CsvTable, name: str) -> list[float]:
    """Return each row's value of a column: NaN for null, infinite if it cannot be read."""
    place = table.names.index(name) if name in table.names else None
    width = len(table.names)
    # A field too many or too few may have shifted all others.
    texts = [
        None if len(fields) != width else "" if place is None else fields[place]
        for _, fields in table.rows
    ]
    # A column has far fewer different values than rows.
    found = {text: inf if text is None else _value(name, text.strip()) for text in set(texts)}
    return [found[text] for text in texts]


def _faults(table: CsvTable, at: int, values: Mapping[str, Sequence[float]]) -> Iterator[str]:
    """Yield what is wrong with a row."""
    _, fields = table.rows[at]
    record = dict(zip(table.names, fields, strict=False))
    if len(fields) != len(table.names):
        yield f"{len(fields)} fields and not {len(table.names)}"
    try:
        checked_day(record.get("trade_date", "").strip())
    except ValueError as error:
        yield str(error)
    if len(fields) == len(table.names):
        wrong = (name for name, column in values.items() if column[at] == inf)
        yield from (f"{name} is {shown(record[name])}" for name in wrong)


def _value(name: str, text: str) -> float:
    """Return a value: NaN for null, infinite if it cannot be read."""
    if text in NOTHING:
        return nan
    if name in FLAGS:
        word = text.lower()
        return 1.0 if word in YES else 0.0 if word in NO else inf
    try:
        return number_of(text)
    except ValueError:
        return inf
