"""Other forms of rows than the stored one: some of their columns, one array a column, CSV. Pure.

A column that a row does not have is null in it.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

import orjson

from marketdata.blocks.codec import JOINT
from marketdata.kline.rows import RowSet

TIMES = ("trade_date", "kline_time")
"""The columns that say of when a row is; a form leaves out the second where rows have none."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""

_JSON_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*"')
_FORMULA_IN_TEXT = re.compile(rb'(?<=[",; ])[=+\-@]')
"""The same in JSON, whose texts a spreadsheet cuts at each comma, or semicolon."""


class RowFormat(StrEnum):
    """How the rows of an answer are arranged."""

    ROWS = "rows"
    """For each code an array of objects, as they are stored."""
    COLUMNS = "columns"
    """For each code an object with one array a column."""
    CSV = "csv"
    """One table of all codes."""


def chosen(rows: RowSet, columns: Sequence[str]) -> RowSet:
    """Return the rows of all codes with some of their columns, in this order."""

    def text(code: str) -> bytes:
        kept = ({name: row.get(name) for name in columns} for row in _parsed(rows.rows[code]))
        return JOINT.join(map(orjson.dumps, kept))

    return RowSet.of({code: text(code) for code in rows.pieces}, rows.meta)


def arrays(rows: RowSet, columns: Sequence[str]) -> dict[str, dict[str, list[Any]]]:
    """Return some columns of the rows of each code, see `turned`."""
    return {code: turned(_parsed(text), columns) for code, text in rows.rows.items()}


def turned(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> dict[str, list[Any]]:
    """Return some columns of parsed rows, each as a list with one value per row."""
    return {name: [row.get(name) for row in rows] for name in columns}


def csv_text(rows: RowSet, columns: Sequence[str]) -> bytes:
    """Return one table of the rows of all codes, see `csv_table`."""
    each_row = ((code, row) for code, text in rows.rows.items() for row in _parsed(text))
    return csv_table(each_row, columns)


def csv_table(rows: Iterable[tuple[str, Mapping[str, Any]]], columns: Sequence[str]) -> bytes:
    """Return a table as RFC 4180 has it.

    Parameters
    ----------
    rows : iterable of (str, mapping)
        A code and a parsed row of it each.
    columns : sequence of str
        The columns after `code`.

    Returns
    -------
    bytes
        UTF-8. What is null is an empty cell. A text that a spreadsheet would take for a formula has
        an apostrophe before it, which makes it a text there.
    """
    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\r\n")
    writer.writerow(("code", *columns))
    writer.writerows(
        (_cell(code), *(_cell(row.get(name)) for name in columns)) for code, row in rows
    )
    return table.getvalue().encode()


def meta_line(meta: Mapping[str, Any]) -> bytes:
    """Return a comment before a CSV table: ``# `` and `meta` as JSON.

    Where a spreadsheet cuts the line at its commas, no piece of it begins a formula either.
    """
    return b"# %b\r\n" % _JSON_TEXT.sub(_harmless, orjson.dumps(meta))


def _harmless(text: re.Match[bytes]) -> bytes:
    return _FORMULA_IN_TEXT.sub(lambda sign: b"\\u%04x" % ord(sign[0]), text[0])


def _parsed(text: bytes) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = orjson.loads(b"[%b]" % text)
    return rows


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    if isinstance(value, bool):
        return "true" if value else "false"
    return value
