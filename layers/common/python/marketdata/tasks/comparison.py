"""The comparison of a part's coverage with the days that are expected. Pure."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from marketdata.blocks.block import BlockCoverage
from marketdata.blocks.coverage import Coverage, missing
from marketdata.blocks.dataset import Dataset
from marketdata.blocks.days import days_of
from marketdata.catalog.securities import Security, life
from marketdata.catalog.window import Window

COUNTS = ("expected", "present", "absent", "missing")
"""The counts of each day."""

NOT_STORED = BlockCoverage("", Coverage(), 0)


@dataclass(slots=True)
class PartComparison:
    """What one part lacks.

    Attributes
    ----------
    expected, present, absent, missing : dict
        The number of codes for each trading day, "YYYYMMDD"; expected is the sum of the others.
        Days with none are left out.
    gaps : dict
        For each code that lacks days, those days as bits of the part.
    reasons : dict
        For each reason why days are absent, the codes concerned and those days as bits.
    errors : set of str
        Codes whose stored block contradicts itself; every day that it should hold counts as
        missing.
    """

    expected: dict[str, int] = field(default_factory=dict)
    present: dict[str, int] = field(default_factory=dict)
    absent: dict[str, int] = field(default_factory=dict)
    missing: dict[str, int] = field(default_factory=dict)
    gaps: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, dict[str, int]] = field(default_factory=dict)
    errors: set[str] = field(default_factory=set)


def compare(
    dataset: Dataset,
    part: str,
    securities: Iterable[Security],
    stored: Mapping[str, BlockCoverage],
    window: Window,
    *,
    recheck_absent: bool = False,
) -> PartComparison:
    """Determine what a part lacks.

    Parameters
    ----------
    dataset, part, securities, window
        The rows, codes and days to compare.
    stored : mapping
        The coverage stored for each code in this part.
    recheck_absent : bool
        Whether to count days on which the source had nothing as missing.
    """
    found = PartComparison()
    tallies = {name: _Tally() for name in COUNTS[:3]}
    for security in securities:
        code = security.code
        row = stored.get(code, NOT_STORED)
        if not sound(dataset, row):
            found.errors.add(code)
            # Fetching its days again repairs it.
            row = NOT_STORED
        expected = window.expected(security, part)
        present = expected & row.coverage.present
        absent = 0 if recheck_absent else expected & row.coverage.absent
        if missing := expected & ~present & ~absent:
            found.gaps[code] = missing
        for reason, bits in row.coverage.reasons(absent) if absent else ():
            found.reasons.setdefault(reason, {})[code] = bits
        for tally, bits in zip(tallies.values(), (expected, present, absent), strict=True):
            tally.add(bits)
    for name, tally in tallies.items():
        setattr(found, name, tally.by_day(part))
    found.missing = {
        day: missing
        for day, count in found.expected.items()
        if (missing := count - found.present.get(day, 0) - found.absent.get(day, 0))
    }
    return found


type Run = tuple[str, str, str]
"""First day, last day, and the reason why there is no bar."""


@dataclass(slots=True)
class Outside:
    """The final days of a window on which no bar is expected.

    Attributes
    ----------
    days : Counter
        The number of days by reason, summed over the codes.
    runs : dict
        The runs of each code that has any, in the order of time.
    """

    days: Counter[str] = field(default_factory=Counter)
    runs: dict[str, list[Run]] = field(default_factory=dict)


def outside(securities: Iterable[Security], window: Window) -> Outside:
    """Find the days that are outside the codes' lives or before the source's coverage.

    They are whole runs of the calendar, bounded by three positions in it, so neither parts nor
    stored blocks need to be read.
    """
    found = Outside()
    last = min(window.end, window.final_until)
    calendars: dict[str, list[str]] = {}
    for security in securities:
        market = security.market
        if (days := calendars.get(market)) is None:
            days = calendars[market] = window.calendar.days(market, window.start, last)
        first_day, last_day = life(security)
        listed, gone = bisect_left(days, first_day), bisect_right(days, last_day)
        covered = min(max(listed, bisect_left(days, window.coverage_start)), gone)
        borders = (("not_listed", 0, listed), ("before_coverage", listed, covered))
        for reason, start, end in (*borders, ("delisted", max(listed, gone), len(days))):
            if start < end:
                found.days[reason] += end - start
                run = (days[start], days[end - 1], reason)
                found.runs.setdefault(security.code, []).append(run)
    return found


class _Tally:
    """A counter of set bits by day, over many bit sets at once.

    Plane *p* holds bit *p* of the counts of all days, so that adding a set means adding 1 to each
    of its days with carry: two or three operations on whole integers.
    """

    def __init__(self) -> None:
        self._planes: list[int] = []

    def add(self, bits: int) -> None:
        for at, plane in enumerate(self._planes):
            self._planes[at], bits = plane ^ bits, plane & bits
            if not bits:
                return
        if bits:
            self._planes.append(bits)

    def by_day(self, part: str) -> dict[str, int]:
        counts: Counter[str] = Counter()
        for at, plane in enumerate(self._planes):
            for day in days_of(part, plane):
                counts[day] += 1 << at
        return dict(sorted(counts.items()))


def sound(dataset: Dataset, row: BlockCoverage) -> bool:
    """Check whether a block's figures agree: rows if and only if days are marked present.

    Data with one row a day has exactly as many rows as present days, other data at least as many,
    and no day is both present and absent.
    """
    coverage = row.coverage
    days = coverage.present.bit_count()
    counted = row.rows == days if dataset.one_a_day else row.rows >= days
    return counted and bool(row.rows) == bool(days) and not coverage.present & coverage.absent


def holdings(
    dataset: Dataset, part: str, security: Security, row: BlockCoverage, window: Window
) -> dict[str, Any] | None:
    """Count the days of a part by what the cache knows about them.

    Parameters
    ----------
    dataset, part, security
        The block.
    row : BlockCoverage
        Its stored coverage; a block that contradicts itself counts as not stored.
    window : Window
        The days in question.

    Returns
    -------
    dict or None
        `expected`, `present`, `absent` by reason and `missing`, where expected is the sum of the
        others; None if no day is expected.
    """
    coverage = (row if sound(dataset, row) else NOT_STORED).coverage
    expected = window.expected(security, part)
    if not expected:
        return None
    absent = expected & coverage.absent
    reasons = coverage.reasons(absent) if absent else ()
    return {
        "expected": expected.bit_count(),
        "present": (expected & coverage.present).bit_count(),
        "absent": {reason: bits.bit_count() for reason, bits in reasons},
        "missing": missing(expected, coverage).bit_count(),
    }
