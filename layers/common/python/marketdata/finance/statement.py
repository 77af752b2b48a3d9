"""What a statement is: the three of them, their columns, and the text of one row.

A row is one line of compact JSON that begins with its header, so that rows can be told apart
without being parsed::

    {"reporting_period":"20110930","statement_type":"1","report_type":null,"ann_date":null,…
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import NamedTuple, Self

import orjson

from marketdata.blocks.dataset import Kind
from marketdata.errors import BlockCorruptError
from marketdata.finance.columns import BALANCE_SHEET, CASH_FLOW, INCOME

FINANCE = "finance"
"""The prefix of the statement datasets' names."""

CONSOLIDATED = "1"
"""The statement type 合并 (consolidated): the group as one company."""

HEADER = (
    "reporting_period",
    "statement_type",
    "report_type",
    "ann_date",
    "actual_ann_date",
    "security_name",
)
"""The columns that say what a row is; all are strings. The last four may be null."""

TEXTS = frozenset({"comments", "comp_type_code", "currency_code", "is_calculation"})
"""Columns of codes and remarks. The manual calls them floats, which their names contradict, so
both floats and strings are accepted."""

_KEY = re.compile(
    rb'\{"reporting_period":"([0-9]{8})","statement_type":"([0-9A-Za-z]+)",'
    rb'"report_type":(?:null|"(?:[^"\\]|\\.)*"),"ann_date":(?:null|"([0-9]{8})")[,}]'
)

_ACTUAL = re.compile(rb',"actual_ann_date":"([0-9]{8})"')
"""What follows the date of announcement in a row that has this one too."""

type Value = float | str | None
type StatementRow = Mapping[str, Value]
"""One row by column; see `statement_line`."""


class Statement(StrEnum):
    """Which of the three statements."""

    BALANCE_SHEET = "balance_sheet"
    INCOME = "income"
    CASH_FLOW = "cash_flow"

    @property
    def columns(self) -> tuple[str, ...]:
        """The SDK's columns in lower case: amounts in yuan, and those of `TEXTS`."""
        return _COLUMNS[self]


_COLUMNS = {
    Statement.BALANCE_SHEET: BALANCE_SHEET,
    Statement.INCOME: INCOME,
    Statement.CASH_FLOW: CASH_FLOW,
}


@dataclass(frozen=True, slots=True)
class StatementDataset:
    """One statement of all stocks; blocks and tasks use it as they use `kline.bars.BarDataset`."""

    statement: Statement

    @classmethod
    def parse(cls, name: str) -> Self:
        """Read a name such as "finance.income".

        Raises
        ------
        ValueError
            No statement has this name.
        """
        group, _, statement = name.partition(".")
        if group != FINANCE:
            raise ValueError(f"{name!r} is not a statement")
        return cls(Statement(statement))

    @property
    def name(self) -> str:
        """The dataset's name, such as "finance.income"."""
        return f"{FINANCE}.{self.statement}"

    @property
    def kind(self) -> Kind:
        """The kind of security that the statements are about."""
        return Kind.STOCK

    @property
    def intraday(self) -> bool:
        """False: a part is a year, as it is for daily bars."""
        return False

    @property
    def one_a_day(self) -> bool:
        """False: a period may have rows of several types and announcements."""
        return False

    @property
    def operation(self) -> str:
        """The operation by which the upstream function fetches the statements."""
        return "fetch_statements"


class StatementKey(NamedTuple):
    """The unique key of a row of one company and statement; sorts in the order of a block.

    Attributes
    ----------
    period : str
        The reporting period's last day, YYYYMMDD.
    type : str
        `CONSOLIDATED` or another of the source's types.
    announced : str
        The date of announcement, YYYYMMDD; empty if the source does not say.
    """

    period: str
    type: str
    announced: str


