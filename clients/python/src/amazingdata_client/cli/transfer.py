"""The progress of downloads: a bar on a terminal, plain lines otherwise."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from amazingdata_client.cli.output import say
from amazingdata_client.mirror.progress import SyncProgress

LINES = 10
"""About so many lines are printed where there is no terminal."""
_UNITS = ("B", "kB", "MB", "GB", "TB")


def amount(size: float) -> str:
    """Return a number of bytes for people, such as "1.2 GB"."""
    unit = 0
    while size >= 999.95 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:.1f} {_UNITS[unit]}" if unit else f"{size:.0f} B"


@contextmanager
def shown() -> Iterator[Callable[[SyncProgress], None]]:
    """Yield a function that shows progress on stderr."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield Lines()
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bars:
        bar = bars.add_task("comparing", total=None)

        def show(progress: SyncProgress) -> None:
            files = f"{progress.parts_done}/{progress.parts_total} files"
            here, total = progress.bytes_done, progress.bytes_total
            bars.update(bar, completed=here, total=total, description=files)

        yield show


@dataclass
class Lines:
    """Prints a line whenever another tenth of the bytes is here, in each of several runs."""

    _tenth: int = field(default=-1, init=False)
    _total: int = field(default=0, init=False)

    def __call__(self, progress: SyncProgress) -> None:
        """Print how far the run has come, if that is news."""
        if progress.bytes_total != self._total:
            self._total, self._tenth = progress.bytes_total, -1
        tenth = LINES * progress.bytes_done // max(self._total, 1)
        if tenth > self._tenth:
            self._tenth = tenth
            files = f"{progress.parts_done} of {progress.parts_total} files"
            say(f"{files}, {amount(progress.bytes_done)} of {amount(progress.bytes_total)}")
