"""Writing a mirror's stocks in Qlib's layout, and bringing such a folder up to date."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath

from amazingdata_client.errors import MirrorError
from amazingdata_client.mirror.reader import MirrorReader
from amazingdata_client.qlib import layout
from amazingdata_client.qlib.market import Market


@dataclass(frozen=True)
class QlibReport:
    """What an export has written.

    Attributes
    ----------
    days : int
        Length of the calendar.
    instruments : int
        Number of codes.
    corrected : tuple of str
        Codes whose values of days that had been exported before are others now.
    unadjusted : tuple of str
        Codes with bars for which no factor is known; these days are NaN.
    """

    days: int
    instruments: int
    corrected: tuple[str, ...]
    unadjusted: tuple[str, ...]


def export(
    mirror: MirrorReader,
    folder: str | os.PathLike[str],
    *,
    append: bool = False,
    on_progress: Callable[[int, int], object] | None = None,
) -> QlibReport:
    """Write the daily bars of all stocks of a mirror in Qlib's binary layout.

    Prices are multiplied by the backward factor and volumes divided by it, as Qlib's own converter
    does; a later payout changes no earlier value. Amounts stay in yuan.

    Parameters
    ----------
    mirror : MirrorReader
        It must have "stock.daily", "stock.factors", "securities" and "calendar".
    folder : path
        Where to; it is Qlib's `provider_uri`.
    append : bool
        Whether the folder may hold an export already. The result has the same bytes as an export
        into an empty folder: values that were corrected meanwhile are written anew.
    on_progress : callable, optional
        Called with the number of codes that are done and of all.

    Raises
    ------
    NotMirroredError
        The mirror lacks a dataset.
    MirrorError
        The folder holds an export, and `append` is false; or its calendar is none that the
        mirror's continues, so that all places in it would change.
    ModuleNotFoundError
        The extra `polars` is not installed.
    """
    market, root = Market(mirror), Path(folder)
    market.require()
    days, codes = market.days(), market.codes()
    _check(root, days, append=append)
    # First the calendar: Qlib accepts values that end before it, and none that end after it.
    _write(root / layout.CALENDAR, layout.calendar(days))
    corrected, unadjusted = [], []
    for count, (code, start, values) in enumerate(market.series(codes, days), 1):
        files = {
            layout.feature(code, name): layout.values(start, values[name].to_list())
            for name in layout.FIELDS
        }
        if _write_all(root, files):
            corrected.append(code)
        if values.filter(values["factor"].is_nan() & ~values["amount"].is_nan()).height:
            unadjusted.append(code)
        if on_progress:
            on_progress(count, len(codes))
    lives = layout.lives_within(market.lives(codes), days)
    _write(root / layout.INSTRUMENTS, layout.instruments(lives))
    return QlibReport(len(days), len(codes), tuple(corrected), tuple(unadjusted))


def _check(root: Path, days: Sequence[date], *, append: bool) -> None:
    path = root / layout.CALENDAR
    if not path.exists():
        return
    if not append:
        raise MirrorError(f"{root} holds an export already, which only append brings up to date")
    if not layout.calendar(days).startswith(path.read_bytes()):
        raise MirrorError(f"{path} is no beginning of the mirror's calendar: export anew")


def _write_all(root: Path, files: dict[PurePosixPath, bytes]) -> bool:
    """Write the files of a code, and return whether one was more than continued."""
    continued = [_write(root / path, content) for path, content in files.items()]
    return not all(continued)


def _write(path: Path, content: bytes) -> bool:
    """Replace a file as a whole, if it is another; return whether the new one continues it."""
    before = path.read_bytes() if path.exists() else b""
    if before != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f".{path.name}.new")
        new.write_bytes(content)
        new.replace(path)
    return content.startswith(before)
