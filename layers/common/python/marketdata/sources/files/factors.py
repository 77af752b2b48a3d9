"""Adjustment factors of the source `files`: one CSV file per code."""

import csv
from datetime import date
from io import StringIO

from marketdata.kline.adjust.steps import Steps, steps_of

COLUMNS = ("trade_date", "factor")
SHOWN = 20
"""How many characters of a wrong value an error repeats."""


def parse_factors(content: bytes) -> Steps:
    """Parse a code's factors.

    Parameters
    ----------
    content : bytes
        A table with `trade_date` and the cumulative (后复权) `factor`, for every day or for those
        on which it changes. The factors are known until the last row's day: without that limit,
        a file that is no longer updated would make prices wrong from the next ex-date on.

    Raises
    ------
    ValueError
        The content is not such a table, or `steps_of` cannot use it.
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
    raise ValueError(f"{text[:SHOWN]!r} is not a day")


def _factor(text: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        raise ValueError(f"{text[:SHOWN]!r} is not a factor") from None
