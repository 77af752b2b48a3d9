"""CSV tables that are read row by row.

A row that cannot be read is set aside and named, with its file and line; the others are used.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO
from typing import NamedTuple

from marketdata.catalog.securities import our_code

SHOWN = 20
"""Characters of a wrong value that a remark repeats."""

NOTHING = frozenset({"", "-", "--"})
"""The ways in which a file may write that there is no value."""


class LineError(ValueError):
    """A table that cannot be used because of one of its lines.

    Parameters
    ----------
    line : int
        The line, from 1 on.
    reason : str
        What is wrong with it.
    """

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")


class Remark(NamedTuple):
    """What is wrong with a row, and the line on which it ends."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class CsvTable:
    """The fields of a table as they are written.

    Attributes
    ----------
    names : list of str
        The names of the columns.
    rows : list of (int, list of str)
        Each row's last line, from 1 on, and its fields. Blank lines are left out.
    """

    names: list[str]
    rows: list[tuple[int, list[str]]]

    def record(self, fields: Sequence[str], *, padded: bool = False) -> dict[str, str]:
        """Return a row's fields by column.

        Parameters
        ----------
        fields : sequence of str
            One of `rows`.
        padded : bool
            Whether empty fields at the end may be left out.

        Raises
        ------
        ValueError
            It has too many fields or too few: any of them may belong to another column.
        """
        lacking = len(self.names) - len(fields)
        if lacking < 0 or (lacking > 0 and not padded):
            raise ValueError(f"{len(fields)} fields and not {len(self.names)}")
        return dict(zip(self.names, [*fields, *[""] * lacking], strict=True))


def read_table(content: bytes, needed: Sequence[str], *, any_case: bool = False) -> CsvTable:
    """Parse a table.

    Parameters
    ----------
    content : bytes
        CSV with a header, in UTF-8.
    needed : sequence of str
        Columns that must be there.
    any_case : bool
        Whether the header may be in capitals.

    Raises
    ------
    LineError
        The content is not such a table.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise LineError(line, "it is not UTF-8") from error
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        names = [name.strip() for name in next(reader, [])]
        rows = [(reader.line_num, fields) for fields in reader if fields]
    except csv.Error as error:
        raise LineError(reader.line_num, str(error)) from error
    names = [name.lower() for name in names] if any_case else names
    if lacking := set(needed) - set(names):
        raise LineError(1, f"columns are missing: {', '.join(sorted(lacking))}")
    return CsvTable(names, rows)


def checked_day(text: str) -> str:
    """Return a day unchanged; raise ValueError if it is none."""
    try:
        if date.fromisoformat(text).strftime("%Y%m%d") == text:
            return text
    except ValueError:
        pass
    raise ValueError(f"{shown(text)} is no day (YYYYMMDD)")


def checked_code(text: str) -> str:
    """Return a code in our form; raise ValueError if it is none."""
    code = our_code(text)
    if code is None:
        raise ValueError(f"{shown(text)} is no code")
    return code


def maybe_day(text: str) -> str | None:
    """Return a day unchanged, or None for an empty field; raise ValueError if it is none."""
    return checked_day(text) if text else None


def number_of(text: str) -> float:
    """Return a number; raise ValueError if the text is none, like `1_000`."""
    if "_" in text:
        raise ValueError(text)
    return float(text)


def shown(text: str) -> str:
    """Return a wrong value as a remark repeats it."""
    return repr(text[:SHOWN])


def notes_of(path: str, remarks: Sequence[Remark], most: int) -> list[str]:
    """Return remarks on a file's rows in words; only the first ones if there are many.

    Parameters
    ----------
    path : str
        The file, below `imports/`.
    remarks : sequence of Remark
        In the order of lines.
    most : int
        How many of them to name; the others are counted.
    """
    notes = [f"imports/{path} line {line}: {reason}" for line, reason in remarks[:most]]
    if len(remarks) > most:
        notes.append(f"imports/{path}: {len(remarks) - most} more rows like these")
    return notes
