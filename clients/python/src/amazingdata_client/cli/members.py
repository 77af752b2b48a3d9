"""Commands about memberships: index, industries."""

from collections.abc import Mapping

import click

from amazingdata_client._sync.client import Client
from amazingdata_client.cli import options, rows
from amazingdata_client.cli.days import DAY
from amazingdata_client.cli.language import worded_warnings
from amazingdata_client.cli.output import counted, say
from amazingdata_client.cli.rows import Outputs
from amazingdata_client.cli.session import Login, pass_login
from amazingdata_client.cli.summary import tell_read_as
from amazingdata_client.errors import IncompleteError
from amazingdata_client.member_models import Constituents, Industries, Weights

date_option = click.option(
    "--date", type=DAY, help="The members on this day, YYYYMMDD; default: the last final one."
)
start_option = click.option("--start", type=DAY, help="Every membership from this day, YYYYMMDD.")
end_option = click.option("--end", type=DAY, help="Every membership until this day, YYYYMMDD.")


@click.command()
@click.argument("code")
@date_option
@start_option
@end_option
@click.option("--weights", is_flag=True, help="The weights on --date, in percent.")
@rows.outputs
@options.require_complete
@pass_login
def index(
    login: Login,
    *,
    code: str,
    date: str | None,
    start: str | None,
    end: str | None,
    weights: bool,
    outputs: Outputs,
    require_complete: bool,
) -> None:
    """List the members of the index CODE, each with its first and its last day.

    Give --date for one day, --start and --end for every membership in a range, or none of them for
    the last final day. A member that still belongs has no last day.

    \b
    amazingdata index 000300.SH
    amazingdata index 000300.SH --date 20160630 --weights
    amazingdata index 000300.SH --start 20240101 --end 20241231 --csv members.csv
    """  # noqa: D301
    _check(date, start, end)
    if weights and not date:
        raise click.UsageError("--weights needs --date")
    if require_complete and not weights:
        raise click.UsageError("--require-complete needs --weights: members are always whole")
    found: Constituents | Weights
    with login.client() as client:
        if weights:
            found = _weights(client, code, date or "", require_complete=require_complete)
        else:
            found = client.constituents(code, date, start_date=start, end_date=end)
    outputs.show(found, found)
    if isinstance(found, Weights) and not found.complete:
        say(f"incomplete: {_no_weights(found)}")
    _tell(found, "weight" if weights else "membership" if start else "member")


@click.command()
@click.argument("code", required=False)
@date_option
@start_option
@end_option
@rows.outputs
@pass_login
def industries(
    login: Login,
    *,
    code: str | None,
    date: str | None,
    start: str | None,
    end: str | None,
    outputs: Outputs,
) -> None:
    """List the industries, or the members of the industry CODE.

    The days are those of "amazingdata index".

    \b
    amazingdata industries
    amazingdata industries 801780.SI --date 20240630
    """  # noqa: D301
    _check(date, start, end)
    if (date or start) and not code:
        raise click.UsageError("--date, --start and --end need the CODE of an industry")
    found: Industries | Constituents
    with login.client() as client:
        if code:
            found = client.industry_constituents(code, date, start_date=start, end_date=end)
        else:
            found = client.industries()
    outputs.show(found, found)
    _tell(found, "industry" if not code else "membership" if start else "member")


def _check(date: str | None, start: str | None, end: str | None) -> None:
    if (start is None) is not (end is None) or (date and start):
        raise click.UsageError("give --date, or both --start and --end, or none of them")


def _weights(client: Client, code: str, date: str, *, require_complete: bool) -> Weights:
    found = client.weights(code, date)
    if require_complete and not found.complete:
        raise IncompleteError(missing={}, warnings=[_no_weights(found)])
    return found


def _no_weights(found: Weights) -> str:
    lack = "not all" if found.weights else "no"
    return f"the source has {lack} weights of {found.code} on {found.trade_date}"


PLURALS: Mapping[str, str] = {"industry": "industries"}


def _tell(found: Constituents | Weights | Industries, noun: str) -> None:
    count = len(found)
    counts = (
        f"{count:,} {PLURALS[noun]}" if count != 1 and noun in PLURALS else counted(count, noun)
    )
    synthetic = " · synthetic data" if found.upstream == "synthetic" else ""
    known = f"as of {found.as_of}" if found.as_of else "the source gave nothing"
    tell_read_as(found.codes_read_as)
    say(f"{counts}, {known}{synthetic}")
    for warning in worded_warnings(found.warnings, found.warning_details):
        say(f"warning: {warning}")
