"""The command day: all bars of a market day as a table, CSV, Parquet or JSON."""

import click

from amazingdata_client.cli import options, rows
from amazingdata_client.cli.days import AS_ARGUMENTS, DAY
from amazingdata_client.cli.rows import Outputs
from amazingdata_client.cli.session import Login, pass_login
from amazingdata_client.cli.summary import tell_day
from amazingdata_client.questions import DAY_KINDS
from amazingdata_client.words import Include, Kind


@click.command(context_settings=AS_ARGUMENTS)
@click.argument("trade_date", metavar="DAY", type=DAY)
@click.option(
    "--kind",
    type=click.Choice(list(DAY_KINDS)),
    default="stock",
    show_default=True,
    help="What to read.",
)
@click.option(
    "--include",
    type=click.Choice(["status"]),
    help="Add the columns of the status; not for futures.",
)
@options.fields
@rows.outputs
@options.require_complete
@options.strict
@pass_login
def day(
    login: Login,
    *,
    trade_date: str,
    kind: Kind,
    include: Include | None,
    fields: str | None,
    outputs: Outputs,
    require_complete: bool,
    strict: bool,
) -> None:
    """Read all bars of a market DAY, as YYYYMMDD or -1d.

    Prints a table unless an output option is given. Known gaps are reported on stderr; with
    --require-complete or --strict, nothing is written if there are any.

    \b
    amazingdata day 20241120 --parquet day.parquet
    amazingdata day -1d --kind etf --fields close,volume
    """  # noqa: D301
    if include and kind == "future":
        raise click.UsageError("--include does not apply to futures")
    with login.client() as client:
        result = client.day(trade_date, kind, include=include, fields=fields)
        if require_complete or strict:
            result.require_complete(strict=strict)
    outputs.show(result, {"data": result.data, "meta": result.meta})
    tell_day(result, "bar")
