"""The command quarantine: rows that failed a check and were not stored, and why."""

import json

import click

from amazingdata_client.cli import options
from amazingdata_client.cli.days import DAY, HELP
from amazingdata_client.cli.language import why_aside
from amazingdata_client.cli.output import counted, print_json, print_table, say
from amazingdata_client.cli.session import Login, pass_login


@click.command()
@click.argument("code", required=False)
@click.option("--dataset", default="stock.daily", show_default=True, help="What rows they are.")
@click.option("--start", type=DAY, help=f"Rows from this day, {HELP}.")
@click.option("--end", type=DAY, help=f"Rows until this day, {HELP}.")
@options.page
@options.page_size
@options.as_json
@pass_login
def quarantine(
    login: Login,
    *,
    code: str | None,
    dataset: str,
    start: str | None,
    end: str | None,
    page: int,
    page_size: int,
    as_json: bool,
) -> None:
    """Show rows that failed a check and were not stored, of all codes or of CODE.

    Fetch them again with "amazingdata cache"; a fill leaves them out only while they are bad.

    \b
    amazingdata quarantine 600000.SH --dataset stock.daily --start -1m
    """  # noqa: D301
    with login.client() as client:
        found = client.quarantine(
            dataset, code, start_date=start, end_date=end, page=page, page_size=page_size
        )
    if as_json:
        print_json(found)
        return
    rows = [
        {
            "code": each.code,
            "at": each.at,
            "reason": why_aside(each.reason),
            "where": f"{each.file}:{each.line}" if each.file else "",
            "row": json.dumps(each.row, ensure_ascii=False),
        }
        for each in found.items
    ]
    print_table(rows, ["code", "at", "reason", "where", "row"])
    older = "; older ones were not looked at" if found.truncated else ""
    say(f"{len(rows)} of {counted(found.total, 'row')}{older}")
