"""The command sql: a question to a mirror, answered by DuckDB."""

from collections.abc import Mapping, Sequence
from datetime import date
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
    if csv_to:
        rows.write_csv(found, columns, csv_to)
    if as_json:
        print_json(found)
    elif not csv_to:
        print_table(found, columns)


def _answer(mirror: MirrorReader, query: str) -> tuple[list[str], Sequence[Mapping[str, Any]]]:
    """Return the columns and the rows of an answer.

    Raises
    ------
    click.ClickException
        The query is wrong, or DuckDB is not installed.
    """
    try:
        answer = mirror.sql(query)
        columns = list(answer.columns)
        found = [dict(zip(columns, map(_plain, row), strict=True)) for row in answer.fetchall()]
    except ModuleNotFoundError as error:
        raise click.ClickException(str(error)) from None
    except _duckdb_error() as error:
        raise click.ClickException(str(error)) from None
    return columns, found


def _duckdb_error() -> type[Exception]:
    import duckdb  # noqa: PLC0415

    kind: type[Exception] = duckdb.Error
    return kind


def _plain(value: Any) -> Any:
    """Return a value as JSON and a table can show it."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)
