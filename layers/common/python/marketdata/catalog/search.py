"""Search for securities by what a person types: part of a code, or of a name. Pure."""

from collections.abc import Iterable

from marketdata.catalog.securities import Security


def search(
    securities: Iterable[Security], text: str, day: str, limit: int
) -> tuple[list[Security], int]:
    """Find the securities that a text may mean, the likeliest first.

    Codes that begin with the text come first, then names that begin with it, then codes and then
    names that contain it. Within each group, securities alive on the day come first, and codes are
    in order.

    Parameters
    ----------
    securities : iterable of Security
        The securities to search.
    text : str
        Case and surrounding blanks are ignored; an empty text finds everything.
    day : str
        Today, "YYYYMMDD".
    limit : int
        The maximum number of securities to return.

    Returns
    -------
    list of Security, int
        The best matches, and the number of all matches.
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
    """Return how good a match is, 0 being the best; None if there is no match."""
    code, name = security.code.casefold(), security.name.casefold()
    hits = (
        code.startswith(wanted),
        name.startswith(wanted),
        wanted in code,
        wanted in name,
    )
    return hits.index(True) if any(hits) else None
