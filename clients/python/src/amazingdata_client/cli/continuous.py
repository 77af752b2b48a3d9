"""The command continuous: the main contracts' bars as one series, as a table, CSV or Parquet."""

from collections.abc import Sequence

import click

from amazingdata_client.cli import options, rows
from amazingdata_client.cli.continuing import Continued, since
from amazingdata_client.cli.output import counted, say
from amazingdata_client.cli.rows import Outputs
from amazingdata_client.cli.session import Login, pass_login
from amazingdata_client.cli.summary import SHOWN, tell
from amazingdata_client.results import ContinuousResult
from amazingdata_client.words import Adjust, Method, Period, Rule

SERIES = ".MAIN"
"""What the name of a series has after its product."""


@click.command()
@click.argument("varieties", nargs=-1)
@options.start_unless_count
@options.end_unless_count
@options.count
@options.period
@click.option(
    "--rule",
    type=click.Choice(["oi", "volume"]),
    default="oi",
    show_default=True,
    help="Choose main contracts by open interest or by volume.",
)
@click.option(
    "--adjust",
    type=click.Choice(["none", "forward", "backward"]),
    default="none",
    show_default=True,
    help="Join prices at rolls: the last known or the first contract's stay.",
)
@click.option(
    "--method",
    type=click.Choice(["ratio", "difference"]),
    default="ratio",
    show_default=True,
    help="How to join them.",
)
@options.fields
@rows.outputs
@since
@options.require_complete
@options.strict
@pass_login
def continuous(
    login: Login,
    *,
    varieties: tuple[str, ...],
    start: str,
    end: str,
    count: int | None,
    period: Period,
    rule: Rule,
    adjust: Adjust,
    method: Method,
    fields: str | None,
    outputs: Outputs,
    since: str | None,
    require_complete: bool,
    strict: bool,
) -> None:
    """Read the continuous futures of VARIETIES, such as IF and rb.

    Each row is a bar of the contract that is main on its day. Prints a table unless an output
    option is given. Known gaps are reported on stderr; with --require-complete or --strict, nothing
    is written if there are any.

    \b
    amazingdata continuous IF rb --start 20240101 --end 20240630
    amazingdata continuous IF --count 250 --adjust backward --csv if.csv
    amazingdata continuous --since last --end today --adjust backward --csv if.csv
    """  # noqa: D301
    if since:
        options.continued(end, other=bool(count or period in options.COMPUTED))
    else:
        options.range_or_count(start, end, count)
        if not varieties:
            raise click.UsageError("give VARIETIES, such as IF and rb")
    file = Continued.of(outputs) if since else None
    with login.client() as client:

        def read(some: Sequence[str], first: str) -> ContinuousResult:
            return client.continuous(
                [each.removesuffix(SERIES) for each in some],
                first,
                end,
                period=period,
                count=count,
                rule=rule,
                adjust=adjust,
                method=method,
                fields=fields,
            )

        if file:
            series = [f"{each.upper()}{SERIES}" for each in varieties]
            file.append(series, (start, end), read, strict=strict)
            return
        result = read(varieties, start)
        if require_complete or strict:
            result.require_complete(strict=strict)
    outputs.show(result, {"data": result.data, "meta": result.meta})
    tell(result, "bar")
    _tell([f"{code}: {counted(len(each), 'roll')}" for code, each in result.meta.rolls.items()])
    _tell(
        [
            f"the main contract of {code} is not known on {', '.join(map(str, days))}"
            for code, days in result.meta.no_main.items()
        ]
    )


def _tell(lines: Sequence[str]) -> None:
    for line in lines[:SHOWN]:
        say(line)
    if len(lines) > SHOWN:
        say(f"… and of {len(lines) - SHOWN:,} more; --json has them all")
