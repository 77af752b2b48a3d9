"""Comparing one part's coverage with what should be there. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from marketdata.catalog.securities import Security
from marketdata.kline.bar import Dataset
from marketdata.kline.completeness import Window
from marketdata.kline.coverage import Coverage, days_of
from marketdata.kline.store import BlockCoverage

NOTHING = BlockCoverage("", Coverage(), 0)


@dataclass(slots=True)
class PartFindings:
    """What one part lacks.

    Attributes
    ----------
    expected, present, absent, missing : dict
        For each trading day, "YYYYMMDD", a number of codes; expected is the sum of the others.
    gaps : dict
        For each code that lacks days, those days as bits of the part.
    errors : set of str
        Codes whose stored block contradicts itself.
    """

    expected: dict[str, int] = field(default_factory=dict)
    present: dict[str, int] = field(default_factory=dict)
    absent: dict[str, int] = field(default_factory=dict)
    missing: dict[str, int] = field(default_factory=dict)
    gaps: dict[str, int] = field(default_factory=dict)
    errors: set[str] = field(default_factory=set)


def compare(
    dataset: Dataset,
    part: str,
    securities: Iterable[Security],
    stored: Mapping[str, BlockCoverage],
    window: Window,
    *,
    recheck_absent: bool = False,
) -> PartFindings:
    """Find out what a part lacks.

    Parameters
    ----------
    dataset, part
        What to look at.
    securities : iterable of Security
        The codes in scope.
    stored : mapping
        What is stored of each code in this part.
    window : Window
        The days in scope.
    recheck_absent : bool
        Count days that the source once had nothing for as missing.
    """
    found = PartFindings()
    expected_sets: Counter[int] = Counter()
    present_sets: Counter[int] = Counter()
    absent_sets: Counter[int] = Counter()
    missing_sets: Counter[int] = Counter()
    for security in securities:
        code = security.code
        expected = window.expected(security, part)
        row = stored.get(code, NOTHING)
        if not sound(dataset, row):
            found.errors.add(code)
        present = expected & row.coverage.present
        absent = 0 if recheck_absent else expected & row.coverage.absent & ~present
        missing = expected & ~present & ~absent
        expected_sets[expected] += 1
        present_sets[present] += 1
        absent_sets[absent] += 1
        missing_sets[missing] += 1
        if missing:
            found.gaps[code] = missing
    # Nearly all codes share a handful of bit sets, so days are counted once for each set.
    found.expected = _by_day(part, expected_sets)
    found.present = _by_day(part, present_sets)
    found.absent = _by_day(part, absent_sets)
    found.missing = _by_day(part, missing_sets)
    return found


def sound(dataset: Dataset, row: BlockCoverage) -> bool:
    """Whether a block's own figures agree: bars for the days marked present, and no others."""
    coverage = row.coverage
    days = coverage.present.bit_count()
    counted = row.rows >= days if dataset.period.intraday else row.rows == days
    return counted and not coverage.present & coverage.absent and bool(row.rows) == bool(days)


def _by_day(part: str, sets: Mapping[int, int]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for bits, times in sets.items():
        for day in days_of(part, bits):
            counts[day] += times
    return dict(counts)
