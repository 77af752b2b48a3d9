"""The scope of a task: the argument and options of the commands that start one."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce, wraps
from typing import Any, TextIO

import click

from amazingdata_client.cli import options
from amazingdata_client.cli.codes import codes_file, read_codes
from amazingdata_client.questions import MINUTES
from amazingdata_client.waiting import TaskOptions
from amazingdata_client.words import TaskScope

SECURITIES = ("stock", "index", "etf", "future", "finance")
DATA_TYPES = ("bars", "status", "statements")
PERIODS = ("daily", *MINUTES, "balance_sheet", "income", "cash_flow")

PARAMETERS = [
    click.argument("security_type", metavar="TYPE", type=click.Choice(SECURITIES)),
    options.start,
    options.end,
    click.option(
        "--data-type",
        type=click.Choice(DATA_TYPES),
        help="What of the securities; status is for stock only. Default: bars, or statements for "
        "the type finance.",
    ),
    click.option(
        "--period",
        type=click.Choice(PERIODS),
        default="daily",
        show_default=True,
        help="Bar period; for the type finance, a statement.",
    ),
    click.option("--main", is_flag=True, help="Main contracts only (futures)."),
    click.option("--codes", help="Only these codes, separated by commas; at most 500."),
    codes_file,
]
recheck = click.option(
    "--recheck-absent",
    is_flag=True,
    help="Treat days for which the source had no data as missing.",
)
dry = click.option(
    "--dry-run", is_flag=True, help="Show what the task would do, without starting it."
)


@dataclass(frozen=True)
class Scope:
    """What a task is about.

    Attributes
    ----------
    days : tuple
        Security type, first and last day: the positional arguments of the client's methods.
    options : TaskOptions
        Their keyword arguments.
    """

    days: tuple[TaskScope, str, str]
    options: TaskOptions


def scoped(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that describe a scope, and pass them to the command as one `scope`."""

    @wraps(command)
    def with_scope(
        *args: Any,
        security_type: TaskScope,
        start: str,
        end: str,
        period: str,
        data_type: str | None,
        main: bool,
        codes: str | None,
        codes_file: TextIO | None,
        recheck_absent: bool = False,
        **others: Any,
    ) -> None:
        narrowed = TaskOptions(period_type=period, contract_type="main" if main else "all")
        if data_type:
            narrowed["data_type"] = data_type
        if codes and codes_file:
            raise click.UsageError("give only one of --codes and --codes-file")
        if codes_file:
            narrowed["codes"] = read_codes(codes_file)
        elif codes:
            narrowed["codes"] = codes
        if recheck_absent:
            narrowed["recheck_absent"] = True
        command(*args, scope=Scope((security_type, start, end), narrowed), **others)

    return reduce(lambda made, parameter: parameter(made), reversed(PARAMETERS), with_scope)
