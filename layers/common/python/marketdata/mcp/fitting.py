"""How much of its rows an answer shows: so many as fit, evenly from all codes, the newest. Pure.

An agent pays for each token that it reads. So an answer has figures about all of its rows, some
rows, and a link to all of them. Where that is too much, it becomes shorter step by step, with what
is missed least first, until a row of each code fits; what is left of the room is for more rows.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import orjson

from marketdata.mcp.figures import FIGURES
from marketdata.mcp.texts import FIELD, NAMES

MOST_ROWS = 200
"""The rows of an answer."""
PREVIEW_ROWS = 40
"""The rows of an answer that cannot have all of them, unless it was told how many."""
MOST_BYTES = 24_000
"""The bytes of a tool's result, in which everything stands twice: as a text and structured."""
ENVELOPE_BYTES = 500
"""What the result has beside both."""

ROLLS = "rolls"
"""The field with the changes of main contracts by code, of which the latest matter most."""
STATISTICS = "statistics"
LISTS = (
    "outside",
    "unknown_sessions",
    "no_main",
    "announced_later",
    "unconfirmed",
    "missing",
    "pending",
)
"""Fields with lists of days, which may be long."""
SHOWN_FIGURES = "figures"
"""Names the figures of each column if they are not all of `FIGURES`."""
LAST = FIGURES.index("last")
CUT = "…"
"""Stands where a list was cut."""