def statement_line(statement: Statement, row: StatementRow) -> bytes:
    """Write a row as a line of a block.

    Parameters
    ----------
    statement : Statement
        The statement that the row belongs to.
    row : mapping
        `reporting_period` and `statement_type`, and any columns of `HEADER` and the statement;
        of other columns only finite numbers are taken.

    Returns
    -------
    bytes
        Strict JSON with every column, null if the row lacks it, followed by whatever other numbers
        the source gave; each float reads back as the same number, and as a float.

    Raises
    ------
    KeyError
        The period or the type is missing.
    """
    period, kind, *others = HEADER
    line: dict[str, Value] = {period: row[period], kind: row[kind]}
    line |= {name: row.get(name) for name in others}
    for name in statement.columns:
        value = row.get(name)
        line[name] = value if value is None or isinstance(value, str) else float(value)
    for name in sorted(row.keys() - line.keys()):
        value = row[name]
        if isinstance(value, float | int) and isfinite(value):
            line[name] = float(value)
    return orjson.dumps(line)


def key_of(line: bytes) -> StatementKey:
    """Read a line's key.

    Raises
    ------
    BlockCorruptError
        It is not a line that `statement_line` wrote.
    """
    found = _KEY.match(line)
    if found is None:
        raise BlockCorruptError("a stored row is not a statement")
    return StatementKey(*(each.decode() if each else "" for each in found.groups()))


def merge_statements(old: Sequence[bytes], new: Sequence[bytes]) -> list[bytes]:
    """Merge rows of one company and statement.

    Parameters
    ----------
    old, new : sequence of bytes
        Rows in any order.

    Returns
    -------
    list of bytes
        Sorted by key, one row for every key in either. If both have one, that of `new` is kept, and
        within one sequence the later.
    """
    by_key = {key_of(line): line for line in (*old, *new)}
    return [by_key[key] for key in sorted(by_key)]


def known_since(line: bytes) -> str:
    """Return the day, YYYYMMDD, from which on a row's figures were public; empty if unknown.

    Of its two dates of announcement this is the later one. Where a correction takes over the first
    date of what it corrects, the other one is its own.
    """
    announced = key_of(line).announced
    header = _KEY.match(line)
    actual = _ACTUAL.match(line, header.end() - 1) if header else None
    return max(announced, actual[1].decode()) if actual else announced


def newest(
    lines: Iterable[bytes], start: str, end: str, statement_type: str, as_of: str | None = None
) -> dict[str, bytes]:
    """Return the row of each period that was announced last.

    Parameters
    ----------
    lines : iterable of bytes
        Rows of one company and statement, sorted by key.
    start, end : str
        First and last day, YYYYMMDD, between which the periods end.
    statement_type : str
        The type of the rows to choose from.
    as_of : str, optional
        Choose only from rows that were public on this day, YYYYMMDD, for certain.

    Returns
    -------
    dict
        Row by period, in chronological order. Of several, the one with the latest `ann_date` wins,
        on a day too, even if another one's figures were public later. A row without a date of
        announcement counts as announced before all others, and as never announced if `as_of` is
        given.
    """
    chosen = {}
    for line in lines:
        key = key_of(line)
        if key.type == statement_type and start <= key.period <= end:
            if as_of and not "" < known_since(line) <= as_of:
                continue
            chosen[key.period] = line
    return chosen


def replaced(
    lines: Iterable[bytes], start: str, end: str, statement_type: str, as_of: str
) -> set[str]:
    """Return the periods of which the newest announcement by a day is not stored any more.

    A row that was announced by then, with figures that were public only later, proves that others
    were: a correction has taken their place.

    Parameters
    ----------
    lines, start, end, statement_type
        As in `newest`.
    as_of : str
        The day, YYYYMMDD.
    """
    later: dict[str, bool] = {}
    for line in lines:
        key = key_of(line)
        asked = key.type == statement_type and start <= key.period <= end
        if asked and "" < key.announced <= as_of:
            later[key.period] = known_since(line) > as_of
    return {period for period, found in later.items() if found}
