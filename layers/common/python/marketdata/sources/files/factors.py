"""Adjustment factors of the source `files`: one CSV file per code."""

from marketdata.kline.adjust.steps import Steps, steps_of
from marketdata.sources.files.tables import checked_day, number_of, read_table, shown

COLUMNS = ("trade_date", "factor")


def parse_factors(content: bytes) -> Steps:
    """Parse the factors of a code.

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
    days: list[str] = []
    factors: list[float | None] = []
    table = read_table(content, COLUMNS)
    for line, fields in table.rows:
        try:
            row = table.record(fields, padded=True)
            days.append(checked_day(row["trade_date"]))
            factors.append(_factor(row["factor"]))
        except ValueError as error:
            raise ValueError(f"line {line}: {error}") from error
    return steps_of(days, factors)


def _factor(text: str) -> float | None:
    try:
        return number_of(text) if text else None
    except ValueError:
        raise ValueError(f"{shown(text)} is not a factor") from None
