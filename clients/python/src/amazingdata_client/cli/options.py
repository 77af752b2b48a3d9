"""Options that several commands share."""

from collections.abc import Sequence

import click

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
start = click.option("--start", required=True, help="First day, YYYYMMDD or YYYY-MM-DD.")
end = click.option("--end", required=True, help="Last day, YYYYMMDD or YYYY-MM-DD.")
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
no_wait = click.option("--no-wait", is_flag=True, help="Start the task, print its ID and exit.")
timeout = click.option("--timeout", type=float, help="Maximum time to wait, in seconds.")


def one_of(codes: Sequence[str], index: str | None) -> None:
    """Refuse a command with both or neither of CODES and --universe."""
    if bool(codes) is bool(index):
        raise click.UsageError("give either CODES or --universe")
