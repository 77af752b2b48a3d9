"""Rows as a table in CSV. Pure."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


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
    writer.writerows((_cell(code), *(_cell(row[name]) for name in columns)) for code, row in rows)
    return table.getvalue().encode()


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    if isinstance(value, bool):
        return "true" if value else "false"
    return value
