"""Rows as files: CSV and Parquet."""

import csv
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import click

from amazingdata_client.cli.output import visible

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


def write_csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], stream: Any) -> None:
    """Write rows as CSV; `columns` are those of a file without rows."""
    shown = [_visible_row(row) for row in rows]
    names = list(shown[0]) if shown else columns
    writer = csv.DictWriter(stream, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(shown)


def _visible_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        visible(name): visible(value) if isinstance(value, str) else value
        for name, value in row.items()
    }


def write_parquet(result: Frame, path: str) -> None:
    """Write a result as Parquet."""
    try:
        frame = result.to_polars()
    except ModuleNotFoundError:
        command = "pip install 'amazingdata-client[polars]'"
        raise click.ClickException(f"--parquet needs polars: {command}") from None
    frame.write_parquet(path)
