"""The command kline: bars as a table, a chart, CSV, Parquet or JSON."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import click
from rich.text import Text

from amazingdata_client._sync.client import Client
from amazingdata_client.cli import options, rows
from amazingdata_client.cli.chart import Candle, axis, candles, draw, draw_volume, in_words
from amazingdata_client.cli.codes import Wanted, codes
from amazingdata_client.cli.continuing import Continued, since
from amazingdata_client.cli.days import DAY
from amazingdata_client.cli.output import (
    cell,
    console,
    say,
    visible,
    width,
)
from amazingdata_client.cli.rows import Outputs
from amazingdata_client.cli.session import Login, pass_login
from amazingdata_client.cli.summary import tell, tell_disagreeing
from amazingdata_client.questions import is_future
from amazingdata_client.results import KlineResult
from amazingdata_client.words import Adjust, Include, Period

CHART_HEIGHT = 20
VOLUME_HEIGHT = 4
WIDTH_OF_FILES = 100
"""How wide a chart is that no terminal shows."""
LABELS = 12
"""Width of the price labels beside a chart."""


@click.command()
@codes("stock", "index", "etf", "future")
@options.start_unless_count
@options.end_unless_count
@options.count
@options.period
@click.option(
    "--adjust",
    type=click.Choice(["none", "forward", "backward"]),
    default="none",
    show_default=True,
    help="Adjust prices for dividends and splits; not for futures.",
)
@click.option(
    "--anchor",
    metavar="DAY",
    type=DAY,
    help="With --adjust forward: the day whose prices stay as they were.",
)
@options.fields
@click.option(
    "--include",
    type=click.Choice(["status"]),
    help="Add the columns of the status to daily bars; not for futures.",
)
@options.universe
@rows.outputs
@since
@click.option("--chart", is_flag=True, help="Draw a candlestick chart of one code.")
@options.require_complete
@options.strict
@pass_login
def kline(
    login: Login,
    *,
    wanted: Wanted,
    start: str,
    end: str,
    count: int | None,
    period: Period,
    adjust: Adjust,
    anchor: str | None,
    fields: str | None,
    include: Include | None,
    universe: str | None,
    outputs: Outputs,
    since: str | None,
    chart: bool,
    require_complete: bool,
    strict: bool,
) -> None:
    """Read the K-lines of CODES.

    CODES are stocks, indices and funds, or futures, but not both in one command. With --universe
    there are none: each day has the bars of those that belonged to the index on that day.

    --since last continues the file of --csv, also with codes that it does not have yet if there is
    a --start. It asks for the last day of each code again, and refuses if that is not what the file
    has: after a correction or a payout, or with other options.

    Prints a table unless an output option is given. Known gaps are reported on stderr; with
    --require-complete or --strict, nothing is written if there are any.

    \b
    amazingdata kline 600000.SH --start 20240101 --end 20240131
    amazingdata kline 600000.SH --count 120 --adjust forward --chart
    amazingdata kline --all etf --start -1m --end today --parquet etf.parquet
    amazingdata kline --codes-file mine.txt --start -1y --end today --csv bars.csv
    amazingdata kline --since last --end today --csv bars.csv
    """  # noqa: D301
    asked = Asked((), start, end, count, period, adjust, anchor, fields, include, universe)
    _check(asked, wanted, chart=chart, since=since)
    file = Continued.of(outputs) if since else None
    with login.client() as client:
        codes = wanted.read(client, start, end, period=period, count=count)
        if file:
            read = partial(asked.of, client)
            codes = file.with_own(codes) if wanted.kind else codes
            file.append(codes, (start, end), read, strict=strict)
            return
        result = asked.of(client, codes, start)
        if require_complete or strict:
            result.require_complete(strict=strict)
    if chart:
        _draw(result)
    if outputs.named or not chart:
        outputs.show(result, {"data": result.data, "meta": result.meta})
    tell(result, "bar")
    if result.meta.status:
        tell_disagreeing(result.meta.status.disagreeing)


def _check(asked: "Asked", wanted: Wanted, *, chart: bool, since: str | None) -> None:
    if since:
        by_day = asked.period not in options.COMPUTED
        options.continued(
            asked.end, other=bool(asked.universe or asked.count or chart or not by_day)
        )
    else:
        options.one_of(wanted, asked.universe)
        options.range_or_count(asked.start, asked.end, asked.count)
    if chart and len(wanted.named) != 1:
        raise click.UsageError("--chart takes a single code")
    if chart and asked.fields:
        raise click.UsageError("--chart needs all columns: leave out --fields")


@dataclass(frozen=True)
class Asked:
    """The bars that the command is asked for: by their codes, or by an index."""

    codes: Sequence[str]
    start: str
    end: str
    count: int | None
    period: Period
    adjust: Adjust
    anchor: str | None
    fields: str | None
    include: Include | None
    universe: str | None

    def of(self, client: Client, codes: Sequence[str], start: str) -> KlineResult:
        """Read those of some codes from a day on."""
        return replace(self, codes=codes, start=start).read(client)

    def read(self, client: Client) -> KlineResult:
        """Read them; futures have a call of their own.

        Raises
        ------
        click.UsageError
            Futures were mixed with others, or given options that do not apply to them.
        """
        futures = {is_future(code) for code in self.codes}
        if len(futures) > 1:
            raise click.UsageError("read futures and other codes separately")
        if True not in futures:
            return client.kline(
                self.codes or None,
                self.start,
                self.end,
                self.period,
                count=self.count,
                adjust=self.adjust,
                adjust_anchor=self.anchor,
                include=self.include,
                fields=self.fields,
                universe=self.universe,
            )
        if self.adjust != "none" or self.anchor or self.include:
            raise click.UsageError("--adjust, --anchor and --include do not apply to futures")
        return client.future_kline(
            self.codes, self.start, self.end, self.period, count=self.count, fields=self.fields
        )


def _draw(result: KlineResult) -> None:
    for code, bars in result.data.items():
        shown = candles(bars, max((width() or WIDTH_OF_FILES) - LABELS, 1))
        if shown:
            _draw_one(code, shown)
        else:
            say(f"{code} has no bars in this range")


def _draw_one(code: str, shown: Sequence[Candle]) -> None:
    out = console()

    def put(label: str, *cells: tuple[str, str] | str) -> None:
        out.print(Text(f"{label:>{LABELS - 2}} ").append_text(Text.assemble(*cells)))

    out.print(Text(visible(f"{code}  {shown[0].label} to {shown[-1].label}"), style="bold"))
    high, low = max(each.high for each in shown), min(each.low for each in shown)
    for row, cells in enumerate(draw(shown, CHART_HEIGHT)):
        price = round(high - (high - low) * row / (CHART_HEIGHT - 1), 4)
        put(cell(price) if row % 4 == 0 or row == CHART_HEIGHT - 1 else "", *cells)
    volumes = [each.volume for each in shown if each.volume is not None]
    if volumes:
        for row, cells in enumerate(draw_volume(shown, VOLUME_HEIGHT)):
            put("" if row else in_words(max(volumes)), *cells)
    for line in axis(shown):
        put("", visible(line))
