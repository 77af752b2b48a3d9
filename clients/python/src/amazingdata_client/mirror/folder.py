"""The folder of a mirror: partial files, hashes, and the moment at which files change places."""

import hashlib
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import BinaryIO

from amazingdata_client.export_models import ExportPart
from amazingdata_client.mirror import durable
from amazingdata_client.mirror import state as states
from amazingdata_client.mirror.plan import Step
from amazingdata_client.mirror.state import Held, State

BLOCK = 1 << 20
COMING, GOING = ".mirror.coming", ".mirror.going"
"""Folders in which a year is put together, and from which the one before it is deleted."""
_PARTIAL = re.compile(r"\.[0-9a-f]{64}\.partial")


@dataclass
class Folder:
    """The files of a mirror and its state, which says which of them count.

    Parameters
    ----------
    root : Path
        The folder.
    """

    root: Path
    state: State = field(init=False)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.state = states.load(self.root)

    def path(self, part: "ExportPart | Held") -> Path:
        """Return where a file belongs."""
        return self.root / part.path

    def partial(self, part: ExportPart) -> Path:
        """Return where a file is kept until it is whole; its folder is made."""
        folder = self.path(part).parent
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f".{part.sha256}.partial"

    def lost(self) -> list[str]:
        """Return the paths of held files that are not there or have another size."""
        return [each.path for each in self.state.held.values() if not self._has_size(each)]

    def _has_size(self, held: Held) -> bool:
        path = self.path(held)
        return path.is_file() and path.stat().st_size == held.bytes

    def note(self, state: State) -> None:
        """Replace the state."""
        with self._lock:
            self._note(state)

    def _note(self, state: State) -> None:
        if state != self.state:
            states.save(self.root, state)
            self.state = state

    def has(self, part: ExportPart) -> bool:
        """Check whether a file is in its place already, although the state does not say so."""
        path = self.path(part)
        here = path.is_file() and path.stat().st_size == part.bytes
        return here and sha256_of(path) == part.sha256

    def place(self, step: Step) -> None:
        """Put downloaded files in their places, and remove those that they replace.

        A file is replaced by a rename. If all files of a year go at the same moment, because one
        file takes their place, the whole folder is exchanged: whoever lists it sees the old files,
        for an instant none, then the new ones, and never a day twice.
        """
        with self._lock:
            if step.replaced and self._has_only(step):
                self._exchange(step)
            else:
                for part in step.parts:
                    self._move(part, self.path(part))
            self._note(self.state.changed(map(Held.of, step.parts), step.replaced))
            self._discard()

    def _move(self, part: ExportPart, target: Path) -> None:
        """Put a file where it belongs, unless an earlier run has done so."""
        if self.partial(part).exists():
            durable.move(self.partial(part), target)

    def _has_only(self, step: Step) -> bool:
        """Check whether a folder has no files but those that go; a user's own stay in place."""
        known = {self.path(each) for each in step.replaced}
        found = self.partial(step.parts[0]).parent.iterdir()
        return all(path in known or _PARTIAL.fullmatch(path.name) for path in found)

    def _exchange(self, step: Step) -> None:
        year = self.path(step.parts[0]).parent
        new, old = (self.root / side / year.relative_to(self.root) for side in (COMING, GOING))
        new.mkdir(parents=True, exist_ok=True)
        old.parent.mkdir(parents=True, exist_ok=True)
        for part in step.parts:
            self._move(part, new / self.path(part).name)
        durable.move(year, old)
        durable.move(new, year)

    def withdraw(self, held: Iterable[Held]) -> None:
        """Remove files that are not published any more."""
        with self._lock:
            self._note(self.state.changed((), held))
            self._discard()

    def _discard(self) -> None:
        """Delete the files that count no more; only then the state forgets them."""
        for name in self.state.going:
            path = self.root / name
            durable.remove(path)
            if path.parent.is_dir() and not any(path.parent.iterdir()):
                path.parent.rmdir()
        self._note(replace(self.state, going=()))

    def recover(self) -> None:
        """Bring a folder in order that a run has left when it was killed."""
        for old in (self.root / GOING).glob("*/*"):
            year = self.root / old.relative_to(self.root / GOING)
            if not year.exists():
                year.parent.mkdir(parents=True, exist_ok=True)
                durable.move(old, year)
        with self._lock:
            self._discard()
        self._clear()

    def finish(self, cursor: str) -> None:
        """Note that everything up to a position in the changes is here, and tidy up."""
        self._clear()
        for path in list(self.root.rglob(".*.partial")):
            if _PARTIAL.fullmatch(path.name):
                durable.remove(path)
        self.note(replace(self.state, cursor=cursor))

    def _clear(self) -> None:
        for name in (COMING, GOING):
            shutil.rmtree(self.root / name, ignore_errors=True)
        durable.remove(self.root / f"{states.NAME}.new")


def open_at(path: Path, start: int) -> BinaryIO:
    """Open a file to write on from a position; what was behind it is cut off."""
    path.touch()
    file = path.open("rb+")
    file.seek(start)
    file.truncate()
    return file


def size_of(path: Path) -> int:
    """Return the size of a file in bytes; 0 if there is none."""
    return path.stat().st_size if path.exists() else 0


def sha256_of(path: Path) -> str:
    """Return the hash of a file's bytes, in hex."""
    digest = hashlib.sha256()
    for block in _blocks(path):
        digest.update(block)
    return digest.hexdigest()


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block
