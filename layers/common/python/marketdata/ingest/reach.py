"""How far a source's silence about a code speaks. Pure."""

from collections.abc import Mapping
from typing import Protocol

from marketdata.blocks.block import BlockKey
from marketdata.blocks.days import last_day, span


class Answered(Protocol):
    """What a source says of its own reach, as `sources.source.FetchedBars` does."""

    @property
    def horizon(self) -> Mapping[str, str]: ...
    @property
    def sure_until(self) -> Mapping[str, str]: ...


def reach(fetched: Answered, key: BlockKey, start: str, end: str) -> tuple[int, int]:
    """Return what a source's silence means on the days of a block.

    Parameters
    ----------
    fetched : Answered
        What it delivered.
    key : BlockKey
        The block.
    start, end : str
        The first and the last day that were asked for, YYYYMMDD.

    Returns
    -------
    within, sure : int
        As bits, the days on which silence says something, and those on which it is the source's
        word that there is no row.
    """
    horizon, sure_until = fetched.horizon.get(key.code, end), fetched.sure_until.get(key.code, "")
    return (
        days_between(key.part, start, min(horizon, end)),
        days_between(key.part, start, min(sure_until, end)),
    )


def days_between(part: str, first: str, last: str) -> int:
    """Return the days of a part in a range, whose last day need not exist, as bits."""
    return span(part, first, min(last, f"{last_day(part):%Y%m%d}")) if first <= last else 0
