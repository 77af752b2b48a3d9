"""The command factors: the published adjustment factors of stocks."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TextIO

import click

from amazingdata_client.cli import rows
from amazingdata_client.cli.codes import codes_file, read_codes
from amazingdata_client.cli.exits import ERROR, exits
from amazingdata_client.cli.output import counted, say
from amazingdata_client.cli.rows import Outputs
from amazingdata_client.cli.session import Login, pass_login
from amazingdata_client.mirror.reader import MirrorReader

if TYPE_CHECKING:
    import polars as pl

DATASET = "stock.factors"
COLUMNS = ("code", "trade_date", "until", "factor")
_CODE = re.compile(r"[0-9]{6}\.[A-Z]{2}")
NAMED = 5
"""So many codes without factors are named."""


@dataclass(frozen=True)
class Factors:
    """Steps of adjustment factors, in order of code and day."""

    frame: "pl.DataFrame"
    columns: Sequence[str] = COLUMNS

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The steps, with days as the API writes them."""
        days = [f"{each:%Y%m%d}" for each in self.frame["trade_date"]]
        ends = [f"{each:%Y%m%d}" for each in self.frame["until"]]
        values = zip(self.frame["code"], days, ends, self.frame["factor"], strict=True)
        return [dict(zip(self.columns, each, strict=True)) for each in values]

    def to_polars(self) -> "pl.DataFrame":
        """Return them as a polars frame."""
        return self.frame


@click.command()
@click.argument("codes", nargs=-1)
@codes_file
@click.option(
    "--mirror",
    "folder",
    type=click.Path(exists=True, file_okay=False),
    help="Read them in this mirror, without a login.",
)
@rows.outputs
@pass_login
def factors(
    login: Login,
    *,
    codes: tuple[str, ...],
    codes_file: TextIO | None,
    folder: str | None,
    outputs: Outputs,
) -> None:
    """Read the adjustment factors of the stocks CODES, such as 600000.SH; without any, of all.

    From trade_date to until, price × factor is the price that "kline --adjust backward" gives. They
    are those that were published last: the service knows the factors of stocks of which somebody
    has asked adjusted prices. It needs the extra polars.

    \b
    amazingdata factors 600000.SH
    amazingdata factors --parquet factors.parquet
    """  # noqa: D301
    if codes and codes_file:
        raise click.UsageError("give only one of CODES and --codes-file")
    wanted = _ours(read_codes(codes_file) if codes_file else codes)
    try:
        import polars as pl  # noqa: PLC0415
    except ModuleNotFoundError:
        command = "pip install 'amazingdata-client[polars]'"
        raise click.ClickException(f"factors needs polars: {command}") from None
    with _files(login, folder) as files:
        frame = pl.scan_parquet(files, hive_partitioning=False)
        if wanted:
            frame = frame.filter(pl.col("code").is_in(list(wanted)))
        found = Factors(frame.sort("code", "trade_date").select(COLUMNS).collect())
    outputs.show(found, found.rows)
    known = set(found.frame["code"])
    say(f"{counted(len(found.rows), 'step')} of {counted(len(known), 'code')}")
    if unknown := [code for code in wanted if code not in known]:
        more = f" and {len(unknown) - NAMED:,} more" if len(unknown) > NAMED else ""
        say(f"no published factors of {', '.join(unknown[:NAMED])}{more}")
        if not known:
            raise SystemExit(ERROR)


def _ours(codes: Sequence[str]) -> list[str]:
    """Return codes as the published files write them.

    Raises
    ------
    click.UsageError
        One is in another spelling, which only the service could read.
    """
    written = [code.upper() for code in codes]
    if others := [code for code in written if not _CODE.fullmatch(code)]:
        raise click.UsageError(f"factors takes codes such as 600000.SH, not {others[0]}")
    return written


@contextmanager
def _files(login: Login, folder: str | None) -> Iterator[list[Path]]:
    """Yield the files of the dataset: those of a mirror, or what the service has published."""
    if folder:
        with exits():
            yield MirrorReader(folder).files(DATASET)
        return
    with TemporaryDirectory() as temporary, login.client() as client:
        parts = client.exports(DATASET).items
        if not parts:
            raise click.ClickException("no adjustment factors are published yet")
        files = [Path(temporary) / f"{number}.parquet" for number in range(len(parts))]
        for part, file in zip(parts, files, strict=True):
            client.download(part, file)
        yield files
