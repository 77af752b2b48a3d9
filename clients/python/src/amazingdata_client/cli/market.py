"""Commands about securities, trading days, the service: codes, search, calendar, info, service."""

import click

from amazingdata_client.cli import options
from amazingdata_client.cli.days import AS_ARGUMENTS, DAY
from amazingdata_client.cli.output import print_json, print_lines, print_many, print_one
from amazingdata_client.cli.session import Login, pass_login
from amazingdata_client.words import SecurityType

TYPES = ("stock", "future", "etf", "index")
PARTS_OF_STOCK = ("EXTRA_STOCK_A", "SH_A", "SZ_A", "BJ_A")
"""Types of the API that are stocks of some exchanges only."""
FUTURES = ("CFE", "SHF", "DCE", "CZC", "INE", "GFE")
MARKETS = ("SH", "SZ", "BJ", *FUTURES)


@click.command()
@click.argument("kind", metavar="TYPE", type=click.Choice([*TYPES, *PARTS_OF_STOCK]))
@click.option(
    "--date", type=DAY, help="List those of this day, YYYYMMDD, also the ones delisted since."
)
@options.as_json
@pass_login
def codes(login: Login, *, kind: SecurityType, date: str | None, as_json: bool) -> None:
    """List the codes of a TYPE that are listed today, or were on a day.

    TYPE is stock, future, etf or index; or EXTRA_STOCK_A (Shanghai and Shenzhen), SH_A, SZ_A or
    BJ_A for the stocks of some exchanges only.

    \b
    amazingdata codes stock
    amazingdata codes future --date 20240131 > codes.txt
    """  # noqa: D301
    with login.client() as client:
        print_lines(client.codes(kind, date), as_json=as_json)


@click.command()
@click.argument("text")
@click.option(
    "--limit",
    type=click.IntRange(1, 500),
    default=20,
    show_default=True,
    help="Maximum number of results.",
)
@options.as_json
@pass_login
def search(login: Login, *, text: str, limit: int, as_json: bool) -> None:
    """Find securities by part of their code or name, or by its initials in pinyin.

    \b
    amazingdata search 浦发
    amazingdata search pfyh --limit 5
    """  # noqa: D301
    with login.client() as client:
        print_many(client.securities(text, limit=limit), as_json=as_json)


@click.command(context_settings=AS_ARGUMENTS)
@click.argument("market", type=click.Choice(MARKETS, case_sensitive=False))
@click.argument("start", type=DAY)
@click.argument("end", type=DAY)
@options.as_json
@pass_login
def calendar(login: Login, *, market: str, start: str, end: str, as_json: bool) -> None:
    """List the trading days of a MARKET.

    START and END are the first and last day: YYYYMMDD, today, or so long ago, such as -30d.

    \b
    amazingdata calendar SH 20240101 20240131
    """  # noqa: D301
    with login.client() as client:
        print_lines(client.calendar(market, start, end), as_json=as_json)


@click.command()
@click.argument("code")
@options.as_json
@pass_login
def info(login: Login, *, code: str, as_json: bool) -> None:
    """Show name, type and listing dates of a CODE."""
    with login.client() as client:
        print_one(client.info(code), as_json=as_json)


@click.command()
@options.as_json
@pass_login
def service(login: Login, *, as_json: bool) -> None:
    """Show the data source, who uses its sessions, who waits for one, and its limit of requests."""
    with login.client() as client:
        found = client.service()
    if as_json:
        print_json(found)
        return
    shown = {"version": found.version, "upstream": found.upstream, "final_day": found.final_day}
    if found.requests:
        shown["requests today"] = f"{found.requests.spent_today} of {found.requests.per_day}"
        if found.requests.blocked_until:
            shown["blocked until"] = found.requests.blocked_until
    print_one(shown, as_json=False)
    for part in (found.sessions, found.waiting):
        if part:
            print_many(part, as_json=False)
