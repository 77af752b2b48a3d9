"""What a mirror holds: its state file, which is replaced as a whole after every change."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from amazingdata_client.errors import MirrorError
from amazingdata_client.export_models import ExportPart
from amazingdata_client.mirror import durable

NAME = ".mirror.json"
VERSION = 1


@dataclass(frozen=True)
class Held:
    """A file of the mirror.

    Attributes
    ----------
    dataset, part : str
        See `ExportPart`.
    path : str
        Its place below the mirror's folder, with slashes.
    revision, bytes : int
        The revision that the mirror has, and the file's size.
    sha256 : str
        The hash of its bytes, in hex.
    """

    dataset: str
    part: str
    path: str
    revision: int
    bytes: int
    sha256: str

    @classmethod
    def of(cls, part: ExportPart) -> "Held":
        """Return what is held once a published part is here."""
        return cls(part.dataset, part.part, part.path, part.revision, part.bytes, part.sha256)

    @property
    def folder(self) -> str:
        """The folder of the file: that of a year, or of a dataset without years."""
        return self.path.rpartition("/")[0]


@dataclass(frozen=True)
class Selection:
    """Which parts a mirror is for.

    Attributes
    ----------
    datasets : tuple of str
        Their names; empty for all.
    since : int or None
        The first year; None for all. It does not concern datasets without years.
    """

    datasets: tuple[str, ...] = ()
    since: int | None = None

    def has(self, part: ExportPart | Held) -> bool:
        """Check whether a part belongs to the selection."""
        if self.datasets and part.dataset not in self.datasets:
            return False
        year = part.part[:4]
        return self.since is None or not year.isdigit() or int(year) >= self.since


@dataclass(frozen=True)
class State:
    """The content of the state file.

    Attributes
    ----------
    held : dict
        The files by path.
    selection : Selection
        What the mirror is for, as it was last named.
    cursor : str or None
        The position in the changes up to which the mirror is complete.
    going : tuple of str
        Paths of files that count no more and are about to be deleted.
    """

    held: dict[str, Held] = field(default_factory=dict)
    selection: Selection = field(default_factory=Selection)
    cursor: str | None = None
    going: tuple[str, ...] = ()

    def changed(self, added: Iterable[Held], removed: Iterable[Held] = ()) -> "State":
        """Return the state after some files came, and others count no more."""
        gone = {each.path for each in removed}
        held = {path: each for path, each in self.held.items() if path not in gone}
        held |= {each.path: each for each in added}
        return replace(self, held=held, going=tuple(sorted(gone - held.keys())))


def load(folder: Path) -> State:
    """Read the state of a folder; that of a folder without a state file is empty.

    Raises
    ------
    MirrorError
        The file cannot be read, or a newer version of this package has written it.
    """
    path = folder / NAME
    try:
        content: dict[str, Any] = json.loads(path.read_bytes())
        version = content["version"]
    except FileNotFoundError:
        return State()
    except (ValueError, KeyError, TypeError) as error:
        raise MirrorError(f"{path} cannot be read: {error!r}") from None
    if version != VERSION:
        raise MirrorError(f"{path} was written by another version of amazingdata-client")
    selection = content["selection"]
    return State(
        {each["path"]: Held(**each) for each in content["parts"]},
        Selection(tuple(selection["datasets"]), selection["since"]),
        content["cursor"],
        tuple(content["going"]),
    )


def save(folder: Path, state: State) -> None:
    """Write the state of a folder; the same state gives the same bytes."""
    content = {
        "version": VERSION,
        "selection": asdict(state.selection),
        "cursor": state.cursor,
        "going": state.going,
        "parts": [asdict(state.held[path]) for path in sorted(state.held)],
    }
    durable.write(folder / NAME, json.dumps(content, indent=1).encode() + b"\n")
