"""Comparing one part's coverage with what should be there. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from marketdata.catalog.securities import Security
from marketdata.kline.bar import AnyDataset
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
        For each trading day, "YYYYMMDD", a number of codes; expected is the sum of the others. Days
        without any are left out.
    gaps : dict
        For each code that lacks days, those days as bits of the part.
    errors : set of str
        Codes whose stored block contradicts itself; all that it should hold counts as missing.
    """

    expected: dict[str, int] = field(default_factory=dict)
    present: dict[str, int] = field(default_factory=dict)
    absent: dict[str, int] = field(default_factory=dict)
    missing: dict[str, int] = field(default_factory=dict)
    gaps: dict[str, int] = field(default_factory=dict)
    errors: set[str] = field(default_factory=set)


def compare(
    dataset: AnyDataset,
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
    dataset, part, securities, window
        What to look at: which rows, of which codes and days.
    stored : mapping
        What is stored of each code in this part.
    recheck_absent : bool
        Count days that the source once had nothing for as missing.
    """
    tallies = [_Tally() for _ in range(4)]
    gaps, errors = dict[str, int](), set[str]()
    for security in securities:
        row = stored.get(security.code, NOTHING)
        if not sound(dataset, row):
            errors.add(security.code)
            # Whoever fetches its days again mends it.
            row = NOTHING
        expected = window.expected(security, part)
        present = expected & row.coverage.present
        absent = 0 if recheck_absent else expected & row.coverage.absent
        missing = expected & ~present & ~absent
        if missing:
            gaps[security.code] = missing
        for tally, bits in zip(tallies, (expected, present, absent, missing), strict=True):
            tally.add(bits)
    counts = [tally.by_day(part) for tally in tallies]
    return PartFindings(counts[0], counts[1], counts[2], counts[3], gaps, errors)


class _Tally:
    """Counts on which days bits are set, over many bit sets at once.

    Plane *p* holds bit *p* of the counts of all days, so that adding a set is adding 1 to each of
    its days with a carry: two or three operations on whole integers.
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


def sound(dataset: AnyDataset, row: BlockCoverage) -> bool:
    """Whether a block's own figures agree: rows for the days marked present, and no others."""
    coverage = row.coverage
    days = coverage.present.bit_count()
    counted = row.rows == days if dataset.one_a_day else row.rows >= days
    return counted and bool(row.rows) == bool(days) and not coverage.present & coverage.absent
