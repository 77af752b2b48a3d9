"""Figures about all rows of an answer, of which it shows only some. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

FIGURES = ("first", "last", "min", "max", "mean")
"""What is told of each column of numbers, in this order."""

RETURN, RAW_CHANGE = "return", "raw_change"
"""What a change of the close is called: it is no return where it holds ex-dates or rolls."""

SIGNIFICANT = 6
"""Digits of figures that are computed here; values of rows keep all of theirs."""

type Row = Sequence[Any]


def plain(value: Any) -> Any:
    """Return a number without a fraction of zero, which only costs tokens; the value is the same.

    Beyond 2**53 a float is no exact count any more, and stays as it is.
    """
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def rounded(value: float) -> Any:
    """Return a number with `SIGNIFICANT` digits."""
    return plain(float(f"{value:.{SIGNIFICANT}g}"))


def figures_of(columns: Sequence[str], rows: Sequence[Row]) -> dict[str, Any]:
    """Return the figures of rows in the order of time.

    Returns
    -------
    dict
        `rows`, their number; for each column of numbers its `FIGURES`; for each column of truths,
        in `days_true`, how often it is true. Columns without a value are left out.
    """
    said: dict[str, Any] = {"rows": len(rows)}
    truths: dict[str, int] = {}
    for at, name in enumerate(columns):
        values = [row[at] for row in rows if row[at] is not None]
        if values and all(isinstance(value, bool) for value in values):
            truths[name] = sum(values)
        elif values and all(isinstance(value, int | float) for value in values):
            said[name] = _figures(values)
    return said | ({"days_true": truths} if truths else {})


def growth(rows: Sequence[Mapping[str, Any]], name: str = RETURN) -> dict[str, Any]:
    """Return by how much the close has changed over parsed rows; empty if unknown.

    Parameters
    ----------
    rows : sequence of mapping
        The rows, in the order of time.
    name : str
        What it is called: `RAW_CHANGE` where prices jump without anybody gaining or losing.
    """
    closes = [row["close"] for row in rows if row.get("close") is not None]
    if not closes or not closes[0]:
        return {}
    return {name: rounded(closes[-1] / closes[0] - 1)}


def span_of(rows: Sequence[Row]) -> dict[str, str]:
    """Return the days of the first and of the last row, whose first columns are their days."""
    return {"from": rows[0][0], "to": rows[-1][0]} if rows else {}


def values_of(row: Mapping[str, Any], columns: Sequence[str]) -> list[Any]:
    """Return the values of a parsed row, null where it has no such column."""
    return [plain(row.get(name)) for name in columns]


def _figures(values: Sequence[float]) -> list[Any]:
    mean = sum(values) / len(values)
    exact = (values[0], values[-1], min(values), max(values))
    return [*map(plain, exact), rounded(mean)]
