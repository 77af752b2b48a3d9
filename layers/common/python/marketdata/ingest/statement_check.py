"""The check of fetched statements: every rule of a good row. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
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
        (rows that share a key and the actual announcement date, none of them announced later, and
        differ in a column of the statement).
    """
    found = [_reason(row, statement, codes, start, end) for row in rows]
    sound = [place for place, why in enumerate(found) if not why]
    for places in _alike(sound, rows):
        if _contradictory([rows[place] for place in places], statement):
            for place in places:
                found[place] = "contradictory"
    return found


def announced_last(rows: Sequence[StatementRow]) -> list[StatementRow]:
    """Return of the rows that share a key the one that was actually announced last.

    Parameters
    ----------
    rows : sequence of mapping
        Good rows, see `statement_faults`.

    Returns
    -------
    list of mapping
        One row per key. A row without an actual announcement date counts as announced before all
        others. Rows that differ in foreign columns only yield the one with most values, always the
        same one whatever their order.
    """
    places = _alike(range(len(rows)), rows)
    return [max((rows[place] for place in alike), key=_rank) for alike in places]


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


def _alike(places: Iterable[int], rows: Sequence[StatementRow]) -> list[list[int]]:
    """Group rows that share a key."""
    alike: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    for place in places:
        alike[tuple(map(rows[place].get, KEY))].append(place)
    return list(alike.values())


def _contradictory(rows: Sequence[StatementRow], statement: Statement) -> bool:
    """Say whether rows of one key differ so that there is no telling which one is right.

    A company's name has several spellings, and foreign columns may say when a row was written.
    """
    last = max(map(_announced, rows))
    rivals = [row for row in rows if _announced(row) == last]
    names = ("report_type", *statement.columns)
    return any(row.get(name) != rivals[0].get(name) for row in rivals[1:] for name in names)


def _announced(row: StatementRow) -> str:
    return str(row.get("actual_ann_date") or "")


def _rank(row: StatementRow) -> tuple[str, int, str]:
    known = {name: value for name, value in row.items() if value is not None}
    return _announced(row), len(known), repr(sorted(known.items()))
