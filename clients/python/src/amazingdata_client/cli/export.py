"""Commands that write a mirror in the layout of other programs."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from amazingdata_client.cli.exits import exits
from amazingdata_client.cli.output import counted, say
from amazingdata_client.mirror.reader import MirrorReader
from amazingdata_client.qlib.export import export as to_qlib

SHOWN = 5
"""More codes than this are only counted."""


@click.group()
def export() -> None:
    """Write a mirror in the layout of another program."""


@export.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False))
@click.option(
    "--mirror",
    "source",
    required=True,
    type=click.Path(exists=True, file_okay=False),
    help="The mirror's folder.",
)
@click.option("--append", is_flag=True, help="Bring an export that is in DIR up to date.")
def qlib(folder: str, *, source: str, append: bool) -> None:
    """Write the daily bars of all stocks to DIR, in Qlib's binary layout.

    DIR is Qlib's provider_uri. Prices are adjusted backward. It needs the extra polars.

    \b
    amazingdata export qlib qlib-data --mirror market --append
    """  # noqa: D301
    with exits(), _bar() as on_progress:
        try:
            report = to_qlib(MirrorReader(source), folder, append=append, on_progress=on_progress)
        except ModuleNotFoundError as error:
            raise click.ClickException(str(error)) from None
    say(f"{counted(report.instruments, 'instrument')}, {counted(report.days, 'day')}")
    _name("earlier values were corrected of", report.corrected)
    _name("days without a known factor are NaN of", report.unadjusted)


@contextmanager
def _bar() -> Iterator[Callable[[int, int], object]]:
    columns = (TextColumn("instruments"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        bar = bars.add_task("", total=None)
        yield lambda done, total: bars.update(bar, completed=done, total=total)


def _name(what: str, codes: Sequence[str]) -> None:
    if codes:
        rest = f" and {len(codes) - SHOWN:,} more" if len(codes) > SHOWN else ""
        say(f"{what} {', '.join(codes[:SHOWN])}{rest}")
