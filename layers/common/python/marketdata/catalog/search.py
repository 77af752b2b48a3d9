"""Finding securities by what a person types: part of a code, or of a name. Pure."""

from collections.abc import Iterable

from marketdata.catalog.securities import Security


def search(
    securities: Iterable[Security], text: str, day: str, limit: int
) -> tuple[list[Security], int]:
    """Find the securities that a text may mean, the likeliest first.

    A code that begins with the text comes before a name that does, and these before codes and
    names that hold it further in; of each, those that live on the day come first, by code.

    Parameters
    ----------
    securities : iterable of Security
        Among which.
    text : str
        In any case, blanks around it ignored; an empty one finds everything.
    day : str
        Today, "YYYYMMDD".
    limit : int
        How many to give at most.

    Returns
    -------
    list of Security, int
        The best ones, and how many there are in all.
    """
    wanted = text.strip().casefold()
    found = [
        (rank, not security.alive(day, day), security.code, security)
        for security in securities
        if (rank := _rank(security, wanted)) is not None
    ]
    found.sort(key=lambda each: each[:3])
    return [security for *_, security in found[:limit]], len(found)


def _rank(security: Security, wanted: str) -> int | None:
    """Say how good a match is, 0 the best; None where it is none."""
    code, name = security.code.casefold(), security.name.casefold()
    hits = (
        code.startswith(wanted),
        name.startswith(wanted),
        wanted in code,
        wanted in name,
    )
    return hits.index(True) if any(hits) else None
