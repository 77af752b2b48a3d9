"""The command statements: balance sheets, income and cash flow statements."""

import click

from amazingdata_client.cli import options, rows
from amazingdata_client.cli.codes import Wanted, codes
from amazingdata_client.cli.rows import Outputs
from amazingdata_client.cli.session import Login, pass_login
from amazingdata_client.cli.summary import tell

KINDS = ("balance-sheet", "income", "cash-flow")


@click.command()
@click.argument("statement", type=click.Choice(KINDS))
@codes("stock")
@options.start
@options.end
@click.option(
    "--statement-type",
    default="1",
    show_default=True,
    help="The vendor's number of a type; 1 is consolidated.",
)
@rows.outputs
@options.require_complete
@options.strict
@pass_login
def statements(
    login: Login,
    *,
    statement: str,
    wanted: Wanted,
    start: str,
    end: str,
    statement_type: str,
    outputs: Outputs,
    require_complete: bool,
    strict: bool,
) -> None:
    """Read financial statements of the stocks CODES; figures are in yuan.

    --start and --end are reporting periods: statements are those of the quarters that end in the
    range.

    \b
    amazingdata statements income 600000.SH --start 20230101 --end 20231231
    amazingdata statements balance-sheet --all stock --start 20231231 --end 20231231 --csv all.csv
    """  # noqa: D301
    options.codes_given(wanted)
    with login.client() as client:
        read = {
            "balance-sheet": client.balance_sheet,
            "income": client.income,
            "cash-flow": client.cash_flow,
        }[statement]
        result = read(wanted.read(client, start, end), start, end, statement_type)
        if require_complete or strict:
            result.require_complete(strict=strict)
    outputs.show(result, {"data": result.data, "meta": result.meta})
    tell(result, "statement")
