"""Search for securities by what people type: parts of codes, of names, or their initials. Pure."""

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from marketdata.catalog.securities import Security


def search(
    securities: Iterable[Security], text: str, day: str, limit: int, skip: int = 0
) -> tuple[list[Security], int]:
    """Find the securities that a text may mean, the likeliest first.

    Codes that begin with the text come first, then names and then pinyin initials that begin with
    it, then codes, names and initials that contain it. Within each group, securities alive on the
    day come first, and codes are in order.

    Parameters
    ----------
    securities : iterable of Security
        The securities to search.
    text : str
        Case, blanks and the width of characters are ignored, as they are in names; an empty text
        finds everything.
    day : str
        Today, "YYYYMMDD".
    limit : int
        The maximum number of securities to return.
    skip : int
        How many of the best matches to leave out, which are on earlier pages.

    Returns
    -------
    list of Security, int
        The best matches after those, and the number of all matches.
    """
    wanted = folded(text)
    found = [
        (rank, not security.alive(day, day), security.code, security)
        for security in securities
        if (rank := _rank(security, wanted)) is not None
    ]
    found.sort(key=lambda each: each[:3])
    return [security for *_, security in found[skip : skip + limit]], len(found)


@lru_cache(maxsize=16384)
def folded(text: str) -> str:
    """Return a text as it is compared: sources write `五 粮 液` and `万  科Ａ`, people do not."""
    plain = unicodedata.normalize("NFKC", "".join(text.split()))
    return "".join(plain.casefold().split())


def _rank(security: Security, wanted: str) -> int | None:
    """Return how good a match is, 0 being the best; None if there is no match."""
    code, name, initials = security.code.casefold(), folded(security.name), security.initials
    hits = (
        code.startswith(wanted),
        name.startswith(wanted),
        any(each.startswith(wanted) for each in initials.split()),
        wanted in code,
        wanted in name,
        wanted in initials,
    )
    return hits.index(True) if any(hits) else None
