"""Generations: the saved states of the emulator, each in a folder of its own, the newest two kept.

A generation is written beside the others, synced to disk, and renamed, so it is there as a whole
or not at all. Its manifest has the digest of every file, so that a damaged one is known before it
is used. No two kept generations share a file: what has not changed is linked from the one before
the last, which is then removed.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"
KEPT = 2
UNFINISHED = "unfinished"
_STAMP = "%Y%m%dT%H%M%S.%fZ"
_DAMAGED = "damaged-"


class NoIntactGenerationError(Exception):
    """All generations are damaged; the text says how."""


@dataclass(frozen=True, slots=True)
class Generation:
    """A saved state.

    Attributes
    ----------
    folder : Path
        Where it is.
    saved_at : datetime
        The time of the state, in UTC.
    orderly : bool
        Whether it was saved at an orderly stop, so that nothing came later.
    deleted : list of str
        Files of objects that this state no longer knows, but that an older one may.
    """

    folder: Path
    saved_at: datetime
    orderly: bool
    deleted: list[str]


@dataclass(frozen=True, slots=True)
class Choice:
    """The generation to start from; `generation` is None if nothing was ever saved.

    Attributes
    ----------
    damaged : dict
        Newer generations that are damaged: where they were put aside, and what is wrong.
    """

    generation: Generation | None
    damaged: dict[Path, str]


def choose(saved: Path) -> Choice:
    """Choose the newest intact generation, and put newer ones, which are damaged, aside.

    Raises
    ------
    NoIntactGenerationError
        There are generations, and all are damaged. They stay as they are.
    """
    damaged: dict[Path, str] = {}
    for folder in _folders(saved):
        try:
            generation = check(folder)
        except (OSError, ValueError, KeyError, TypeError) as error:
            damaged[folder] = str(error) or repr(error)
            continue
        return Choice(generation, {_put_aside(each): why for each, why in damaged.items()})
    if damaged:
        lines = (f"  {folder}: {why}" for folder, why in damaged.items())
        raise NoIntactGenerationError("\n".join(lines))
    return Choice(None, {})


def check(folder: Path) -> Generation:
    """Read a generation and check each of its files.

    Raises
    ------
    ValueError, OSError, KeyError, TypeError
        It is damaged.
    """
    manifest = _json(folder / MANIFEST)
    for name, digest in manifest["files"].items():
        if _digest(folder / name) != digest:
            raise ValueError(f"{name} is not as it was written")
    saved_at = datetime.fromisoformat(manifest["saved_at"])
    return Generation(folder, saved_at, manifest["orderly"], manifest["deleted"])


def write(
    saved: Path, fill: Callable[[Path], None], *, orderly: bool = False, deleted: list[str]
) -> datetime:
    """Write a generation beside the others, and remove those before the last.

    Parameters
    ----------
    saved : Path
        The folder of all generations.
    fill : callable
        Writes the state's files into a folder.

    Returns
    -------
    datetime
        The time of the state, in UTC.

    Raises
    ------
    OSError
        It could not be written; the others are as before.
    """
    saved_at = datetime.now(UTC)
    unfinished = saved / UNFINISHED
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        fill(unfinished)
        for before in _folders(saved)[KEPT - 1 : KEPT]:
            _link_unchanged(unfinished, before)
        _describe(unfinished, saved_at, orderly=orderly, deleted=deleted)
        for path in (*unfinished.rglob("*"), unfinished):
            sync(path)
        unfinished.rename(saved / saved_at.strftime(_STAMP))
        sync(saved)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    for folder in _folders(saved)[KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)
    return saved_at


def sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def adopt(saved: Path, earlier: Path) -> None:
    """Make the state of an earlier version, which wrote no manifest, the first generation.

    Raises
    ------
    NoIntactGenerationError
        It is damaged.
    """
    texts = list(earlier.glob("*.json"))
    if _folders(saved) or not texts:
        return
    try:
        for path in texts:
            _json(path)
    except ValueError as error:
        raise NoIntactGenerationError(f"  {path}: {error}") from error
    saved_at = datetime.fromtimestamp(max(path.stat().st_mtime for path in texts), UTC)
    _describe(earlier, saved_at, orderly=True, deleted=[])
    saved.mkdir(parents=True, exist_ok=True)
    earlier.rename(saved / saved_at.strftime(_STAMP))


def _describe(folder: Path, saved_at: datetime, *, orderly: bool, deleted: list[str]) -> None:
    files = {name: _digest(folder / name) for name in sorted(_files(folder))}
    manifest = {"saved_at": saved_at.isoformat(), "orderly": orderly, "deleted": deleted}
    (folder / MANIFEST).write_text(json.dumps(manifest | {"files": files}))


def _folders(saved: Path) -> list[Path]:
    """List the generations, newest first."""
    return sorted(saved.glob("[0-9]*T*Z"), reverse=True)


def _put_aside(folder: Path) -> Path:
    return folder.rename(folder.with_name(_DAMAGED + folder.name))


def _files(folder: Path) -> Iterator[str]:
    for path in list(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix()


def _link_unchanged(folder: Path, before: Path) -> None:
    """Replace files by links to equal ones of another generation, which need not be synced again.

    A file system without links keeps the copies.
    """
    link = folder / "link"
    for name in _files(folder):
        if (before / name).is_file() and _digest(folder / name) == _digest(before / name):
            with suppress(OSError):
                link.hardlink_to(before / name)
                link.replace(folder / name)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _json(path: Path) -> Any:
    return json.loads(path.read_bytes())
