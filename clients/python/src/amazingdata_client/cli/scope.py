"""The options of the commands that start tasks."""

from collections.abc import Callable
from functools import reduce
from typing import Any, TypeVar

import click

from amazingdata_client.waiting import TaskOptions

F = TypeVar("F", bound=Callable[..., Any])

SECURITIES = ("stock", "index", "etf", "future", "finance")
PERIODS = ("daily", "min1", "min5", "min15", "min30", "min60")
STATEMENTS = ("balance_sheet", "income", "cash_flow")

OPTIONS = [
    click.argument("security_type", metavar="TYPE", type=click.Choice(SECURITIES)),
    click.option("--start", required=True, help="First day, YYYYMMDD."),
    click.option("--end", required=True, help="Last day, YYYYMMDD."),
    click.option(
        "--period",
        type=click.Choice([*PERIODS, *STATEMENTS]),
        default="daily",
        show_default=True,
        help="A statement with the type finance, and only then.",
    ),
    click.option("--main", is_flag=True, help="Only main contracts, of futures."),
    click.option("--codes", help="Only these, separated by commas; at most 500."),
]
RECHECK = click.option(
    "--recheck-absent", is_flag=True, help="Count days that the source had nothing for as missing."
)


def scope_options(command: F) -> F:
    """Add the options that say what a task is about."""
    return reduce(lambda made, option: option(made), reversed(OPTIONS), command)


def options_of(
    *, period: str, main: bool, codes: str | None, recheck_absent: bool = False
) -> TaskOptions:
    """Give the options as the client takes them."""
    options = TaskOptions(period_type=period, contract_type="main" if main else "all")
    if codes:
        options["codes"] = codes
    if recheck_absent:
        options["recheck_absent"] = True
    return options
