"""Statements of the source `files`: one CSV file for each of the three."""

import csv
import re
from collections.abc import Iterator
from contextlib import suppress
from io import StringIO

from marketdata.finance.statement import HEADER, TEXTS, Statement, StatementRow, Value
from marketdata.sources.source import FetchedStatements, StatementRequest

SHOWN = 20
"""How many characters of a wrong value an error repeats."""

NEEDED = ("code", "reporting_period", "statement_type")

ALIASES = {Statement.BALANCE_SHEET: {"total_noncur_assets": "tot_noncur_assets"}}
"""Names that a file may use for one of the SDK's columns; answers have the value under both."""

_DAY = re.compile("[0-9]{8}")


def parse_statements(content: bytes, request: StatementRequest) -> FetchedStatements:
    """Parse the requested rows.

    Parameters
    ----------
    content : bytes
        A table with the columns `NEEDED`, any others of `finance.statement.HEADER` and any of the
        statement, in upper or lower case; from further columns only numbers are taken. An empty
        field is null.
    request : StatementRequest
        The requested rows.

    Returns
    -------
    FetchedStatements
        A row that cannot be read fails only its code.

    Raises
    ------
    ValueError
        The content is not such a table.
    """
    found = FetchedStatements()
    wanted = set(request.codes)
    for record in _records(content, request.statement):
        code, period = record["code"], record["reporting_period"]
        if code not in wanted:
            continue
        # A day in another format would be outside every range, and its row would seem not to exist.
        if not _DAY.fullmatch(period):
            found.failed[code] = f"it has {period[:SHOWN]!r} for a reporting period"
        elif request.start <= period <= request.end:
            try:
                found.rows.append(_row(request.statement, record))
            except ValueError as error:
                found.failed[code] = f"its row of {period} cannot be read: {error}"
    found.rows = [row for row in found.rows if row["code"] not in found.failed]
    return found


def _records(content: bytes, statement: Statement) -> Iterator[dict[str, str]]:
    try:
        table = csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        names = [name.strip().lower() for name in next(table, [])]
        if lacking := set(NEEDED) - set(names):
            raise ValueError(f"columns are missing: {', '.join(sorted(lacking))}")
        for fields in table:
            if fields:
                # With a field too many or too few, all others may have shifted.
                record = dict(zip(names, fields, strict=True))
                for name, column in ALIASES.get(statement, {}).items():
                    record.setdefault(column, record.get(name, ""))
                yield record
    except csv.Error as error:
        raise ValueError(str(error)) from error


def _row(statement: Statement, record: dict[str, str]) -> StatementRow:
    row: dict[str, Value] = {"code": record["code"]}
    row |= {name: record.get(name) or None for name in HEADER}
    for name in statement.columns:
        text = record.get(name)
        row[name] = None if not text else text if name in TEXTS else _number(name, text)
    for name in record.keys() - row.keys():
        with suppress(ValueError):
            row[name] = _number(name, record[name])
    return row


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{name} is {text[:SHOWN]!r}") from None
