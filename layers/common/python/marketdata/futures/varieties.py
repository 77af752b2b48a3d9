"""Futures varieties and their contracts. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from marketdata.blocks.dataset import Kind
from marketdata.catalog.securities import Catalog, Security, life, market_of, variety_of

INDEX_FUTURES = frozenset({"IF", "IH", "IC", "IM"})
"""The futures on stock indices, all of the CFFEX; its others are on treasury bonds."""


@dataclass(frozen=True, slots=True)
class Variety:
    """A product and its contracts.

    Attributes
    ----------
    code, market, name : str
        Such as "IF", "CFE", "沪深300股指".
    contracts : tuple of Security
        The known contracts, sorted by their last trading day.
    """

    code: str
    market: str
    name: str
    contracts: tuple[Security, ...] = field(repr=False)

    @property
    def two_months(self) -> bool:
        """Whether its main contract is always that of the current month or of the next one."""
        return self.market == "CFE" and self.code in INDEX_FUTURES

    def alive(self, start: str, end: str) -> list[Security]:
        """List the contracts that trade on any day from `start` to `end`, both included."""
        return [contract for contract in self.contracts if contract.alive(start, end)]


def varieties(catalog: Catalog) -> list[Variety]:
    """List the varieties of a catalog's futures, sorted by code."""
    grouped: dict[tuple[str, str], list[Security]] = {}
    for security in catalog.of_kind(Kind.FUTURE):
        key = variety_of(security.code), market_of(security.code)
        grouped.setdefault(key, []).append(security)
    return [
        Variety(code, market, _name(code, contracts), tuple(sorted(contracts, key=by_delivery)))
        for (code, market), contracts in sorted(grouped.items())
    ]


def _name(variety: str, contracts: Iterable[Security]) -> str:
    """Return the newest contract's name without its delivery month, or else the variety's code."""
    newest = max(contracts, key=by_delivery)
    digits = newest.code.partition(".")[0].removeprefix(variety)
    # The CZCE writes only the last digit of the year; others who name its contracts write two.
    decade = "[0-9]?" if len(digits) == 3 else ""
    return re.sub(f"{decade}{digits}$", "", newest.name).strip() or variety


def by_delivery(contract: Security) -> tuple[str, str]:
    """Return a sort key by delivery; a code alone is not one, because the CZCE reuses codes."""
    return life(contract)[1], contract.code


def delivery_month(code: str) -> int:
    """Return a contract's month of delivery, counted from January 2000: 288 for IF2401.CFE.

    The code must end in two digits each for year and month, as those of all exchanges but the CZCE
    do.
    """
    digits = code.partition(".")[0].removeprefix(variety_of(code))
    return 12 * int(digits[:-2]) + int(digits[-2:]) - 1
