"""Cumulative (后复权) factors as steps. Pure."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

from marketdata.blocks.dataset import Kind

NOISE = 1e-9
"""A smaller relative change is not a payout, but rounding in the source's arithmetic."""


class Mode(StrEnum):
    """Which day's prices stay unchanged: the anchor."""

    FORWARD = "forward"
    """前复权: raw price × factor ÷ factor of the last known day, or of the day asked for."""
    BACKWARD = "backward"
    """后复权: raw price × factor."""


@dataclass(frozen=True, slots=True)
class FactorDataset:
    """The adjustment factors of a kind of security."""

    kind: Kind

    @property
    def name(self) -> str:
        """The dataset's name, such as "factor.stock"."""
        return f"factor.{self.kind}"

    @property
    def intraday(self) -> bool:
        """False: factors change from one day to another."""
        return False

    @property
    def one_a_day(self) -> bool:
        """True: a day has one factor."""
        return True

    @property
    def operation(self) -> str:
        """The operation by which the upstream function fetches them."""
        return "fetch_factors"


@dataclass(frozen=True, slots=True)
class Steps:
    """The factors of one code; `steps_of` makes them.

    Attributes
    ----------
    days : tuple of str
        The first day whose factor is known, then each day on which it changes, YYYYMMDD.
    factors : tuple of float
        The factor from each of these days on; all above 0.
    until : str
        The last day whose factor is known, YYYYMMDD.
    """

    days: tuple[str, ...]
    factors: tuple[float, ...]
    until: str

    def anchor(self, mode: Mode, listed: str | None, asked: str = "") -> str:
        """Return the day whose prices the mode leaves unchanged.

        A cumulative factor counts from the listing. If it is not 1 on the first known day, that
        day is later than the one from which it counts.

        Parameters
        ----------
        mode : Mode
            The mode.
        listed : str or None
            The listing, "YYYYMMDD".
        asked : str
            The day to adjust forward to, "YYYYMMDD"; empty for the last known one. The known day
            nearest to it is the anchor.
        """
        if mode is Mode.FORWARD:
            return max(self.days[0], min(asked or self.until, self.until))
        return self.days[0] if self.factors[0] == 1 else min(listed or self.days[0], self.days[0])

    def spans(self, mode: Mode, asked: str = "") -> Iterator[tuple[str, str, float]]:
        """Yield the known days as ranges: first day, last day, multiplier of their prices.

        A last day may not exist in any calendar, but it sorts before all later days. `asked` is the
        day to adjust forward to, as in `anchor`.
        """
        base = 1.0
        if mode is Mode.FORWARD:
            anchor = self.anchor(mode, None, asked)
            base = self.factors[bisect_right(self.days, anchor) - 1]
        ends = (*(f"{int(day) - 1:08}" for day in self.days[1:]), self.until)
        for first, last, factor in zip(self.days, ends, self.factors, strict=True):
            yield first, last, factor / base

    def up_to(self, last: str) -> "Steps | None":
        """Return what is known about the days up to a day; None if that is nothing."""
        if last < self.days[0]:
            return None
        count = sum(day <= last for day in self.days)
        return Steps(self.days[:count], self.factors[:count], min(self.until, last))


def steps_of(days: Sequence[str], factors: Sequence[float | None]) -> Steps:
    """Make steps of factors as a source gives them.

    Parameters
    ----------
    days : sequence of str
        YYYYMMDD, in any order: every day, or only the days on which the factor changes and the
        latest day for which it is known.
    factors : sequence of float or None
        One per day. None and NaN mean no factor: before the first factor and after the last they
        only shorten what is known.

    Returns
    -------
    Steps
        The first known day and the days on which the factor changes.

    Raises
    ------
    ValueError
        There is no factor, or a price computed with one would be wrong: it is 0, negative or
        infinite, it is missing between two others, or a day has two.
    """
    given = sorted(zip(days, factors, strict=True), key=lambda pair: pair[0])
    known = [place for place, (_, factor) in enumerate(given) if not _is_none(factor)]
    if not known:
        raise ValueError("there is no factor")
    if len(known) < known[-1] - known[0] + 1:
        raise ValueError("factors are missing between others")
    changes: list[tuple[str, float]] = []
    before = ""
    for day, factor in given[known[0] : known[-1] + 1]:
        if factor is None or not (isfinite(factor) and factor > 0):
            raise ValueError(f"the factor of {day} is {factor}")
        new = not changes or abs(factor / changes[-1][1] - 1) > NOISE
        if day == before and new:
            raise ValueError(f"{day} has two factors")
        if new:
            changes.append((day, factor))
        before = day
    return Steps(tuple(day for day, _ in changes), tuple(each for _, each in changes), before)


def _is_none(factor: float | None) -> bool:
    return factor is None or factor != factor  # noqa: PLR0124  NaN is not itself
