"""The members of the synthetic indices, and their weights.

An index holds the largest stocks of its markets. It is reviewed twice a year; a member that is
delisted between reviews is replaced on the next trading day, so that its size never changes.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from math import log

import numpy as np

from marketdata.blocks.dataset import Kind
from marketdata.catalog.constituents import Membership
from marketdata.catalog.securities import life
from marketdata.sources.synthetic.bars import Floats, axis
from marketdata.sources.synthetic.equities import course_of, equities
from marketdata.sources.synthetic.paths import generator

REVIEWS = (6, 12)
"""The months of the reviews, which take effect after the second Friday."""

SURE, SAFE = 0.8, 1.2
"""Down to the first fraction of its size a stock joins an index, down to the second a member stays.
"""

SHARES = 9.0, 10.0
"""Range of the number of a stock's shares, as powers of ten."""

UNITS = 100_000_000
"""All weights of a day together, in millionths of a percent."""


@dataclass(frozen=True, slots=True)
class Rule:
    """An index holds so many of the largest stocks of some markets."""

    size: int
    markets: frozenset[str]


RULES = {
    "000016.SH": Rule(50, frozenset({"SH"})),
    # The real one has 300 members, and the market hardly more stocks.
    "000300.SH": Rule(100, frozenset({"SH", "SZ"})),
}


@dataclass(frozen=True, slots=True)
class Values:
    """The logarithms of a stock's market values on the days of its life, from `first` on."""

    first: int
    logs: Floats

    def alive(self, place: int) -> bool:
        """Check whether it is listed at a position of the axis."""
        return self.first <= place < self.first + len(self.logs)

    def at(self, place: int) -> float:
        """Return the value at a position at which it is listed."""
        return float(self.logs[place - self.first])


def index_members(seed: int, index: str, until: str) -> list[Membership]:
    """Return the memberships of an index that begin by a day; an end is known the day after."""
    days = axis().days
    found: list[Membership] = []
    since: dict[str, str] = {}
    for place, members in compositions(seed, index):
        if days[place] > until:
            break
        gone = sorted(since.keys() - members)
        found += [Membership(code, since.pop(code), days[place - 1]) for code in gone]
        since |= dict.fromkeys(sorted(members - since.keys()), days[place])
    return [*found, *(Membership(code, day, None) for code, day in since.items())]


def index_weights(seed: int, index: str, places: slice) -> dict[str, dict[str, float]]:
    """Return the weights of an index at some positions of the axis, day → code → percent."""
    found = compositions(seed, index)
    starts = [place for place, _ in found]
    return {
        axis().days[place]: _weights(seed, found[bisect_right(starts, place) - 1][1], place)
        for place in range(places.start, places.stop)
    }


@lru_cache(maxsize=8)
def compositions(seed: int, index: str) -> Sequence[tuple[int, frozenset[str]]]:
    """Return the members of an index from the first day on and from each change on."""
    rule, values = RULES[index], _values(seed)
    own = {code: each for code, each in values.items() if code[-2:] in rule.markets}
    places = _reviews()
    ends = {each.first + len(each.logs) for each in own.values()} - {len(axis().days)}
    found = [(0, frozenset(_largest(own, 0)[: rule.size]))]
    for place in sorted({*places, *ends}):
        members = found[-1][1]
        ranked = _largest(own, place)
        if place in places:
            sure = ranked[: int(SURE * rule.size)]
            safe = [code for code in ranked[: int(SAFE * rule.size)] if code in members]
        else:
            sure, safe = [], [code for code in ranked if code in members]
        chosen = frozenset(list(dict.fromkeys([*sure, *safe, *ranked]))[: rule.size])
        if chosen != members:
            found.append((place, chosen))
    return found


def _largest(values: dict[str, Values], place: int) -> list[str]:
    """Return the stocks listed at a position, the largest of the day before first."""
    before = max(place - 1, 0)
    listed = [code for code, each in values.items() if each.alive(before) and each.alive(place)]
    return sorted(listed, key=lambda code: (-values[code].at(before), code))


def _reviews() -> set[int]:
    """Return the positions of the days on which reviews take effect."""
    days = axis().days
    years = range(int(days[0][:4]), int(days[-1][:4]) + 1)
    fridays = (_second_friday(year, month) for year in years for month in REVIEWS)
    return {bisect_right(days, friday) for friday in fridays} - {len(days)}


def _second_friday(year: int, month: int) -> str:
    first = date(year, month, 1)
    return f"{first + timedelta(days=(4 - first.weekday()) % 7 + 7):%Y%m%d}"


@lru_cache(maxsize=2)
def _values(seed: int) -> dict[str, Values]:
    found = {}
    for stock in equities(seed):
        if stock.kind is Kind.STOCK:
            first = axis().between(*life(stock)).start
            shares = log(10) * generator(seed, f"{stock.code}/shares").uniform(*SHARES)
            found[stock.code] = Values(first, shares + course_of(seed, stock).path)
    return found


def _weights(seed: int, members: frozenset[str], place: int) -> dict[str, float]:
    """Return the members' shares in the value of all, in percent; together they are exactly 100."""
    codes, values = sorted(members), _values(seed)
    sizes = np.exp([values[code].at(place) for code in codes])
    exact = UNITS * sizes / sizes.sum()
    units = np.floor(exact).astype(np.int64)
    # What rounding down leaves over goes to those who lost most by it.
    units[np.argsort(units - exact, kind="stable")[: UNITS - int(units.sum())]] += 1
    percent: Iterator[float] = (each * 100 / UNITS for each in units.tolist())
    return dict(zip(codes, percent, strict=True))
