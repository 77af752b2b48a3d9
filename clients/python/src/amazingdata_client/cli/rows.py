"""Rows as a table, JSON, and files: CSV and Parquet."""

import csv
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import click

from amazingdata_client.cli.output import print_json, print_table, visible

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


def show(
    result: Tabular, document: Any, *, csv_to: Any, parquet: str | None, as_json: bool
) -> None:
    """Write and print a result: a table unless there is another output.

    Parameters
    ----------
    result : Tabular
        What becomes a table or a file.
    document : object
        The same as JSON.
    csv_to, parquet, as_json
        The outputs that were asked for.
    """
    if parquet:
        write_parquet(result, parquet)
    if csv_to:
        write_csv(result.rows, result.columns, csv_to)
    if as_json:
        print_json(document)
    elif not (parquet or csv_to):
        print_table(result.rows, [] if result.rows else result.columns)


def write_csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], stream: Any) -> None:
    """Write rows as CSV; `columns` are those of a file without rows."""
    shown = [_visible_row(row) for row in rows]
    names = list(shown[0]) if shown else columns
    writer = csv.DictWriter(stream, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(shown)


def _visible_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {visible(name): _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
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
    try:
        frame = result.to_polars()
    except ModuleNotFoundError:
        command = "pip install 'amazingdata-client[polars]'"
        raise click.ClickException(f"--parquet needs polars: {command}") from None
    frame.write_parquet(path)
