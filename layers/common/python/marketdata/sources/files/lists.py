"""The lists of the source `files`: securities, suspensions and the trading calendar."""

from dataclasses import dataclass, field

from marketdata.blocks.dataset import Kind
from marketdata.catalog.calendar import MARKETS
from marketdata.catalog.lives import add_life
from marketdata.catalog.securities import Security, market_of
from marketdata.sources.files.tables import (
    LineError,
    Remark,
    checked_code,
    checked_day,
    maybe_day,
    read_table,
    shown,
)
from marketdata.sources.source import BarRequest, Halt

SECURITY_COLUMNS = ("code", "name", "type", "list_date", "delist_date")


@dataclass(slots=True)
class SecurityList:
    """The securities of `securities.csv`, and the rows that were set aside."""

    securities: list[Security] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


@dataclass(slots=True)
class SuspensionList:
    """The suspensions in `suspensions.csv`, code → day → reason, and the rows set aside."""

    halted: dict[str, dict[str, Halt]] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)


def parse_securities(content: bytes) -> SecurityList:
    """Parse `securities.csv`.

    Raises
    ------
    ValueError
        It is not such a table, or none of its rows can be read.
    """
    securities: dict[str, Security] = {}
    remarks: list[Remark] = []
    table = read_table(content, SECURITY_COLUMNS)
    for line, fields in table.rows:
        try:
            add_life(securities, _security(table.record(fields, padded=True)))
        except ValueError as error:
            remarks.append(Remark(line, str(error)))
    if remarks and not securities:
        line, reason = remarks[0]
        raise LineError(line, f"{reason}; no other row can be read either")
    return SecurityList([*securities.values()], remarks)


def parse_calendar(content: bytes) -> list[str]:
    """Parse `calendar.csv`; return its trading days in order.

    Raises
    ------
    LineError
        It is not such a table. A calendar is used as a whole or not at all.
    """
    table = read_table(content, ("trade_date",))
    days: list[str] = []
    for line, fields in table.rows:
        try:
            days.append(checked_day(table.record(fields, padded=True)["trade_date"]))
        except ValueError as error:
            raise LineError(line, str(error)) from error
    return sorted(days)


def parse_suspensions(content: bytes, request: BarRequest, end: str) -> SuspensionList:
    """Parse what `suspensions.csv` says about a request, up to the day `end`.

    Raises
    ------
    ValueError
        It is not such a table.
    """
    found = SuspensionList()
    table = read_table(content, ("code", "trade_date"))
    wanted = set(request.codes)
    for line, fields in table.rows:
        try:
            row = table.record(fields, padded=True)
            code, day = checked_code(row["code"]), checked_day(row["trade_date"])
        except ValueError as error:
            found.remarks.append(Remark(line, str(error)))
            continue
        if code in wanted and request.start <= day <= end:
            found.halted.setdefault(code, {})[day] = "suspended"
    return found


def _security(row: dict[str, str]) -> Security:
    """Parse a row; raise ValueError if its code, type or a date is invalid."""
    code, written = checked_code(row["code"]), row["code"].strip()
    if market_of(code) not in MARKETS:
        raise ValueError(f"{written} is of no known market")
    if row["type"] not in set(Kind):
        raise ValueError(f"{written} has {shown(row['type'])} for a type")
    return Security(
        code,
        row["name"],
        Kind(row["type"]),
        market_of(code),
        list_date=maybe_day(row["list_date"]),
        delist_date=maybe_day(row["delist_date"]),
        spelling=written if written != code else None,
    )
