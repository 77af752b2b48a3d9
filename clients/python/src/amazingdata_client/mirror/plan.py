"""What has to be done so that a mirror holds what is published. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from amazingdata_client.errors import BadAnswerError
from amazingdata_client.export_models import ExportPart
from amazingdata_client.mirror.state import Held, Selection, State

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.=-]*")
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Step:
    """Files that come, and those that go at the same moment.

    Attributes
    ----------
    parts : list of ExportPart
        The files to be downloaded.
    replaced : list of Held
        The files that they take the place of under other names, as the file of a year takes the
        place of its days' files. They are all files of the folder.
    """

    parts: list[ExportPart]
    replaced: list[Held] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """The way from a state to what is published.

    Attributes
    ----------
    steps : list of Step
        In any order, even at once.
    renamed : list of Held
        Files that are here already and only have a new revision.
    withdrawn : list of Held
        Files to be removed after all steps.
    """

    steps: list[Step]
    renamed: list[Held]
    withdrawn: list[Held]

    @property
    def parts(self) -> list[ExportPart]:
        """All files to be downloaded."""
        return [part for step in self.steps for part in step.parts]


def made(
    published: Iterable[ExportPart], state: State, selection: Selection, lost: Iterable[str] = ()
) -> Plan:
    """Plan a run.

    Parameters
    ----------
    published : iterable of ExportPart
        Everything that the service publishes.
    state : State
        What the mirror holds. Its files are kept up to date even if they are not selected.
    selection : Selection
        What else it shall hold.
    lost : iterable of str
        Paths of held files that are not there, or not whole.

    Raises
    ------
    BadAnswerError
        A path leads out of the folder, or is none of a published file; or nothing at all is
        published, as by another service, and the mirror holds files.
    """
    published = list(published)
    if state.held and not published:
        raise BadAnswerError("the service publishes nothing: the mirror keeps its files")
    wanted = {part.path: part for part in chosen(published, state, selection)}
    withdrawn = [each for path, each in state.held.items() if path not in wanted]
    held = {path: each for path, each in state.held.items() if path not in set(lost)}
    new = [part for path, part in wanted.items() if not _is_same(part, held.get(path))]
    renamed = [
        Held.of(part)
        for path, part in wanted.items()
        if _is_same(part, held.get(path)) and Held.of(part) != held[path]
    ]
    return _grouped(new, renamed, withdrawn, state)


def chosen(published: Iterable[ExportPart], state: State, selection: Selection) -> list[ExportPart]:
    """Return the published parts that the mirror shall hold.

    These are the selected ones, and those in folders of which it holds something already: the
    file of a year takes the place of days that were mirrored, whatever is selected now.
    """
    folders = {each.folder for each in state.held.values()}
    parts = [part for part in published if selection.has(part) or Held.of(part).folder in folders]
    for part in parts:
        _check(part)
    return parts


def _check(part: ExportPart) -> None:
    names = PurePosixPath(part.path).parts
    plain = "/".join(names) == part.path and all(map(_NAME.fullmatch, names))
    if not (plain and len(names) > 1 and names[-1].endswith(".parquet")):
        raise BadAnswerError(f"{part.path!r} is no place for {part.dataset} {part.part}")
    if not _HASH.fullmatch(part.sha256):
        raise BadAnswerError(f"{part.sha256!r} is no hash of {part.dataset} {part.part}")


def _is_same(part: ExportPart, held: Held | None) -> bool:
    return held is not None and (held.sha256, held.bytes) == (part.sha256, part.bytes)


def _grouped(
    new: list[ExportPart], renamed: list[Held], withdrawn: list[Held], state: State
) -> Plan:
    """Put files together that must come and go at the same moment."""
    coming: defaultdict[str, list[ExportPart]] = defaultdict(list)
    going: defaultdict[str, list[Held]] = defaultdict(list)
    for part in new:
        coming[Held.of(part).folder].append(part)
    for each in withdrawn:
        going[each.folder].append(each)
    steps, rest = [], []
    for folder, leaving in going.items():
        everything = sum(each.folder == folder for each in state.held.values())
        if folder in coming and len(leaving) == everything:
            steps.append(Step(coming.pop(folder), leaving))
        else:
            rest += leaving
    steps += [Step([part]) for parts in coming.values() for part in parts]
    return Plan(steps, renamed, rest)
