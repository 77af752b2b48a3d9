"""Continuing a CSV file after its last day, without holes and without rows twice."""

import csv
import os
import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import click

from amazingdata_client.cli.days import as_date
from amazingdata_client.cli.output import columns_of, counted, say
from amazingdata_client.cli.rows import Outputs, plain_cell

since = click.option(
    "--since",
    type=click.Choice(["last"]),
    help="Continue the file of --csv after its last day; nothing is written unless it is complete.",
)


class Rows(Protocol):
    """Rows by code, which can be refused if any are missing."""

    @property
    def data(self) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """The rows of each code, in order of time."""

    def require_complete(self, *, strict: bool = False) -> Any:
        """Raise if anything is missing."""


@dataclass
class Tail:
    """The rows of a code's last day in a file, as they stand there."""

    day: str = ""
    moment: str = ""
    rows: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True)
class Continued:
    """A CSV file that is to be continued; without a header if it does not exist yet."""

    path: Path
    header: Sequence[str]
    tails: Mapping[str, Tail]
    version: tuple[int, ...] = ()
    line_end: str = "\n"

    @classmethod
    def of(cls, outputs: Outputs) -> "Continued":
        """Read the file of `--csv`.

        Raises
        ------
        click.UsageError
            Another output was asked for.
        click.ClickException
            It is not what this command has written.
        """
        name = outputs.csv_to.name if outputs.csv_to else "-"
        if name == "-" or outputs.parquet or outputs.as_json:
            raise click.UsageError(
                "--since last continues a file: give --csv FILE, and no other output"
            )
        path = Path(name).resolve()
        if not path.exists():
            return cls(path, [], {})
        if not path.is_file():
            raise click.UsageError(f"--since last: {path} is no regular file")
        try:
            version = _version(path)
            return cls(path, *_read(path), version, _line_end(path))
        except (ValueError, csv.Error) as error:
            raise click.ClickException(f"{path} cannot be continued: {error}") from None

    def with_own(self, codes: Sequence[str]) -> Sequence[str]:
        """Return codes with those of the file: of a kind some are not listed any more."""
        return list(dict.fromkeys([*codes, *self.tails]))

    def append(
        self,
        codes: Sequence[str],
        days: tuple[str, str],
        read: Callable[[Sequence[str], str], Rows],
        *,
        strict: bool,
    ) -> None:
        """Append what is after the last day of each code, and say how much that is.

        The last day itself is asked for, too, and must be what the file has: so it does not mix
        periods or adjustments, nor old prices with corrected ones.

        Parameters
        ----------
        codes : sequence of str
            Whose rows; none for those of the file.
        days : tuple
            The first day of codes that the file does not have, and the last one of all.
        read : callable
            Returns the rows of some codes from a day on.
        strict : bool
            Whether to refuse days without a row that nobody explains.
        """
        new: dict[str, list[dict[str, Any]]] = {}
        due = self._due(codes, *days)
        if not due:
            say(f"{self.path} goes until {days[1]} already")
            return
        if self.tails.keys().isdisjoint(chain.from_iterable(due.values())):
            self._recognize(days[1], read)
        for first, some in sorted(due.items()):
            result = read(some, first)
            result.require_complete(strict=strict)
            for code, rows in result.data.items():
                new[code] = self._after(code, [{"code": code, **row} for row in rows])
        rows = [row for each in new.values() for row in each]
        if rows:
            self._write(rows)
        say(f"{counted(len(rows), 'row')} of {counted(len(new), 'code')} appended to {self.path}")

    def _due(self, codes: Sequence[str], start: str, end: str) -> dict[str, list[str]]:
        """Return the codes to ask for, by the day from which on."""
        asked: dict[str, list[str]] = {}
        last = as_date(end)
        for code in codes or list(self.tails):
            first = self.tails[code].day if code in self.tails else start
            if not first:
                raise click.UsageError(f"{code} is not in {self.path} yet: give --start for it")
            began = as_date(first)
            if code in self.tails and began and last and began >= last:
                continue
            asked.setdefault(first, []).append(code)
        if not (codes or self.tails):
            raise click.UsageError(f"{self.path} has no codes yet: name them, and give --start")
        return asked

    def _recognize(self, end: str, read: Callable[[Sequence[str], str], Rows]) -> None:
        """Refuse other options than the file's, which its new codes alone would not tell of."""
        last = as_date(end)
        known = {code: as_date(tail.day) for code, tail in self.tails.items()}
        asked = {day: code for code, day in known.items() if day and last and day <= last}
        if asked:
            code = asked[max(asked)]
            found = read([code], self.tails[code].day).data.get(code, ())
            self._after(code, [{"code": code, **row} for row in found])

    def _after(self, code: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the rows after the file's last day; its rows of that day must be the same."""
        names = columns_of(rows)
        if rows and self.header and names != list(self.header):
            raise click.ClickException(
                f"{self.path} has the columns {', '.join(self.header)}, "
                f"and this command gives {', '.join(names)}"
            )
        tail = self.tails.get(code)
        if tail is None:
            return rows
        same = [_cells(row) for row in rows if row["trade_date"] == tail.day]
        if same != tail.rows:
            raise click.ClickException(
                f"{code} on {tail.day} is not what {self.path} has: it was corrected since, or the "
                "file was written with other options; write the file anew"
            )
        return [row for row in rows if row["trade_date"] > tail.day]

    def _write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Replace the file by one with more rows, so that a kill leaves the old or the new one."""
        new = self.path.with_name(f".{self.path.name}.{secrets.token_hex(8)}")
        try:
            if self.header:
                shutil.copy(self.path, new)
            with new.open("a", encoding="utf-8", newline="") as stream:
                writer = csv.writer(stream, lineterminator=self.line_end)
                if not self.header:
                    writer.writerow(columns_of(rows))
                writer.writerows(map(_cells, rows))
                stream.flush()
                os.fsync(stream.fileno())
            if _version(self.path) != self.version:
                raise click.ClickException(
                    f"{self.path} was changed by somebody else meanwhile: nothing is written"
                )
            new.replace(self.path)
        finally:
            new.unlink(missing_ok=True)


def _version(path: Path) -> tuple[int, ...]:
    """Return what changes whenever a file is written or replaced; nothing if there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return ()
    return (found.st_ino, found.st_size, found.st_mtime_ns)


def _read(path: Path) -> tuple[list[str], dict[str, Tail]]:
    """Return the header and the last day of each code.

    Raises
    ------
    ValueError
        It is cut, is no such table, or has rows twice or out of order.
    """
    tails: dict[str, Tail] = {}
    with path.open(encoding="utf-8-sig") as stream:
        table = csv.reader(stream, strict=True)
        header = next(table, [])
        if not {"code", "trade_date"} <= set(header):
            raise ValueError("it has no columns code and trade_date")
        at_code, at_day = header.index("code"), header.index("trade_date")
        at_time = header.index("kline_time") if "kline_time" in header else at_day
        for row in table:
            if len(row) != len(header) or as_date(row[at_day]) is None:
                raise ValueError(f"line {table.line_num} is no row")
            tail = tails.setdefault(row[at_code], Tail())
            if row[at_time] <= tail.moment:
                raise ValueError(f"line {table.line_num} is there before, or out of order")
            if row[at_day] != tail.day:
                tail.rows = []
            tail.rows.append(row)
            tail.day, tail.moment = row[at_day], row[at_time]
    return header, tails


def _line_end(path: Path) -> str:
    """Return what ends the lines of a file.

    Raises
    ------
    ValueError
        Its last line has no end.
    """
    with path.open("rb") as raw:
        raw.seek(-2, os.SEEK_END)
        last = raw.read().decode("latin-1")
    if not last.endswith("\n"):
        raise ValueError("its last line is cut")
    return "\r\n" if last == "\r\n" else "\n"


def _cells(row: Mapping[str, Any]) -> list[str]:
    return ["" if value is None else str(plain_cell(value)) for value in row.values()]