LEFT_OUT = "left_out"
DISPENSABLE = (
    FIELD,
    ROLLS,
    "codes_read_as",
    "outside",
    "absent",
    "unconfirmed",
    "unknown_sessions",
    "no_main",
    "announced_later",
    "short",
    "adjust",
    "unknown_codes",
    "not_covered",
    "not_counted",
    "pending",
    "missing",
)
"""What is left out for a row of each code, in this order, and named in `left_out`."""
RATHER_THAN_ROWS = (*DISPENSABLE, STATISTICS, "rest")
"""What is left out if not even an answer without rows fits."""

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
        All rows. Those of one group, named "", are shown as one list, from its beginning; of
        several, the newest of each.
    limit : int or None
        How many rows are wanted; by default `MOST_ROWS` where that is all, else `PREVIEW_ROWS`.
    link : callable or None
        Returns what is told of a file with all rows, None if there is none; only called if the
        answer does not have them all.
    total : int or None
        The number of all rows, if these are only some of them.
    names : mapping
        The name of each code, cleaned; those of codes that are shown are told. The rows of one
        list begin with their codes.
    """

    said: Mapping[str, Any]
    columns: Sequence[str]
    groups: Groups
    limit: int | None = None
    link: Callable[[], Mapping[str, Any] | None] | None = None
    total: int | None = None
    names: Mapping[str, str] = {}


def finished(draft: Draft, notes: Mapping[str, Any]) -> Reply:
    """Return the answer that a draft makes, with some notes."""
    draft = draft._replace(said={**draft.said, **notes})
    answer = fitted(draft)
    if answer["truncated"] and draft.link and (link := draft.link()):
        answer = fitted(draft._replace(said={**draft.said, "rest": link}))
    return answer


def fitted(draft: Draft) -> Reply:
    """Return an answer with as many rows as it may have, without asking for a link."""
    known = sum(map(len, draft.groups.values()))
    most = min(draft.limit or (MOST_ROWS if known <= MOST_ROWS else PREVIEW_ROWS), known)
    answer = _answer(draft, most)
    if _fits(answer):
        return answer
    spared = _spared(draft, most)
    # The most that fits, found by halving: `fewer` rows do, `more` do not.
    fewer, more = 0, most + 1
    while more - fewer > 1:
        middle = (fewer + more) // 2
        fits = _fits(_answer(spared, middle))
        fewer, more = (middle, more) if fits else (fewer, middle)
    return _answer(spared, fewer)


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


def latest(found: Sequence[Any], most: int) -> list[Any]:
    """Return the last of some things; `CUT` stands for those before them."""
    whole = [each for each in found if each != CUT]
    return list(found) if len(whole) <= most else [CUT, *whole[len(whole) - most :]]


def _fits(answer: Mapping[str, Any]) -> bool:
    return weight(answer) <= MOST_BYTES


def _answer(draft: Draft, rows: int) -> Reply:
    """Return an answer with so many rows."""
    groups = draft.groups
    given = shares({name: len(each) for name, each in groups.items()}, rows)
    shown: Any = {name: each[len(each) - given[name] :] for name, each in groups.items()}
    codes = [*groups]
    if groups.keys() == {""}:
        shown = groups[""][: given[""]]
        codes = [row[0] for row in shown] if draft.names else []
    said = dict(draft.said)
    if names := {code: draft.names[code] for code in codes if code in draft.names}:
        said[FIELD] = {NAMES: names, **said.get(FIELD, {})}
    total = sum(map(len, groups.values())) if draft.total is None else draft.total
    returned = sum(given.values())
    counts = {"total": total, "returned": returned, "truncated": returned < total}
    return {**said, **counts, "columns": draft.columns, "rows": shown}


def _spared(draft: Draft, most: int) -> Draft:
    """Shorten a draft until a row of each code fits, or at least none."""
    found = draft
    for rows, names in ((min(most, len(draft.groups)), DISPENSABLE), (0, RATHER_THAN_ROWS)):
        for found in _shorter(draft, names):
            if _fits(_answer(found, rows)):
                return found
    return found


def _shorter(draft: Draft, dispensable: Sequence[str]) -> Iterator[Draft]:
    """Yield a draft as it is, and shorter and shorter."""
    said = dict(draft.said)
    yield draft
    for change in (
        partial(_latest_rolls, most=6),
        partial(_latest_rolls, most=3),
        partial(_latest_rolls, most=1),
        partial(_few_figures, kept=slice(FIGURES.index("max") + 1)),
        _short_lists,
        partial(_few_figures, kept=slice(LAST + 1)),
    ):
        said = change(said)
        draft = draft._replace(said=said)
        yield draft
    if draft.names:
        said = _without(said, NAMES)
        draft = draft._replace(said=said, names={})
        yield draft
    for name in dispensable:
        if said.get(name):
            if name == STATISTICS:
                said = _few_figures(said, slice(LAST, LAST + 1))
                yield draft._replace(said=said)
            said = _without(said, name)
            draft = draft._replace(said=said)
            yield draft


def _latest_rolls(said: Reply, most: int) -> Reply:
    if not (found := said.get(ROLLS)):
        return said
    return said | {ROLLS: {code: latest(each, most) for code, each in found.items()}}


def _few_figures(said: Reply, kept: slice) -> Reply:
    """Leave some figures of each column, and name them; those before them have not been cut."""
    found = said.get(STATISTICS, {})
    fewer = {
        code: {
            name: value[kept] if isinstance(value, list) else value for name, value in each.items()
        }
        if isinstance(each, Mapping)
        else each
        for code, each in found.items()
    }
    if fewer == found:
        return said
    return said | {STATISTICS: fewer, SHOWN_FIGURES: FIGURES[kept]}


def _short_lists(said: Reply) -> Reply:
    """Leave the first of each list of days."""
    return said | {name: _first(said[name]) for name in LISTS if said.get(name)}


def _first(found: Any) -> Any:
    if isinstance(found, Mapping):
        return {name: _first(each) for name, each in found.items()}
    if isinstance(found, Sequence) and not isinstance(found, str) and len(found) > 1:
        return [found[0], CUT]
    return found


def _without(said: Reply, name: str) -> Reply:
    gone = {name, SHOWN_FIGURES} if name == STATISTICS else {name}
    kept = {key: value for key, value in said.items() if key not in gone}
    return kept | {LEFT_OUT: [*said.get(LEFT_OUT, ()), name]}
