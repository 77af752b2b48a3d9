"""The main contracts (主力合约) of futures varieties. Pure.

A variety's first main contract is the one with the largest open interest. It is replaced when,
after a close, another contract's open interest exceeds 1.1 times its own, or when it has had its
last trading day. Whatever a close decides takes effect on the next trading day, and a contract that
was replaced is never main again. Among equals the nearer delivery wins. If a bar of the day has no
open interest, volume decides that day. This is RQData's rule, the most precise one published.

Of stock index futures only the contract of the current month and that of the next month may be main
("股指期货只在当月与次月选取主力合约"). Current is the one with the nearest delivery among those
that trade on the following day, the day for which the close decides; next is the contract of the
month after that one's. Before a third Friday that is still the month that ends there; from that
Friday's close on, which decides for the Monday, it is the following one.

The same rule by volume alone gives another history.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise, zip_longest
from typing import NamedTuple

from marketdata.catalog.calendar import next_trading_day
from marketdata.catalog.lives import each_life, life_on
from marketdata.catalog.securities import Security
from marketdata.futures.varieties import by_delivery, delivery_month


class Basis(StrEnum):
    """What a main contract was chosen by."""

    OPEN_INTEREST = "open_interest"
    VOLUME = "volume"


class Standing(NamedTuple):
    """What a contract weighs after a close, in lots; None if the source does not say."""

    open_interest: int | None
    volume: int | None


@dataclass(frozen=True, slots=True)
class Main:
    """A main contract, and the day from which on it is main.

    Attributes
    ----------
    trade_date : str
        The first day on which it is main, "YYYYMMDD".
    contract : str or None
        Its code; None if it is not known which contract is main from that day on, because bars are
        missing, or because no contract is left that may be.
    basis : Basis or None
        What it was chosen by.
    """

    trade_date: str
    contract: str | None = None
    basis: Basis | None = None


@dataclass(frozen=True, slots=True)
class MainHistory:
    """The main contracts of a variety.

    Attributes
    ----------
    rows : tuple of Main
        Sorted by `trade_date`; each holds until the next one.
    computed_until : str
        The last day whose close has been evaluated, "YYYYMMDD"; empty if none has.
    """

    rows: tuple[Main, ...] = ()
    computed_until: str = ""

    @property
    def known_until(self) -> str:
        """The last day whose main contract is known: the trading day after `computed_until`."""
        return next_trading_day("SH", self.computed_until) if self.computed_until else ""


def main_contracts(
    days: Sequence[str],
    bars: Mapping[str, Mapping[str, Standing]],
    previous: Sequence[Main],
    contracts: Iterable[Security],
    *,
    basis: Basis = Basis.OPEN_INTEREST,
    two_months: bool = False,
) -> list[Main]:
    """Continue a history of main contracts.

    Parameters
    ----------
    days : sequence of str
        Consecutive trading days, "YYYYMMDD". The close of each decides the next one, so that of
        the last one is not evaluated.
    bars : mapping
        By day, what its contracts weigh, by code. After a day that is not in it, the main contract
        is unknown; a day without any bar (an empty mapping) changes nothing. Whatever follows the
        last day with bars is left open.
    previous : sequence of Main
        The history so far, up to the first of `days`.
    contracts : iterable of Security
        The variety's contracts; codes of no such contract are ignored.
    basis : Basis
        What decides. Open interest gives way to volume on days on which it is not known.
    two_months : bool
        Whether only the contracts of the current month and of the next one may be main, see
        `futures.varieties.Variety.two_months`.

    Returns
    -------
    list of Main
        The whole history, with one row for every change.
    """
    by_code = {contract.code: contract for contract in contracts}
    history = list(previous)
    before = [_meant(row, by_code) for row in previous if row.contract]
    been = {contract for contract in before if contract}
    current = before[-1] if before else None
    every_life = [each for contract in by_code.values() for each in each_life(contract)]
    for day, following in pairwise(_looked_at(days, bars)):
        living = [each for each in every_life if each.alive(following, following)]
        may = {each.code: each for each in (_of_two_months(living) if two_months else living)}
        row = Main(following)
        if day in bars:
            used, weights = _weighed(bars[day], basis)
            if chosen := _chosen(current, been, weights, may):
                row = Main(following, chosen, used)
        if row.contract:
            current = may[row.contract]
            been.add(current)
        if row.contract != (history[-1].contract if history else None):
            history.append(row)
    return history


def _looked_at(days: Sequence[str], bars: Mapping[str, Mapping[str, Standing]]) -> Sequence[str]:
    """Leave out what follows the last day with bars, except for the day that it decides."""
    return days[: max((at + 2 for at, day in enumerate(days) if bars.get(day)), default=0)]


def _of_two_months(living: Sequence[Security]) -> Sequence[Security]:
    """Return the contract with the nearest delivery, and that of the month after it."""
    if not living:
        return living
    current = delivery_month(min(living, key=by_delivery).code)
    return [each for each in living if delivery_month(each.code) in (current, current + 1)]


def _meant(row: Main, contracts: Mapping[str, Security]) -> Security | None:
    """Return the contract that a row means, with that life alone: the CZCE reuses codes."""
    contract = contracts.get(row.contract or "")
    return life_on(contract, row.trade_date) if contract else None


def _weighed(standings: Mapping[str, Standing], basis: Basis) -> tuple[Basis, dict[str, int]]:
    """Return what decides after a close, and how much of it each contract has."""
    if any(each.open_interest is None for each in standings.values()):
        basis = Basis.VOLUME
    return basis, {code: getattr(each, basis) or 0 for code, each in standings.items()}


def _chosen(
    current: Security | None,
    been: set[Security],
    weights: Mapping[str, int],
    may: Mapping[str, Security],
) -> str:
    """Return which of the contracts that may be is main after a close; empty if none is."""
    candidates = [code for code in weights if code in may and may[code] not in been]
    best = min(candidates, key=lambda code: (-weights[code], by_delivery(may[code])), default="")
    # A main contract that may stay but has no bar that day (the source lacks it) is kept: there is
    # nothing to compare, and a replacement would be for good.
    main = current.code if current and may.get(current.code) == current else ""
    stays = main and (not best or main not in weights or 10 * weights[best] <= 11 * weights[main])
    return main if stays else best


def main_on(history: MainHistory, day: str) -> Main | None:
    """Return the main contract of a day, "YYYYMMDD"; None if it is not known.

    On a day without trading, it is that of the previous trading day.
    """
    return _latest(history, day) if day <= history.known_until else None


def unknown_days(history: MainHistory, days: Iterable[str]) -> list[str]:
    """Return those of some days, "YYYYMMDD", whose main contract is not known."""
    until = history.known_until
    return [day for day in days if day > until or not _latest(history, day)]


def _latest(history: MainHistory, day: str) -> Main | None:
    at = bisect_right(history.rows, day, key=lambda row: row.trade_date)
    row = history.rows[at - 1] if at else None
    return row if row and row.contract else None


def mains_between(history: MainHistory, start: str, end: str) -> Iterator[str]:
    """Yield the contracts known to be main on any day from `start` to `end`, both included."""
    last = min(end, history.known_until)
    if start > last:
        return
    for row, following in zip_longest(history.rows, history.rows[1:]):
        goes_on = not following or start < following.trade_date
        if row.contract and row.trade_date <= last and goes_on:
            yield row.contract
