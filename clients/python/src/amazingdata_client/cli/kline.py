"""The command kline: bars as a table, a chart, CSV, Parquet or JSON."""

from collections.abc import Sequence
from typing import Any

import click
from rich.text import Text

from amazingdata_client import frames
from amazingdata_client._sync.client import Client
from amazingdata_client.cli import options, rows
from amazingdata_client.cli.chart import candles, draw
from amazingdata_client.cli.market import FUTURES
from amazingdata_client.cli.output import (
    cell,
    console,
    counted,
    print_json,
    print_table,
    say,
    visible,
)
from amazingdata_client.cli.rows import write_csv, write_parquet
from amazingdata_client.cli.session import Login, pass_login
from amazingdata_client.errors import IncompleteError, unfinished_text
from amazingdata_client.questions import MINUTES
from amazingdata_client.results import KlineResult

PERIODS = ("daily", *MINUTES, "weekly", "monthly")
CHART_HEIGHT = 20
LABELS = 12
"""Width of the price labels beside a chart."""


@click.command()
@click.argument("codes", nargs=-1, required=True)
@options.start
@options.end
@click.option(
    "--period",
    type=click.Choice(PERIODS),
    default="daily",
    show_default=True,
    help="Bar period.",
)
@click.option(
    "--adjust",
    type=click.Choice(["none", "forward", "backward"]),
    default="none",
    show_default=True,
    help="Adjust prices for dividends and splits; not for futures.",
)
@rows.csv_to
@rows.parquet
@click.option("--chart", is_flag=True, help="Draw a candlestick chart of one code.")
@options.require_complete
@options.strict
@options.as_json
@pass_login
def kline(
    login: Login,
    *,
    codes: tuple[str, ...],
    start: str,
    end: str,
    period: str,
    adjust: str,
    csv_to: Any,
    parquet: str | None,
    chart: bool,
    require_complete: bool,
    strict: bool,
    as_json: bool,
) -> None:
    """Read the K-lines of CODES.

    CODES are stocks, indices and funds, or futures, but not both in one command.

    Prints a table unless an output option is given. Known gaps are reported on stderr; with
    --require-complete or --strict, nothing is written if there are any.
    """
    if chart and len(codes) > 1:
        raise click.UsageError("--chart takes a single code")
    with login.client() as client:
        result = _read(client, codes, start, end, period=period, adjust=adjust)
        if require_complete or strict:
            result.require_complete(strict=strict)
    _show(result, csv_to=csv_to, parquet=parquet, chart=chart, as_json=as_json)
    _summary(result)


def _read(
    client: Client, codes: Sequence[str], start: str, end: str, *, period: str, adjust: str
) -> KlineResult:
    futures = {code.rpartition(".")[2].upper() in FUTURES for code in codes}
    if len(futures) > 1:
        raise click.UsageError("read futures and other codes separately")
    if not futures.pop():
        return client.kline(codes, start, end, period, adjust=adjust)
    if adjust != "none":
        raise click.UsageError("--adjust does not apply to futures")
    return client.future_kline(codes, start, end, period)


def _show(
    result: KlineResult, *, csv_to: Any, parquet: str | None, chart: bool, as_json: bool
) -> None:
    if parquet:
        write_parquet(result, parquet)
    if csv_to:
        write_csv(result.rows, frames.BAR, csv_to)
    if chart:
        _draw(result)
    if as_json:
        print_json({"data": result.data, "meta": result.meta})
    elif not (parquet or csv_to or chart):
        print_table(result.rows, [] if result.rows else frames.BAR)


def _draw(result: KlineResult) -> None:
    out = console()
    width = (out.width if out.is_terminal else 100) - LABELS
    for code, bars in result.data.items():
        shown = candles(bars, max(width, 1))
        if not shown:
            say(f"{code} has no bars in this range")
            continue
        high, low = max(each.high for each in shown), min(each.low for each in shown)
        out.print(Text(visible(f"{code}  {shown[0].label} to {shown[-1].label}"), style="bold"))
        for row, cells in enumerate(draw(shown, CHART_HEIGHT)):
            price = high - (high - low) * row / (CHART_HEIGHT - 1)
            label = cell(price) if row % 4 == 0 or row == CHART_HEIGHT - 1 else ""
            out.print(Text(f"{label:>{LABELS - 2}} ").append_text(Text.assemble(*cells)))


def _summary(result: KlineResult) -> None:
    meta = result.meta
    synthetic = " · synthetic data" if meta.upstream == "synthetic" else ""
    try:
        result.require_complete()
    except IncompleteError as gap:
        say(f"{meta.returned:,} of {meta.expected:,} bars{synthetic} · {gap}")
    else:
        say(f"{counted(meta.returned, 'bar')}, complete{synthetic}")
        if meta.unfinished:
            say(unfinished_text(meta.unfinished))
    for warning in meta.warnings:
        say(f"warning: {warning}")
