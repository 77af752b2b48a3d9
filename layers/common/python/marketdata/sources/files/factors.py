"""Adjustment factors as the source `files` has them: one CSV file a code."""

import csv
from datetime import date
from io import StringIO

from marketdata.kline.adjust.steps import Steps, steps_of

COLUMNS = ("trade_date", "factor")
SHOWN = 20
"""So much of a wrong value is repeated in an error."""


def parse_factors(content: bytes) -> Steps:
    """Read a code's factors.

    Parameters
    ----------
    content : bytes
        A table with `trade_date` and the cumulative (后复权) `factor`, of every day or of those on
        which it changes. The last row's day is the one until which the factors are known: without
        it, a file that nobody keeps up would make prices wrong from the next ex-date on.

    Raises
    ------
    ValueError
        It is no such table, or `steps_of` cannot use it.
    """
    try:
        table = csv.DictReader(StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        if lacking := set(COLUMNS) - set(table.fieldnames or ()):
            raise ValueError(f"columns are missing: {', '.join(sorted(lacking))}")
        rows = [(row["trade_date"] or "", row["factor"] or "") for row in table]
    except csv.Error as error:
        raise ValueError(str(error)) from error
    return steps_of([_day(day) for day, _ in rows], [_factor(text) for _, text in rows])


def _day(text: str) -> str:
    try:
        if date.fromisoformat(text).strftime("%Y%m%d") == text:
            return text
    except ValueError:
        pass
    raise ValueError(f"{text[:SHOWN]!r} is no day")


def _factor(text: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        raise ValueError(f"{text[:SHOWN]!r} is no factor") from None
