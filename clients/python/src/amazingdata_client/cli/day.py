"""The command day: all bars of a market day as a table, CSV, Parquet or JSON."""

from typing import Any

import click

from amazingdata_client import frames
from amazingdata_client.cli import options, rows
from amazingdata_client.cli.output import counted, print_json, print_table, say
from amazingdata_client.cli.session import Login, pass_login
from amazingdata_client.day_result import DayResult
from amazingdata_client.errors import IncompleteError
from amazingdata_client.questions import DAY_KINDS


@click.command()
@click.argument("trade_date", metavar="DAY")
@click.option(
    "--kind",
    type=click.Choice(list(DAY_KINDS)),
    default="stock",
    show_default=True,
    help="What to read.",
)
@rows.csv_to
@rows.parquet
@options.require_complete
@options.strict
@options.as_json
@pass_login
def day(
    login: Login,
    *,
    trade_date: str,
    kind: str,
    csv_to: Any,
    parquet: str | None,
    require_complete: bool,
    strict: bool,
    as_json: bool,
) -> None:
    """Read all bars of a market DAY, as YYYYMMDD.

    Prints a table unless an output option is given. Known gaps are reported on stderr; with
    --require-complete or --strict, nothing is written if there are any.
    """
    with login.client() as client:
        result = client.day(trade_date, kind)
        if require_complete or strict:
            result.require_complete(strict=strict)
    if parquet:
        rows.write_parquet(result, parquet)
    if csv_to:
        rows.write_csv(result.rows, frames.BAR, csv_to)
    if as_json:
        print_json({"data": result.data, "meta": result.meta})
    elif not (parquet or csv_to):
        print_table(result.rows, [] if result.rows else frames.BAR)
    _summary(result)


def _summary(result: DayResult) -> None:
    meta, release = result.meta, result.meta.release
    told = f"revision {release.revision}, {release.condition}" if release.revision else ""
    try:
        result.require_complete()
    except IncompleteError as gap:
        bars = f"{meta.returned:,} of {meta.expected:,} bars"
        say(" · ".join(part for part in (bars, told, str(gap)) if part))
    else:
        say(f"{counted(meta.returned, 'bar')}, complete · {told}")
    if meta.stale:
        say("bars were stored after the release; the next one takes them up")
