"""The command status: the status of stocks as a table, CSV, Parquet or JSON."""

from collections.abc import Sequence
from functools import partial

import click

from amazingdata_client._sync.client import Client
from amazingdata_client.cli import options, rows
from amazingdata_client.cli.codes import Wanted, codes
from amazingdata_client.cli.continuing import Continued, since
from amazingdata_client.cli.days import DAY, HELP
from amazingdata_client.cli.output import say
from amazingdata_client.cli.rows import Outputs
from amazingdata_client.cli.session import Login, pass_login
from amazingdata_client.cli.summary import tell, tell_day, tell_disagreeing
from amazingdata_client.day_result import StatusDayResult
from amazingdata_client.results import StatusResult


@click.command()
@codes("stock")
@click.option("--start", type=DAY, help=f"First day, {HELP}.")
@click.option("--end", type=DAY, help=f"Last day, {HELP}.")
@click.option(
    "--date", "trade_date", type=DAY, help="All stocks on this day, YYYYMMDD, instead of CODES."
)
@options.universe
@rows.outputs
@since
@options.require_complete
@options.strict
@pass_login
def status(
    login: Login,
    *,
    wanted: Wanted,
    start: str | None,
    end: str | None,
    trade_date: str | None,
    universe: str | None,
    outputs: Outputs,
    since: str | None,
    require_complete: bool,
    strict: bool,
) -> None:
    """Read the status of the stocks CODES: limits, ST, suspensions, ex-dates.

    Give codes or --universe, with --start and --end; or --date for the whole market.

    Prints a table unless an output option is given; "–" is what the source does not know. Known
    gaps are reported on stderr; with --require-complete or --strict, nothing is written if there
    are any.

    \b
    amazingdata status 600000.SH --start 20240101 --end 20240131
    amazingdata status --date 20241120 --csv status.csv
    """  # noqa: D301
    if since:
        options.continued(end or "", other=bool(universe or trade_date))
    else:
        _check(wanted, universe, start, end, trade_date)
    result: StatusResult | StatusDayResult
    file = Continued.of(outputs) if since else None
    with login.client() as client:
        if file:
            codes = wanted.read(client, start or "", end or "")
            codes = file.with_own(codes) if wanted.kind else codes
            read = partial(_read, client, end or "")
            file.append(codes, (start or "", end or ""), read, strict=strict)
            return
        if trade_date:
            result = client.status_day(trade_date)
        else:
            codes = wanted.read(client, start or "", end or "")
            result = client.status(codes or None, start or "", end or "", universe=universe)
        if require_complete or strict:
            result.require_complete(strict=strict)
    outputs.show(result, {"data": result.data, "meta": result.meta})
    if isinstance(result, StatusDayResult):
        tell_day(result, "row")
    else:
        _tell(result)


def _read(client: Client, end: str, codes: Sequence[str], start: str) -> StatusResult:
    return client.status(codes, start, end)


def _check(
    wanted: Wanted,
    universe: str | None,
    start: str | None,
    end: str | None,
    trade_date: str | None,
) -> None:
    if trade_date:
        if wanted or universe or start or end:
            raise click.UsageError("--date takes no codes, --universe, --start or --end")
        return
    options.one_of(wanted, universe)
    if not (start and end):
        raise click.UsageError("give --start and --end, or --date")


def _tell(result: StatusResult) -> None:
    tell(result, "row")
    if result.meta.not_covered:
        say(f"no status of {', '.join(result.meta.not_covered)}: their kind or market has none")
    tell_disagreeing(result.meta.disagreeing)
