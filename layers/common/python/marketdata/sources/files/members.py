"""Indices and industries of the source `files`: their members, weights, and the industries."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from marketdata.catalog.constituents import Industry, Membership
from marketdata.sources.files.tables import (
    NOTHING,
    LineError,
    Remark,
    checked_code,
    checked_day,
    maybe_day,
    number_of,
    read_table,
    shown,
)

INDUSTRY_COLUMNS = ("code", "name", "level", "parent", "classification")


@dataclass(slots=True)
class WeightFile:
    """The weights in the file of an index, day → code → percent, and the rows set aside."""

    days: dict[str, dict[str, float]] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)


def parse_members(content: bytes) -> list[Membership]:
    """Parse the members of an index or an industry; they are used as a whole or not at all.

    Who is not named counts as a member that has left, so no row may be passed over.

    Raises
    ------
    ValueError
        The content is not such a table.
    """
    remarks: list[Remark] = []
    found: list[Membership] = []
    for line, row in _rows(content, ("code", "in_date", "out_date"), remarks):
        try:
            code, first = checked_code(row["code"]), checked_day(row["in_date"])
            last = None if row["out_date"] in NOTHING else maybe_day(row["out_date"])
        except ValueError as error:
            remarks.append(Remark(line, str(error)))
        else:
            found.append(Membership(code, first, last))
    _refuse(remarks)
    return found


def parse_weights(content: bytes, start: str, end: str) -> WeightFile:
    """Parse the weights of an index from one day to another; one that is null is left out.

    Raises
    ------
    ValueError
        The content is not such a table.
    """
    found = WeightFile()
    for line, row in _rows(content, ("trade_date", "code", "weight"), found.remarks):
        try:
            day, code = checked_day(row["trade_date"]), checked_code(row["code"])
            if start <= day <= end and row["weight"] not in NOTHING:
                _add_weight(found.days, day, code, row["weight"])
        except ValueError as error:
            found.remarks.append(Remark(line, str(error)))
    return found


def parse_industries(content: bytes) -> list[Industry]:
    """Parse `industries.csv`, which is used as a whole or not at all.

    Raises
    ------
    ValueError
        It is not such a table.
    """
    remarks: list[Remark] = []
    found: dict[str, Industry] = {}
    for line, row in _rows(content, INDUSTRY_COLUMNS, remarks):
        try:
            _add_industry(found, row)
        except ValueError as error:
            remarks.append(Remark(line, str(error)))
    _refuse(remarks)
    return [*found.values()]


def _refuse(remarks: Sequence[Remark]) -> None:
    """Refuse a list of which a row cannot be read."""
    for line, reason in sorted(remarks)[:1]:
        raise LineError(line, reason)


def _rows(
    content: bytes, columns: tuple[str, ...], remarks: list[Remark]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row's line and its fields; a row of another length is added to the remarks."""
    table = read_table(content, columns)
    for line, fields in table.rows:
        try:
            record = table.record(fields, padded=True)
        except ValueError as error:
            remarks.append(Remark(line, str(error)))
            continue
        yield line, {name: text.strip() for name, text in record.items()}


def _add_weight(days: dict[str, dict[str, float]], day: str, code: str, text: str) -> None:
    if code in days.get(day, {}):
        raise ValueError(f"{code} has a weight on {day} already")
    try:
        weight = number_of(text)
    except ValueError:
        raise ValueError(f"{shown(text)} is no weight") from None
    days.setdefault(day, {})[code] = weight


def _add_industry(found: dict[str, Industry], row: dict[str, str]) -> None:
    code = checked_code(row["code"])
    if code in found:
        raise ValueError(f"{code} is there already")
    if not (row["level"].isascii() and row["level"].isdigit() and int(row["level"]) > 0):
        raise ValueError(f"{shown(row['level'])} is no level")
    found[code] = Industry(
        code,
        row["name"],
        int(row["level"]),
        None if row["parent"] in NOTHING else checked_code(row["parent"]),
        row["classification"],
    )
