"""Continuous futures: one series of a variety's main contracts, each in its time. Pure.

A series' rows are the contracts' own bars, each with its `contract`. At a roll the price jumps by
the difference between two contracts, which nobody gained or lost. Adjusted series do away with it:
every roll has a factor, from the closes of both contracts on the last day before the new one is
main, which were known when the roll was decided. With `Method.RATIO` it is new ÷ old, so that every
day's return is that of the contract that was held; with `Method.DIFFERENCE` it is new - old, which
keeps every day's profit in points, and prices may become negative.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple, cast

import orjson

from marketdata.blocks import codec
from marketdata.catalog.calendar import previous_trading_day
from marketdata.catalog.lives import life_on
from marketdata.futures.main_contracts import Main, MainHistory
from marketdata.futures.varieties import Variety
from marketdata.kline.bars import OHLC, Bar, parse_bars

DIGITS = 12
"""Significant digits of a price that was multiplied: returns are kept to 1e-11."""

DECIMALS = 8
"""Decimals of a price that was shifted, whose offset is a sum: 0.30000000000000004 is 0.3."""

PRICES = (*OHLC, "settle")


class Adjust(StrEnum):
    """Which contract's prices stay unchanged."""

    NONE = "none"
    """All of them: prices jump at each roll."""
    FORWARD = "forward"
    """Those of the last known main contract."""
    BACKWARD = "backward"
    """Those of the first known main contract."""


class Method(StrEnum):
    """How the prices of two contracts are brought together."""

    RATIO = "ratio"
    DIFFERENCE = "difference"


class Hold(NamedTuple):
    """A contract, and the days on which it is main without a break, "YYYYMMDD"."""

    first: str
    last: str
    contract: str


class Roll(NamedTuple):
    """The change from one main contract to another.

    Attributes
    ----------
    trade_date : str
        The first day on which the new one is main.
    close_date : str
        The trading day before, at whose close the roll is decided.
    old, new : str
        The contracts.
    """

    trade_date: str
    close_date: str
    old: str
    new: str


class Move(NamedTuple):
    """What is done to prices: they are multiplied, then shifted."""

    factor: float = 1.0
    offset: float = 0.0

    def price(self, raw: float | None) -> float | None:
        """Return a price moved; 0 and None mean that there was no trade, and stay."""
        if not raw:
            return raw
        if self.offset:
            return round(raw + self.offset, DECIMALS)
        return float(f"{raw * self.factor:.{DIGITS}g}")


UNMOVED = Move()

type Closes = Mapping[tuple[str, str], float | None]
"""By contract and day, its close."""


def holds(history: MainHistory, days: Sequence[str]) -> list[Hold]:
    """List who is main on which of some days.

    Parameters
    ----------
    history : MainHistory
        The variety's history.
    days : sequence of str
        Consecutive trading days, "YYYYMMDD". Those whose main contract is not known are in none of
        the holds.
    """
    until = bisect_right(days, history.known_until)
    starts = [min(until, bisect_left(days, row.trade_date)) for row in history.rows]
    found: list[Hold] = []
    for row, start, end in zip(history.rows, starts, [*starts, until][1:], strict=True):
        if row.contract and start < end:
            found.append(Hold(days[start], days[end - 1], row.contract))
    return found


def rolls(history: MainHistory, variety: Variety) -> list[Roll]:
    """List the changes of a history, in order; between two contracts may be unknown days.

    The CZCE gives a code to a contract every ten years: to another one, which is a change too.
    """
    contracts = {contract.code: contract for contract in variety.contracts}

    def meant(row: Main) -> object:
        contract = contracts.get(row.contract or "")
        return contract and life_on(contract, row.trade_date)

    found: list[Roll] = []
    mains = [row for row in history.rows if row.contract]
    for old, new in pairwise(mains):
        if old.contract != new.contract or meant(old) != meant(new):
            before = previous_trading_day(variety.market, new.trade_date)
            found.append(Roll(new.trade_date, before, str(old.contract), str(new.contract)))
    return found


def factor_of(roll: Roll, closes: Closes, method: Method) -> float | None:
    """Return a roll's factor; None if one of the two contracts has no close on the day before.

    Two contracts of the same code never had one on the same day.
    """
    if roll.old == roll.new:
        return None
    old, new = (closes.get((code, roll.close_date)) for code in (roll.old, roll.new))
    if not (old and new):
        return None
    return new / old if method is Method.RATIO else round(new - old, DECIMALS)


def lacking(roll: Roll, closes: Closes) -> str:
    """Return in words why a roll has no factor."""
    if roll.old == roll.new:
        return f"the roll of {roll.trade_date} is to a later contract of the code {roll.old}"
    codes = [code for code in (roll.old, roll.new) if not closes.get((code, roll.close_date))]
    return (
        f"the roll of {roll.trade_date} from {roll.old} to {roll.new} has no factor: "
        f"{' and '.join(codes)} had no close on {roll.close_date}"
    )


def moves(factors: Sequence[float | None], adjust: Adjust, method: Method) -> list[Move | None]:
    """Return what is done to the prices before, between and after some rolls.

    Parameters
    ----------
    factors : sequence of float or None
        Those of consecutive rolls. Beyond one that is not known, as seen from the contract whose
        prices stay, prices cannot be moved.
    adjust, method
        What is wanted.

    Returns
    -------
    list of Move or None
        One more than rolls; None where prices cannot be moved.
    """
    if adjust is Adjust.NONE:
        return [UNMOVED] * (len(factors) + 1)
    forward = adjust is Adjust.FORWARD
    found: list[Move | None] = [UNMOVED]
    for factor in reversed(factors) if forward else factors:
        last = found[-1]
        if last is None or factor is None:
            found.append(None)
        else:
            found.append(_beyond(last, factor, method, forward=forward))
    return found[::-1] if forward else found


def _beyond(move: Move, factor: float, method: Method, *, forward: bool) -> Move:
    """Return what is done to prices on the other side of a roll."""
    if method is Method.RATIO:
        return Move(factor=move.factor * factor if forward else move.factor / factor)
    offset = move.offset + factor if forward else move.offset - factor
    return Move(offset=round(offset, DECIMALS))


def rows_of(text: bytes, contract: str, move: Move) -> bytes:
    """Return a contract's rows as rows of the series: with moved prices and its code.

    Parameters
    ----------
    text : bytes
        Joined rows, which keep their text if prices do not move.
    contract : str
        The contract's code.
    move : Move
        What is done to prices. Volume, amount and open interest are what they were.
    """
    if move == UNMOVED:
        # No value of a bar has a brace in it.
        return text.replace(b"}", b',"contract":"%b"}' % contract.encode())
    rows = (_moved(row, move) | {"contract": contract} for row in parse_bars(text))
    return codec.JOINT.join(map(orjson.dumps, rows))


def _moved(row: Bar, move: Move) -> dict[str, object]:
    prices = cast("dict[str, float | None]", row)
    return {**row, **{name: move.price(prices[name]) for name in PRICES}}


def move_on(day: str, rolls: Sequence[Roll], moves: Sequence[Move | None]) -> Move | None:
    """Return what is done to the prices of a day, given the rolls and the moves around them."""
    return moves[bisect_right(rolls, day, key=lambda roll: roll.trade_date)]
