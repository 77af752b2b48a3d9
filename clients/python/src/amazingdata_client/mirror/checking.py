"""What differs between a mirror's files, its state, and what is published."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from amazingdata_client.export_models import ExportPart
from amazingdata_client.mirror.folder import Folder, sha256_of
from amazingdata_client.mirror.plan import chosen
from amazingdata_client.mirror.state import Held, Selection


@dataclass(frozen=True)
class Difference:
    """A file that is not as it should be.

    Attributes
    ----------
    path : str
        Its place below the mirror's folder.
    problem : str
        "missing" (the state has it, the folder does not), "damaged" (it has another hash than the
        state says), "unknown" (it lies among the mirror's files, but the state does not have it),
        "outdated" (another revision is published), "not mirrored" (published, and not here) or
        "withdrawn" (here, and not published any more).
    """

    path: str
    problem: str


def differences(
    folder: Folder, published: Iterable[ExportPart], selection: Selection
) -> list[Difference]:
    """Compare a folder with its state, and the state with what is published, in order of path."""
    wanted = {part.path: part for part in chosen(published, folder.state, selection)}
    found = [*_of_files(folder), *_of_state(folder.state.held, wanted)]
    return sorted(found, key=lambda each: (each.path, each.problem))


def _of_files(folder: Folder) -> Iterator[Difference]:
    held = folder.state.held
    for each in held.values():
        path = folder.path(each)
        if not path.is_file():
            yield Difference(each.path, "missing")
        elif path.stat().st_size != each.bytes or sha256_of(path) != each.sha256:
            yield Difference(each.path, "damaged")
    for root in {folder.root / each.dataset for each in held.values()}:
        for path in root.rglob("*.parquet"):
            name = path.relative_to(folder.root).as_posix()
            if name not in held:
                yield Difference(name, "unknown")


def _of_state(held: dict[str, Held], wanted: dict[str, ExportPart]) -> Iterator[Difference]:
    for path, part in wanted.items():
        if path not in held:
            yield Difference(path, "not mirrored")
        elif Held.of(part) != held[path]:
            yield Difference(path, "outdated")
    for path in held.keys() - wanted.keys():
        yield Difference(path, "withdrawn")
