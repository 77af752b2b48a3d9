"""Commands about futures products: varieties, main-contracts."""

from dataclasses import asdict

import click

from amazingdata_client.cli import options
from amazingdata_client.cli.days import DAY, HELP
from amazingdata_client.cli.output import counted, print_json, print_many, print_table, say
from amazingdata_client.cli.session import Login, pass_login

NAMED = 10
"""So many products without a known main contract are named."""


@click.command()
@options.as_json
@pass_login
def varieties(login: Login, *, as_json: bool) -> None:
    """List the futures products, with the number of contracts that trade today.

    \b
    amazingdata varieties
    amazingdata continuous $(amazingdata varieties | tail -n +2 | cut -f1) --count 250 --csv all.csv
    """  # noqa: D301
    with login.client() as client:
        print_many(client.varieties(), as_json=as_json)


@click.command("main-contracts")
@click.option("--date", type=DAY, help=f"The trading day, {HELP}; default: the last final one.")
@options.as_json
@pass_login
def main_contracts(login: Login, *, date: str | None, as_json: bool) -> None:
    """List the main contract of every futures product on a day.

    Each comes with the first day on which it was main, and with what it was chosen by.

    \b
    amazingdata main-contracts
    amazingdata main-contracts --date 20240131
    """  # noqa: D301
    with login.client() as client:
        found = client.main_contracts(date)
    if as_json:
        print_json(found)
        return
    print_table(
        [{"variety": name, **asdict(each)} for name, each in found.details.items()],
        ["variety", "contract", "since", "basis"],
    )
    say(f"{counted(len(found.details), 'main contract')} on {found.trade_date}")
    if found.unknown:
        more = f" and {len(found.unknown) - NAMED:,} more" if len(found.unknown) > NAMED else ""
        say(f"not known that day: {', '.join(found.unknown[:NAMED])}{more}")
