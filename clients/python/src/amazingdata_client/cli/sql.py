"""The command sql: a question to a mirror, answered by DuckDB."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import Any

import click

from amazingdata_client.cli import options, rows
from amazingdata_client.cli.exits import exits
from amazingdata_client.cli.output import print_json, print_table
from amazingdata_client.mirror.reader import MirrorReader


@click.command()
@click.argument("query")
@click.option(
    "--mirror",
    "folder",
    required=True,
    type=click.Path(exists=True, file_okay=False),
    help="The mirror's folder.",
)
@rows.csv_to
@options.as_json
def sql(query: str, *, folder: str, csv_to: Any, as_json: bool) -> None:
    """Ask DuckDB a QUERY about a mirror.

    Each dataset is a view, such as stock_daily. It needs no login, and the extra duckdb.

    \b
    amazingdata sql "select count(*) from stock_daily" --mirror market
    """  # noqa: D301
    with exits():
        columns, found = _answer(MirrorReader(folder), query)
    if as_json:
        print_json([_in_json(row) for row in found])
        if not csv_to:
            return
    texts = [{name: _in_text(value) for name, value in row.items()} for row in found]
    if csv_to:
        rows.write_csv(texts, columns, csv_to)
    else:
        print_table(texts, columns)


def _answer(mirror: MirrorReader, query: str) -> tuple[list[str], Sequence[Mapping[str, Any]]]:
    """Return the columns and the rows of an answer.

    Raises
    ------
    click.ClickException
        The query is wrong, or DuckDB is not installed.
    """
    answer: Any
    try:
        answer = mirror.sql(query)
        if answer is None:
            raise click.UsageError("QUERY asks for no rows")
        columns = _distinct(answer.columns)
        found = [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]
    except ModuleNotFoundError as error:
        raise click.ClickException(str(error)) from None
    except _duckdb_error() as error:
        raise click.ClickException(str(error)) from None
    return columns, found


def _duckdb_error() -> type[Exception]:
    import duckdb  # noqa: PLC0415

    kind: type[Exception] = duckdb.Error
    return kind


def _distinct(columns: Sequence[str]) -> list[str]:
    """Return names of columns; of those with the same one, later ones get a number: close_1."""
    names: list[str] = []
    for column in columns:
        name, number = column, 0
        while name in names or (number and name in columns):
            number += 1
            name = f"{column}_{number}"
        names.append(name)
    return names


def _in_json(value: Any) -> Any:
    """Return a value as JSON has it, which knows numbers without decimals' exactness and no NaN."""
    if isinstance(value, (float, Decimal)):
        return float(value) if isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(name): _in_json(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_in_json(each) for each in value]
    if value is None or isinstance(value, (int, str)):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


def _in_text(value: Any) -> Any:
    """Return a value as CSV and a table can show it: decimals exactly, what is nested as JSON."""
    if value is None or isinstance(value, (int, float, str, Decimal)):
        return value
    found = _in_json(value)
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)
