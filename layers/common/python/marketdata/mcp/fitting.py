"""How much of its rows an answer shows: so many as fit, evenly from all codes, the newest. Pure.

An agent pays for each token that it reads. So an answer has figures about all of its rows, some
rows, and a link to all of them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

MOST_ROWS = 200
"""The rows of an answer."""
PREVIEW_ROWS = 40
"""The rows of an answer that cannot have all of them, unless it was told how many."""
MOST_BYTES = 24_000
"""The bytes of a tool's result, in which everything stands twice: as a text and structured."""
ENVELOPE_BYTES = 500
"""What the result has beside both."""

DISPENSABLE = ("outside", "absent", "unconfirmed", "short", "missing", "statistics")
"""What is left out, and named in `left_out`, should it fill an answer without any row."""

type Reply = dict[str, Any]
"""What a tool answers."""

type Groups = Mapping[str, Sequence[Any]]
"""Rows by code, each in the order of time; or, of one group that is named "", in any order."""


class Draft(NamedTuple):
    """All that a tool has to say, of which an answer is made.

    Attributes
    ----------
    said : mapping
        The answer without its rows.
    columns : sequence of str
        The names of a row's values.
    groups : mapping
        All rows.
    limit : int or None
        How many rows are wanted.
    link : callable or None
        Returns what is told of a file with all rows, None if there is none; only called if the
        answer does not have them all.
    total : int or None
        The number of all rows, if these are only some of them.
    """

    said: Mapping[str, Any]
    columns: Sequence[str]
    groups: Groups
    limit: int | None = None
    link: Callable[[], Mapping[str, Any] | None] | None = None
    total: int | None = None


def finished(draft: Draft, notes: Mapping[str, Any]) -> Reply:
    """Return the answer that a draft makes, with some notes."""
    said = {**draft.said, **notes}
    answer = fitted(said, draft.columns, draft.groups, draft.limit)
    if answer["truncated"] and draft.link and (link := draft.link()):
        answer = fitted(said | {"rest": link}, draft.columns, draft.groups, draft.limit)
    if draft.total is not None:
        answer |= {"total": draft.total, "truncated": answer["returned"] < draft.total}
    return answer


def fitted(
    said: Mapping[str, Any], columns: Sequence[str], groups: Groups, limit: int | None
) -> Reply:
    """Return an answer with as many rows as it may have.

    Parameters
    ----------
    said, columns
        As in `Draft`.
    groups : mapping
        All rows. Those of one group, named "", are shown as one list, from its beginning; of
        several, the newest of each.
    limit : int, optional
        How many rows are wanted; by default `MOST_ROWS` where that is all, else `PREVIEW_ROWS`.
    """
    total = sum(map(len, groups.values()))
    wanted = limit or (MOST_ROWS if total <= MOST_ROWS else PREVIEW_ROWS)
    most = min(wanted, total)
    answer = _answer(said, columns, groups, most)
    if _fits(answer):
        return answer
    spared = _spared(said, columns, groups)
    # The most that fits, found by halving: `fewer` rows do, `more` do not.
    fewer, more = 0, most + 1
    while more - fewer > 1:
        middle = (fewer + more) // 2
        fits = _fits(_answer(spared, columns, groups, middle))
        fewer, more = (middle, more) if fits else (fewer, middle)
    return _answer(spared, columns, groups, fewer)


def shares(lengths: Mapping[str, int], rows: int) -> dict[str, int]:
    """Return how many of some rows each group gets: the same, but none more than it has."""
    found: dict[str, int] = {}
    for name in sorted(lengths, key=lengths.__getitem__):
        found[name] = min(lengths[name], rows // (len(lengths) - len(found)))
        rows -= found[name]
    return found


def weight(answer: Mapping[str, Any]) -> int:
    """Return the bytes of a tool's result with an answer."""
    text = orjson.dumps(answer)
    return len(text) + len(orjson.dumps(text.decode())) + ENVELOPE_BYTES


def _fits(answer: Mapping[str, Any]) -> bool:
    return weight(answer) <= MOST_BYTES


def _answer(said: Mapping[str, Any], columns: Sequence[str], groups: Groups, rows: int) -> Reply:
    lengths = {name: len(each) for name, each in groups.items()}
    given = shares(lengths, rows)
    shown: Any = {name: each[len(each) - given[name] :] for name, each in groups.items()}
    if groups.keys() == {""}:
        shown = groups[""][: given[""]]
    total, returned = sum(lengths.values()), sum(given.values())
    counts = {"total": total, "returned": returned, "truncated": returned < total}
    return {**said, **counts, "columns": columns, "rows": shown}


def _spared(said: Mapping[str, Any], columns: Sequence[str], groups: Groups) -> Mapping[str, Any]:
    """Leave out of an answer what would not fit even without a row."""
    spared: dict[str, Any] = dict(said)
    for name in DISPENSABLE:
        if _fits(_answer(spared, columns, groups, 0)):
            break
        if spared.pop(name, None) is not None:
            spared["left_out"] = [*spared.get("left_out", ()), name]
    return spared
