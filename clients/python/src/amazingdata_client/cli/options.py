"""Options that several commands share."""

import click

from amazingdata_client.cli.codes import Wanted
from amazingdata_client.cli.days import DAY, HELP
from amazingdata_client.questions import MINUTES

COMPUTED = ("weekly", "monthly")
"""Periods whose last bar changes until it is over."""
PERIODS = ("daily", *MINUTES, *COMPUTED)

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
start = click.option("--start", required=True, type=DAY, help=f"First day, {HELP}.")
end = click.option("--end", required=True, type=DAY, help=f"Last day, {HELP}.")
start_unless_count = click.option("--start", type=DAY, default="", help=f"First day, {HELP}.")
end_unless_count = click.option(
    "--end",
    type=DAY,
    default="",
    help=f"Last day, {HELP}; with --count, by default the last final one.",
)
count = click.option(
    "--count", type=click.IntRange(1), help="The last bars of each code, in place of --start."
)
period = click.option(
    "--period",
    type=click.Choice(PERIODS),
    default="daily",
    show_default=True,
    help="Bar period.",
)
fields = click.option("--fields", help="Only these columns, separated by commas.")
require_complete = click.option(
    "--require-complete", is_flag=True, help="Exit with code 3 if anything is missing."
)
strict = click.option(
    "--strict",
    is_flag=True,
    help="Like --require-complete, and also refuse days without a bar that nobody explains.",
)
universe = click.option(
    "--universe", metavar="INDEX", help="The members of this index on each day, instead of CODES."
)
page = click.option("--page", type=click.IntRange(min=1), default=1, show_default=True)
page_size = click.option("--page-size", type=click.IntRange(1, 100), default=20, show_default=True)
no_wait = click.option("--no-wait", is_flag=True, help="Start the task, print its ID and exit.")
timeout = click.option("--timeout", type=float, help="Maximum time to wait, in seconds.")


def range_or_count(first: str, last: str, number: int | None) -> None:
    """Refuse a command that asks neither for a range of days nor for a number of bars, or both."""
    if bool(first) is bool(number) or not (last or number):
        raise click.UsageError("give --start and --end, or --count")


def continued(end: str, *, other: bool) -> None:
    """Refuse `--since last` without a last day, or with what does not go on day by day."""
    if not end:
        raise click.UsageError("give --end with --since last")
    if other:
        raise click.UsageError(
            "--since last goes on day by day: it takes no --count, --universe, --date or --chart, "
            "and no weekly or monthly bars"
        )


def one_of(codes: Wanted, index: str | None) -> None:
    """Refuse a command with both or neither of codes and --universe."""
    if bool(codes) is bool(index):
        raise click.UsageError("give CODES, --codes-file, --all or --universe")


def codes_given(codes: Wanted) -> None:
    """Refuse a command without codes."""
    if not codes:
        raise click.UsageError("give CODES, --codes-file or --all")
