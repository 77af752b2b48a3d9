"""The check of fetched statements: every rule of a good row. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from math import isfinite

from marketdata.finance.periods import is_period
from marketdata.finance.statement import HEADER, TEXTS, Statement, StatementRow

KEY = ("code", "reporting_period", "statement_type", "ann_date")
"""The columns that identify a row of a statement."""

DAYS = ("ann_date", "actual_ann_date")

_TYPE = re.compile("[0-9A-Za-z]+")
_DAY = re.compile("[0-9]{8}")


def statement_faults(
    rows: Sequence[StatementRow], statement: Statement, codes: frozenset[str], start: str, end: str
) -> list[str]:
    """Return for each row why it must not be stored.

    Parameters
    ----------
    rows : sequence of mapping
        Rows as in `sources.source.FetchedStatements`.
    statement : Statement
        The statement that the rows belong to.
    codes : frozenset of str
        The codes that were requested.
    start, end : str
        The first and the last requested reporting period, YYYYMMDD.

    Returns
    -------
    list of str
        For each row the first rule that it breaks, "" for a good one: `not_a_period`,
        `not_requested`, `no_type`, `not_a_day`, `not_a_text`, `not_a_number`, `contradictory`
        (rows that share a key and differ).
    """
    found = [_reason(row, statement, codes, start, end) for row in rows]
    for place in _contradictory([place for place, why in enumerate(found) if not why], rows):
        found[place] = "contradictory"
    return found


def _reason(
    row: StatementRow, statement: Statement, codes: frozenset[str], start: str, end: str
) -> str:
    period = row.get("reporting_period")
    if not (_is_day(period) and is_period(str(period))):
        return "not_a_period"
    if row.get("code") not in codes or not start <= str(period) <= end:
        return "not_requested"
    kind = row.get("statement_type")
    if not (isinstance(kind, str) and _TYPE.fullmatch(kind)):
        return "no_type"
    if not all(row.get(name) is None or _is_day(row[name]) for name in DAYS):
        return "not_a_day"
    if not all(isinstance(row.get(name), str | None) for name in HEADER):
        return "not_a_text"
    return "" if all(map(_is_number, _numbers(row, statement))) else "not_a_number"


def _is_day(value: object) -> bool:
    if not (isinstance(value, str) and _DAY.fullmatch(value)):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _numbers(row: StatementRow, statement: Statement) -> Iterator[object]:
    for name in statement.columns:
        value = row.get(name)
        if value is not None and not (name in TEXTS and isinstance(value, str)):
            yield value


def _is_number(value: object) -> bool:
    return isinstance(value, float | int) and isfinite(value)


def _contradictory(places: Sequence[int], rows: Sequence[StatementRow]) -> Iterator[int]:
    """Yield rows that share a key and differ: there is no telling which one is right."""
    alike: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    for place in places:
        alike[tuple(map(rows[place].get, KEY))].append(place)
    for same in alike.values():
        if any(rows[place] != rows[same[0]] for place in same):
            yield from same
