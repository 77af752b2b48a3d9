"""How far a run has come, and what it has done."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock


@dataclass(frozen=True)
class SyncProgress:
    """How far a run has come.

    Attributes
    ----------
    parts_done, parts_total : int
        Files that are in place, and files to be downloaded.
    bytes_done, bytes_total : int
        Bytes that are here, including those of an earlier run that was cut, and all of them.
    """

    parts_done: int
    parts_total: int
    bytes_done: int
    bytes_total: int


@dataclass(frozen=True)
class SyncReport:
    """What a run has done.

    Attributes
    ----------
    downloaded : tuple of str
        Paths of the files that came, in order.
    removed : tuple of str
        Paths of the files that went because they were withdrawn or replaced, in order.
    held : int
        Number of files that the mirror holds now.
    bytes : int
        The size of the files that came.
    partial : tuple of str
        Paths of the files that lack rows, as far as the service knows, in order.
    """

    downloaded: tuple[str, ...]
    removed: tuple[str, ...]
    held: int
    bytes: int
    partial: tuple[str, ...] = ()


class StoppedError(Exception):
    """The run is over; this download need not go on."""


@dataclass
class Tally:
    """Counts what several downloads report, and tells the caller.

    Parameters
    ----------
    sizes : dict
        Bytes of each file, by path.
    on_progress : callable, optional
        Called with a `SyncProgress` at every change, from one download at a time.
    """

    sizes: dict[str, int]
    on_progress: Callable[[SyncProgress], object] | None = None
    _stopped: bool = False
    _here: dict[str, int] = field(default_factory=dict)
    _done: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def stop(self) -> None:
        """Make every download end that reports something from now on."""
        self._stopped = True

    def has(self, path: str, size: int) -> None:
        """Note how much of a file is here.

        Raises
        ------
        StoppedError
            Another download has failed, or the user has interrupted the run.
        """
        if self._stopped:
            raise StoppedError
        with self._lock:
            self._here[path] = size
            self._tell()

    def finished(self, paths: list[str]) -> None:
        """Note that files are in place."""
        with self._lock:
            self._done.update(paths)
            self._tell()

    def _tell(self) -> None:
        if self.on_progress:
            here = sum(self._here.values())
            total = sum(self.sizes.values())
            self.on_progress(SyncProgress(len(self._done), len(self.sizes), here, total))
