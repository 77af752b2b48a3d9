"""Commands that read: codes, calendar, info, kline."""

import csv
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click
from rich.text import Text

from amazingdata_client import frames
from amazingdata_client._sync.client import Client
from amazingdata_client.cli.chart import candles, draw
from amazingdata_client.cli.output import (
    as_json,
    cell,
    console,
    print_facts,
    print_json,
    print_table,
    say,
)
from amazingdata_client.cli.session import Login, pass_login
from amazingdata_client.errors import IncompleteError
from amazingdata_client.results import KlineResult

TYPES = {
    "stock": "EXTRA_STOCK_A",
    "future": "EXTRA_FUTURE",
    "etf": "EXTRA_ETF",
    "index": "EXTRA_INDEX_A",
}
MARKETS = ("SH", "SZ", "BJ", "CFE", "SHF", "DCE", "CZC", "INE", "GFE")
FUTURES = frozenset({"CFE", "SHF", "DCE", "CZC", "INE", "GFE"})
PERIODS = ("daily", "min1", "min5", "min15", "min30", "min60", "weekly", "monthly")
CHART_HEIGHT = 20
LABELS = 12
"""Columns that the prices beside a chart take."""


@click.command()
@click.argument("kind", metavar="TYPE", type=click.Choice(list(TYPES)))
@as_json
@pass_login
def codes(login: Login, *, kind: str, as_json: bool) -> None:
    """List the codes of a TYPE (stock future etf index) that are listed today."""
    with login.client() as client:
        found = client.codes(TYPES[kind])
    if as_json:
        print_json(found)
    else:
        click.echo("\n".join(found))


@click.command()
@click.argument("text")
@click.option("--limit", type=click.IntRange(1, 500), default=20, show_default=True)
@as_json
@pass_login
def search(login: Login, *, text: str, limit: int, as_json: bool) -> None:
    """Find securities by part of a code or a name."""
    with login.client() as client:
        found = client.securities(text, limit=limit)
    if as_json:
        print_json(found)
    else:
        print_table(asdict(each) for each in found)


@click.command()
@click.argument("market", type=click.Choice(MARKETS, case_sensitive=False))
@click.argument("start")
@click.argument("end")
@as_json
@pass_login
def calendar(login: Login, *, market: str, start: str, end: str, as_json: bool) -> None:
    """List the trading days of a MARKET from START to END (YYYYMMDD)."""
    with login.client() as client:
        days = client.calendar(market, start, end)
    if as_json:
        print_json(days)
    else:
        click.echo("\n".join(days))


@click.command()
@click.argument("code")
@as_json
@pass_login
def info(login: Login, *, code: str, as_json: bool) -> None:
    """Show name, market, type and listing dates of a CODE."""
    with login.client() as client:
        found = client.info(code)
    if as_json:
        print_json(found)
    else:
        print_facts(asdict(found))


@click.command()
@click.argument("codes", nargs=-1, required=True)
@click.option("--start", required=True, help="First day, YYYYMMDD.")
@click.option("--end", required=True, help="Last day, YYYYMMDD.")
@click.option("--period", type=click.Choice(PERIODS), default="daily", show_default=True)
@click.option(
    "--adjust",
    type=click.Choice(["none", "forward", "backward"]),
    default="none",
    show_default=True,
    help="Adjust prices for payouts; not of futures.",
)
@click.option("--csv", "csv_to", type=click.File("w", lazy=True), help="Write CSV; - for stdout.")
@click.option("--parquet", type=click.Path(dir_okay=False), help="Write Parquet; needs polars.")
@click.option("--chart", is_flag=True, help="Draw candles, of one code.")
@click.option("--require-complete", is_flag=True, help="Fail (3) where something is missing.")
@as_json
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
    as_json: bool,
) -> None:
    """Read the K-lines of CODES: stocks, indices and funds, or futures.

    Say which output you want; without a choice it is a table. What is known to be missing is told
    on stderr, and with --require-complete nothing is written then.
    """
    if chart and len(codes) > 1:
        raise click.UsageError("--chart draws one code")
    with login.client() as client:
        result = _read(client, codes, start, end, period=period, adjust=adjust)
        if require_complete:
            result.require_complete()
    _show(result, csv_to=csv_to, parquet=parquet, chart=chart, as_json=as_json)
    _summary(result)


def _read(
    client: Client, codes: Sequence[str], start: str, end: str, *, period: str, adjust: str
) -> KlineResult:
    futures = {code.rpartition(".")[2].upper() in FUTURES for code in codes}
    if len(futures) > 1:
        raise click.UsageError("ask for futures and for other codes separately")
    if not futures.pop():
        return client.kline(codes, start, end, period, adjust=adjust)
    if adjust != "none":
        raise click.UsageError("--adjust is for stocks and funds")
    return client.future_kline(codes, start, end, period)


def _show(
    result: KlineResult, *, csv_to: Any, parquet: str | None, chart: bool, as_json: bool
) -> None:
    if parquet:
        _write_parquet(result, parquet)
    if csv_to:
        _write_csv(result, csv_to)
    if chart:
        _draw(result)
    if as_json:
        print_json({"data": result.data, "meta": result.meta})
    elif not (parquet or csv_to or chart):
        print_table(result.rows, [] if result.rows else frames.BAR)


def _write_csv(result: KlineResult, stream: Any) -> None:
    rows = result.rows
    names = list(rows[0]) if rows else frames.BAR
    writer = csv.DictWriter(stream, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def _write_parquet(result: KlineResult, path: str) -> None:
    try:
        frame = result.to_polars()
    except ModuleNotFoundError:
        wanted = "pip install 'amazingdata-client[polars]'"
        raise click.ClickException(f"--parquet is an extra: {wanted}") from None
    frame.write_parquet(path)


def _draw(result: KlineResult) -> None:
    out = console()
    width = (out.width if out.is_terminal else 100) - LABELS
    for code, bars in result.data.items():
        shown = candles(bars, max(width, 1))
        if not shown:
            say(f"{code} has no bars here")
            continue
        high, low = max(each.high for each in shown), min(each.low for each in shown)
        out.print(Text(f"{code}  {shown[0].label} to {shown[-1].label}", style="bold"))
        for row, cells in enumerate(draw(shown, CHART_HEIGHT)):
            price = high - (high - low) * row / (CHART_HEIGHT - 1)
            label = cell(price) if row % 4 == 0 or row == CHART_HEIGHT - 1 else ""
            out.print(Text(f"{label:>{LABELS - 2}} ").append_text(Text.assemble(*cells)))


def _summary(result: KlineResult) -> None:
    meta = result.meta
    made_up = " · made-up market" if meta.upstream == "synthetic" else ""
    try:
        result.require_complete()
    except IncompleteError as gap:
        say(f"{meta.returned:,} of {meta.expected:,} bars{made_up} · {gap}")
    else:
        say(f"{meta.returned:,} bars, complete{made_up}")
    for warning in meta.warnings:
        say(f"warning: {warning}")
