"""What to say of codes without their exchange: which ones they may be. Nobody guesses."""

from collections.abc import Sequence
from typing import NamedTuple

from marketdata.api.parameters import HOW_TO_WRITE
from marketdata.catalog.securities import Catalog, Security
from marketdata.catalog.spelling import candidates

MAX_NAMED = 3
"""Codes of a request whose candidates are named, and candidates of each."""


class Needs(NamedTuple):
    """Why codes without their exchange are refused, and those that they may mean, with names."""

    reason: str
    candidates: list[str]


def needs_exchange(codes: Sequence[str]) -> Needs:
    """Return why codes without their exchange are refused, with the securities they may mean.

    Only here is the catalog read for it: a request without such codes costs nothing. The source is
    not asked, and without a catalog nothing but the rule is told.

    Parameters
    ----------
    codes : sequence of str
        One or more codes as they were written.
    """
    # Imported only for the few requests that are refused: the function `docs` starts without boto3.
    from marketdata import deployment  # noqa: PLC0415

    catalog: Catalog | None = deployment.stored_catalog()
    different = list(dict.fromkeys(codes))
    meant = {code: _meant(code, catalog) for code in different[:MAX_NAMED]}
    reason = "; ".join(
        f"{code} needs its exchange: {' or '.join(named)}" if named else f"{code} {HOW_TO_WRITE}"
        for code, named in meant.items()
    )
    more = len(different) - MAX_NAMED
    named = [each for found in meant.values() for each in found]
    return Needs(f"{reason}; and {more} more" if more > 0 else reason, named)


def _meant(code: str, catalog: Catalog | None) -> list[str]:
    found = candidates(catalog.securities(), code) if catalog else []
    return [*map(_named, found[:MAX_NAMED])]


def _named(security: Security) -> str:
    return f"{security.code} ({security.name})"
