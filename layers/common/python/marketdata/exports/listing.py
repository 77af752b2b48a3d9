"""Lists made of releases: what is published of each day, and what has changed. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from marketdata.exports.entries import Condition, Counts, Release, Revision

CHANGES_AT_ONCE = 10_000
"""A list of changes ends with the release that reaches so many."""


def releases_of(
    days: Sequence[str], releases: Iterable[Release], final_until: str
) -> Iterator[dict[str, Any]]:
    """Yield what is published of trading days.

    Parameters
    ----------
    days : sequence of str
        "YYYYMMDD", in order.
    releases : iterable of Release
        Those of their years, of one dataset.
    final_until : str
        The last final trading day.
    """
    known = {day: each for release in releases for day, each in release.days.items()}
    for day in days:
        if (found := known.get(day)) is not None:
            condition, counts, revision = found.condition, found.counts, found.revision
        else:
            condition = Condition.PENDING if day > final_until else Condition.MISSING
            counts, revision = Counts(), None
        yield {
            "trade_date": day,
            "condition": condition,
            "expected": counts.expected,
            "returned": counts.returned,
            "missing": counts.missing + counts.unconfirmed,
            **told(revision),
        }


def told(revision: Revision | None) -> dict[str, Any]:
    """Return what answers say of a revision."""
    if revision is None:
        return {"revision": 0, "published_at": None}
    return {"revision": revision.number, "published_at": revision.published_at}


def changes_since(
    releases: Iterable[Release], since: int, last: int
) -> tuple[list[dict[str, Any]], int]:
    """Return what got a new revision after one place in the order of all releases.

    Parameters
    ----------
    releases : iterable of Release
        All of them, read after `last`.
    since, last : int
        The place, and the last one to be told of: releases that came while others were being read
        are told of next time.

    Returns
    -------
    list of dict
        In order, each part and day once, with its newest revision.
    int
        The place that the list ends with.
    """
    found = sorted(
        (each for release in releases for each in _changes(release) if since < each["seq"] <= last),
        key=lambda each: (each["seq"], each["dataset"], each["part"], each["day"] or ""),
    )
    if len(found) <= CHANGES_AT_ONCE:
        return found, max(since, last)
    end = found[CHANGES_AT_ONCE - 1]["seq"]
    return [each for each in found if each["seq"] <= end], end


def _changes(release: Release) -> Iterator[dict[str, Any]]:
    """Yield the latest change of each day, and of each part that no changed day tells of."""
    told_of = set()
    for day, each in release.days.items():
        part = release.part_of(day)
        told_of.add((part, each.revision.seq))
        yield _change(release.dataset, part, day, each.revision)
    for name, part_entry in release.parts.items():
        if (name, part_entry.revision.seq) not in told_of:
            yield _change(release.dataset, name, None, part_entry.revision)


def _change(dataset: str, part: str, day: str | None, revision: Revision) -> dict[str, Any]:
    return {
        "seq": revision.seq,
        "dataset": dataset,
        "part": part,
        "day": day,
        "kind": revision.change,
        **told(revision),
    }
