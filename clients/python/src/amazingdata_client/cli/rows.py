"""Rows as a table, JSON, and files: CSV and Parquet."""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, Protocol

import click

from amazingdata_client.cli import options
from amazingdata_client.cli.output import columns_of, print_json, print_table, visible

csv_to = click.option(
    "--csv", "csv_to", type=click.File("w", lazy=True), help="Write CSV; - is stdout."
)
parquet = click.option(
    "--parquet", type=click.Path(dir_okay=False), help="Write Parquet; needs polars."
)


class Frame(Protocol):
    """What becomes a polars frame."""

    def to_polars(self) -> Any:
        """Return the rows as a polars frame."""


class Tabular(Frame, Protocol):
    """A result that has rows."""

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows, in their order."""

    @property
    def columns(self) -> Sequence[str]:
        """The columns of a file without rows."""


@dataclass(frozen=True)
class Outputs:
    """Where a command writes its rows: to files, as JSON, or without any of these as a table."""

    csv_to: Any
    parquet: str | None
    as_json: bool

    @property
    def named(self) -> bool:
        """Whether any output was asked for by name."""
        return bool(self.csv_to or self.parquet or self.as_json)

    def show(self, result: Tabular, document: Any) -> None:
        """Write and print a result; `document` is the same as JSON."""
        if self.parquet:
            write_parquet(result, self.parquet)
        if self.csv_to:
            write_csv(result.rows, result.columns, self.csv_to)
        if self.as_json:
            print_json(document)
        elif not self.named:
            shown = result.rows
            print_table(shown, [] if shown else result.columns)


def outputs(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of outputs, and pass them to the command as one `outputs`."""

    @wraps(command)
    def with_outputs(
        *args: Any, csv_to: Any, parquet: str | None, as_json: bool, **others: Any
    ) -> None:
        command(*args, outputs=Outputs(csv_to, parquet, as_json), **others)

    return csv_to(parquet(options.as_json(with_outputs)))


def write_csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], stream: Any) -> None:
    """Write rows as CSV; `columns` are those of a file without rows."""
    names = columns_of(rows) or columns
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(map(visible, names))
    writer.writerows([plain_cell(row.get(name)) for name in names] for row in rows)


def plain_cell(value: Any) -> Any:
    """Return a value as every reader of CSV takes it.

    Python's "True" is no boolean for polars, and what begins like a formula is one to a
    spreadsheet, unless an apostrophe stands before it.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return value
    text = visible(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def write_parquet(result: Frame, path: str) -> None:
    """Write a result as Parquet."""
    if path == "-":
        raise click.UsageError("--parquet writes a file, and no stream: give its name")
    try:
        frame = result.to_polars()
    except ModuleNotFoundError:
        command = "pip install 'amazingdata-client[polars]'"
        raise click.ClickException(f"--parquet needs polars: {command}") from None
    frame.write_parquet(path)
