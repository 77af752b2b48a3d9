"""Adjustment factors of the source `files`: one CSV file per code."""

from collections.abc import Sequence
from math import isfinite, isnan

from marketdata.kline.adjust.steps import Steps, steps_of
from marketdata.sources.files.tables import LineError, checked_day, number_of, read_table, shown

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
            raise LineError(line, str(error)) from error
    try:
        return steps_of(days, factors)
    except ValueError as error:
        place = _culprit(days, factors)
        if place is None:
            raise
        raise LineError(table.rows[place][0], str(error)) from error


def _culprit(days: Sequence[str], factors: Sequence[float | None]) -> int | None:
    """Return the row because of which factors cannot be used; None if there is none at all."""
    known = {place: each for place, each in enumerate(factors) if not (each is None or isnan(each))}
    wrong = [place for place, each in known.items() if not (isfinite(each) and each > 0)]
    first = dict(zip(reversed(days), range(len(days) - 1, -1, -1), strict=True))
    again = [place for place, day in enumerate(days) if first[day] < place]
    lacking = [place for place in range(min(known, default=0), len(days)) if place not in known]
    return next(iter([*wrong, *again, *lacking])) if known else None


def _factor(text: str) -> float | None:
    try:
        return number_of(text) if text else None
    except ValueError:
        raise ValueError(f"{shown(text)} is not a factor") from None
