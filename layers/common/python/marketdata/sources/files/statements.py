"""Statements of the source `files`: one CSV file for each of the three."""

from contextlib import suppress
from dataclasses import dataclass, field

from marketdata.catalog.securities import our_code
from marketdata.finance.periods import is_period
from marketdata.finance.statement import HEADER, TEXTS, Statement, StatementRow, Value
from marketdata.sources.files.tables import (
    NOTHING,
    Remark,
    checked_day,
    number_of,
    read_table,
    shown,
)
from marketdata.sources.source import StatementRequest

NEEDED = ("code", "reporting_period", "statement_type")

ALIASES = {Statement.BALANCE_SHEET: {"total_noncur_assets": "tot_noncur_assets"}}
"""Other names that a file may use for the SDK's columns: the answer has the value under both."""


@dataclass(slots=True)
class StatementFile:
    """The part of a file that was requested.

    Attributes
    ----------
    rows
        See `FetchedStatements`. A row keeps what is no number as text, so that the check before
        storing sets it aside.
    undated : dict
        Code → the first of its rows that could be of any period: the code fails.
    remarks : list of Remark
        Rows that cannot be read.
    """

    rows: list[StatementRow] = field(default_factory=list)
    undated: dict[str, Remark] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)


def parse_statements(content: bytes, request: StatementRequest) -> StatementFile:
    """Parse the requested rows.

    Parameters
    ----------
    content : bytes
        A table with the columns `NEEDED`, any others of `finance.statement.HEADER` and any of the
        statement, in upper or lower case; from further columns only numbers are taken. An empty
        field is null, and so is a dash.
    request : StatementRequest
        The requested rows.

    Raises
    ------
    ValueError
        The content is not such a table.
    """
    found = StatementFile()
    wanted = set(request.codes)
    table = read_table(content, NEEDED, any_case=True)
    for line, fields in table.rows:
        written = dict(zip(table.names, fields, strict=False)).get("code", "")
        code = our_code(written)
        if code is None:
            found.remarks.append(Remark(line, f"{shown(written)} is no code"))
        if code not in wanted:
            continue
        try:
            record = table.record(fields)
            period = _period(record["reporting_period"])
        except ValueError as error:
            # Any period that seems to have no row may be this one's.
            found.remarks.append(Remark(line, str(error)))
            found.undated.setdefault(code, Remark(line, str(error)))
            continue
        if request.start <= period <= request.end:
            row, faults = _row(request.statement, record | {"code": code})
            found.rows.append(row)
            if faults:
                found.remarks.append(Remark(line, ", ".join(faults)))
    return found


def _period(text: str) -> str:
    if not is_period(checked_day(text)):
        raise ValueError(f"{shown(text)} is no last day of a quarter")
    return text


def _row(statement: Statement, record: dict[str, str]) -> tuple[StatementRow, list[str]]:
    """Return a row, and which of its values are no numbers although they should be."""
    for name, column in ALIASES.get(statement, {}).items():
        record.setdefault(column, record.get(name, ""))
    row: dict[str, Value] = {"code": record["code"]}
    row |= {name: record.get(name) or None for name in HEADER}
    faults: list[str] = []
    for name in statement.columns:
        text = record.get(name, "")
        row[name] = text or None
        if name in TEXTS:
            continue
        try:
            row[name] = None if text.strip() in NOTHING else number_of(text)
        except ValueError:
            faults.append(f"{name} is {shown(text)}")
    for name in record.keys() - row.keys():
        with suppress(ValueError):
            row[name] = number_of(record[name])
    return row, faults
