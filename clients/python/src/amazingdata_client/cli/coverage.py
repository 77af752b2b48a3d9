"""The command coverage: what the cache holds of each code."""

from typing import TextIO

import click

from amazingdata_client.cli import options
from amazingdata_client.cli.codes import codes_file, read_codes
from amazingdata_client.cli.output import counted, print_json, print_table, say
from amazingdata_client.cli.session import Login, pass_login
from amazingdata_client.cli.summary import tell_read_as
from amazingdata_client.holding_models import CodeHoldings, Coverage
from amazingdata_client.questions import DAY_KINDS, MINUTES
from amazingdata_client.words import DataType, Kind, StoredPeriod

COLUMNS = ("code", "name", "part", "expected", "present", "absent", "unconfirmed", "missing")


@click.command()
@click.argument("kind", metavar="TYPE", type=click.Choice(list(DAY_KINDS)))
@options.start
@options.end
@click.option(
    "--period",
    type=click.Choice(["daily", *MINUTES]),
    default="daily",
    show_default=True,
    help="Bar period.",
)
@click.option(
    "--data-type",
    type=click.Choice(["bars", "status"]),
    default="bars",
    show_default=True,
    help="What of the securities; status is for stock only.",
)
@click.option("--codes", help="Only these codes, separated by commas; at most 500.")
@codes_file
@click.option(
    "--sort",
    type=click.Choice(["code", "missing"]),
    default="code",
    show_default=True,
    help="With missing, the codes that lack most come first, and days are summed over all codes.",
)
@options.page
@options.page_size
@options.as_json
@pass_login
def coverage(
    login: Login,
    *,
    kind: Kind,
    start: str,
    end: str,
    period: StoredPeriod,
    data_type: DataType,
    codes: str | None,
    codes_file: TextIO | None,
    sort: str,
    page: int,
    page_size: int,
    as_json: bool,
) -> None:
    """Show what the cache holds of each code of a TYPE, by year, or by month of minute bars.

    TYPE is stock, index, etf or future. Days are counted: those that are expected are present,
    absent at the source, unconfirmed or missing.

    \b
    amazingdata coverage stock --start 20240101 --end 20241231 --sort missing
    amazingdata coverage future --start -6m --end today --codes IF2412.CFE --period min1
    """  # noqa: D301
    if codes and codes_file:
        raise click.UsageError("give only one of --codes and --codes-file")
    with login.client() as client:
        found = client.coverage(
            kind,
            start,
            end,
            period_type=period,
            data_type=data_type,
            codes=read_codes(codes_file) if codes_file else codes,
            sort=sort,
            page=page,
            page_size=page_size,
        )
    if as_json:
        print_json(found)
        return
    print_table((row for each in found.items for row in _rows(each)), [*COLUMNS, "short"])
    _tell(found)


def _rows(held: CodeHoldings) -> list[dict[str, object]]:
    return [
        {
            "code": held.code,
            "name": held.name,
            "part": part,
            "expected": each.expected,
            "present": each.present,
            "absent": sum(each.absent.values()),
            "unconfirmed": each.unconfirmed,
            "missing": each.missing,
            "short": each.short,
        }
        for part, each in held.parts.items()
    ]


def _tell(found: Coverage) -> None:
    tell_read_as(found.codes_read_as)
    if found.unknown_codes:
        say(f"unknown here: {', '.join(found.unknown_codes)}")
    if found.totals:
        all_days = found.totals
        say(
            f"of all codes: {counted(all_days.missing, 'day')} missing, {all_days.unconfirmed:,} "
            f"unconfirmed, {counted(all_days.codes, 'code')} not complete"
        )
    days = f"days until {found.final_until}"
    say(f"{len(found.items)} of {counted(found.total, 'code')}, {days}")
