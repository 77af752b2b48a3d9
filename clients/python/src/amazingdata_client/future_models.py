"""Futures in the API's responses: products, main contracts, and their changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from amazingdata_client.reading import (
    Days,
    each_of,
    known,
    objects,
    read_by,
)


@dataclass(frozen=True, kw_only=True)
class Roll:
    """The change from one main contract to the next.

    Attributes
    ----------
    trade_date : str
        The first day on which the new one is main.
    old, new : str
        The contracts; the API calls them `from` and `to`.
    factor : float or None
        New ÷ old, or new - old, of their closes on the trading day before; None if one had none.
    """

    trade_date: str
    old: str
    new: str
    factor: float | None


def rolls_in(value: Any) -> list[Roll]:
    """Read the changes of one series."""
    return [
        Roll(trade_date=each["trade_date"], old=each["from"], new=each["to"], factor=each["factor"])
        for each in value
    ]


@dataclass(frozen=True, kw_only=True)
class Variety:
    """A futures product, which the API calls a variety.

    Attributes
    ----------
    variety, name, market : str
        Such as "IF", "沪深300", "CFE".
    contracts : int
        Number of contracts trading today.
    """

    variety: str
    name: str
    market: str
    contracts: int


@dataclass(frozen=True, kw_only=True)
class MainContract:
    """The main contract of a product.

    Attributes
    ----------
    contract : str
        Its code.
    since : str
        First day on which it was the main contract.
    basis : str
        What it was chosen by: "open_interest" or "volume".
    """

    contract: str
    since: str
    basis: str


@dataclass(frozen=True, kw_only=True)
class MainContracts:
    """The main contracts of one day.

    Attributes
    ----------
    main_contracts : mapping
        Product to code.
    details : mapping
        Product to `MainContract`.
    trade_date : str
        The day.
    unknown : list of str
        Products whose main contract on that day is not known.
    known : mapping
        For each product, the range of days on which its main contract is known.
    """

    main_contracts: Mapping[str, str]
    details: Mapping[str, MainContract] = field(metadata=read_by(objects(MainContract)))
    trade_date: str
    unknown: list[str]
    known: Mapping[str, Days] = field(metadata=read_by(each_of(known)))
