"""The comparison of a part's coverage with the days that are expected. Pure."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from marketdata.blocks.block import BlockCoverage, sound
from marketdata.blocks.coverage import UNKNOWN
from marketdata.blocks.dataset import Dataset
from marketdata.blocks.days import days_of
from marketdata.catalog.securities import Security, lives
from marketdata.catalog.window import Window

COUNTS = ("expected", "present", "absent", "unconfirmed", "missing")
"""What is counted for each day."""

NOT_STORED = BlockCoverage(UNKNOWN, 0)


class Holding(NamedTuple):
    """All that decides what a code lacks in a part; most codes of a market have the same.

    Attributes
    ----------
    row : BlockCoverage
        What is stored.
    expected : int
        The days that should have bars, as bits.
    newest : int
        The days of which a silent source is asked again each time, as bits.
    changed : int
        When what the source says of the code has last changed, epoch seconds.
    """

    row: BlockCoverage
    expected: int
    newest: int
    changed: int


class ExpectedDays(NamedTuple):
    """The expected days of a holding, as bits, by what is known of them.

    Attributes
    ----------
    absent, believed, missing : int
        Days without a bar, as far as is known or believed, and days that lack bars.
    due : int
        Those of the first two that the source is to be asked about again.
    contradictory : bool
        Whether the block contradicts itself and counts as not stored.
    """

    absent: int = 0
    believed: int = 0
    missing: int = 0
    due: int = 0
    contradictory: bool = False


@dataclass(slots=True)
class PartComparison:
    """What one part lacks.

    Attributes
    ----------
    expected, present, absent, unconfirmed, missing : dict
        For each trading day, "YYYYMMDD", a number of codes; expected is the sum of the others. Days
        without any are left out.
    gaps : dict
        For each code that lacks days, or some bars of them, those days as bits of the part.
    due : dict
        For each code whose source is to be asked again for days that it was silent about, those
        days as bits.
    unconfirmed_codes : dict
        For each code with days that are believed to have no bar, those days as bits.
    reasons : dict
        For each reason why days are absent, the codes concerned and those days as bits.
    errors : set of str
        Codes whose stored block contradicts itself; every day that it should hold counts as
        missing.
    """

    expected: dict[str, int] = field(default_factory=dict)
    present: dict[str, int] = field(default_factory=dict)
    absent: dict[str, int] = field(default_factory=dict)
    unconfirmed: dict[str, int] = field(default_factory=dict)
    missing: dict[str, int] = field(default_factory=dict)
    gaps: dict[str, int] = field(default_factory=dict)
    due: dict[str, int] = field(default_factory=dict)
    unconfirmed_codes: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, dict[str, int]] = field(default_factory=dict)
    errors: set[str] = field(default_factory=set)

    def note(self, codes: Sequence[str], holding: Holding, standing: ExpectedDays) -> None:
        """Note what codes with the same holding lack, and why they have no bar on other days."""
        if standing.contradictory:
            self.errors.update(codes)
        if standing.missing:
            self.gaps |= dict.fromkeys(codes, standing.missing)
        if standing.absent:
            for reason, bits in holding.row.coverage.reasons(standing.absent):
                self.reasons.setdefault(reason, {}).update(dict.fromkeys(codes, bits))
        if standing.believed:
            self.unconfirmed_codes |= dict.fromkeys(codes, standing.believed)
        if standing.due:
            self.due |= dict.fromkeys(codes, standing.due)


def compare(
    dataset: Dataset,
    part: str,
    securities: Sequence[Security],
    stored: Mapping[str, BlockCoverage],
    window: Window,
    *,
    recheck_absent: bool = False,
    changed: Callable[[str], int] = lambda _: 0,
) -> PartComparison:
    """Determine what a part lacks.

    Parameters
    ----------
    dataset, part, securities, window
        The rows, codes and days to compare.
    stored : mapping
        The coverage stored for each code in this part.
    recheck_absent : bool
        Count days that have no bar, as far as is known or believed, as missing.
    changed : callable
        Returns when what the source says of a code has last changed, epoch seconds, 0 if nobody
        knows: its word of before is to be asked for again.
    """
    found = PartComparison()
    lives: Counter[int] = Counter()
    tallies = _Tally(), _Tally(), _Tally()
    for holding, codes in _by_holding(part, securities, stored, window, changed).items():
        lives[holding.expected] += len(codes)
        standing = _standing(holding, dataset, window.now, recheck_absent=recheck_absent)
        found.note(codes, holding, standing)
        for tally, bits in zip(tallies, standing[:3], strict=True):
            tally.add(bits, len(codes))
    found.expected = _by_day(part, lives)
    found.absent, found.unconfirmed, found.missing = (each.by_day(part) for each in tallies)
    accounted = (found.absent, found.unconfirmed, found.missing)
    found.present = {
        day: present
        for day, count in found.expected.items()
        if (present := count - sum(each.get(day, 0) for each in accounted))
    }
    return found


def _by_holding(
    part: str,
    securities: Sequence[Security],
    stored: Mapping[str, BlockCoverage],
    window: Window,
    changed: Callable[[str], int],
) -> dict[Holding, list[str]]:
    """Group the codes by their holding."""
    newest = {market: window.newest(market, part) for market in {s.market for s in securities}}
    expecting = window.expecting(part)
    groups: dict[tuple[BlockCoverage, int, int, int], list[str]] = {}
    for security in securities:
        code = security.code
        row = stored.get(code, NOT_STORED)
        since = changed(code) if row.coverage.silences else 0
        holding = row, expecting(security), newest[security.market], since
        if (group := groups.get(holding)) is None:
            group = groups[holding] = []
        group.append(code)
    return {Holding(*holding): codes for holding, codes in groups.items()}


def _standing(
    holding: Holding, dataset: Dataset, now: int, *, recheck_absent: bool
) -> ExpectedDays:
    row, expected, newest, changed = holding
    contradictory = not sound(row, one_a_day=dataset.one_a_day)
    # Whoever fetches the days of a contradictory block again replaces it.
    coverage = UNKNOWN if contradictory else row.coverage
    present = expected & coverage.present & ~coverage.short
    if recheck_absent:
        return ExpectedDays(missing=expected & ~present, contradictory=contradictory)
    absent, believed = expected & coverage.absent, expected & coverage.unconfirmed
    due = believed & newest
    if coverage.silences:
        due |= (believed | absent) & coverage.due(now)
        due |= absent & coverage.told_before(changed)
    missing = expected & ~(present | absent | believed)
    return ExpectedDays(absent, believed, missing, due, contradictory)


def _by_day(part: str, sets: Mapping[int, int]) -> dict[str, int]:
    """Count for each day how often it is in bit sets, of which it is known how often each occurs.

    Most codes live through the whole part, so there are few sets.
    """
    counts: Counter[str] = Counter()
    for bits, times in sets.items():
        for day in days_of(part, bits):
            counts[day] += times
    return dict(sorted(counts.items()))


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
    """Find the days that are outside the codes' lives or that the source does not cover.

    They are whole runs of the calendar, bounded by a few positions in it, so neither parts nor
    stored blocks need to be read.
    """
    found = Outside()
    last = min(window.end, window.final_until)
    calendars: dict[str, list[str]] = {}
    for security in securities:
        market = security.market
        if (days := calendars.get(market)) is None:
            days = calendars[market] = window.calendar.days(market, window.start, last)
        covered = bisect_left(days, window.covered_from)
        for reason, start, end in _stretches(security, days, covered, window.why_uncovered):
            if start < end:
                found.days[reason] += end - start
                run = (days[start], days[end - 1], reason)
                found.runs.setdefault(security.code, []).append(run)
    return found


def _stretches(
    security: Security, days: Sequence[str], covered: int, why_uncovered: str
) -> Iterator[tuple[str, int, int]]:
    """Yield a reason and the stretch of days outside that it explains, which may be empty."""
    after, reason = 0, "not_listed"
    for first_day, last_day in lives(security):
        listed, gone = bisect_left(days, first_day), bisect_right(days, last_day)
        yield reason, after, listed
        yield why_uncovered, listed, min(max(listed, covered), gone)
        after, reason = max(listed, gone), "delisted"
    yield reason, after, len(days)


class _Tally:
    """A counter of set bits by day, over many bit sets at once.

    Plane *p* holds bit *p* of the counts of all days, so that adding a set means adding 1 to each
    of its days with carry: two or three operations on whole integers.
    """

    def __init__(self) -> None:
        self._planes: list[int] = []

    def add(self, bits: int, times: int) -> None:
        at = 0
        while bits and times:
            if times & 1:
                self._carry(bits, at)
            times >>= 1
            at += 1

    def _carry(self, bits: int, at: int) -> None:
        while bits:
            if at >= len(self._planes):
                self._planes += [0] * (at + 1 - len(self._planes))
            self._planes[at], bits = self._planes[at] ^ bits, self._planes[at] & bits
            at += 1

    def by_day(self, part: str) -> dict[str, int]:
        counts: Counter[str] = Counter()
        for at, plane in enumerate(self._planes):
            for day in days_of(part, plane):
                counts[day] += 1 << at
        return dict(sorted(counts.items()))


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
        `expected`, `present`, `absent` by reason, `unconfirmed` and `missing`, where expected is
        the sum of the others, and `short`, those among the missing days that have some bars; None
        where no day is expected.
    """
    coverage = (row if sound(row, one_a_day=dataset.one_a_day) else NOT_STORED).coverage
    expected = window.expected(security, part)
    if not expected:
        return None
    absent = expected & coverage.absent
    reasons = coverage.reasons(absent) if absent else ()
    return {
        "expected": expected.bit_count(),
        "present": (expected & coverage.present & ~coverage.short).bit_count(),
        "absent": {reason: bits.bit_count() for reason, bits in reasons},
        "unconfirmed": (expected & coverage.unconfirmed).bit_count(),
        "missing": coverage.lacking(expected).bit_count(),
        "short": (expected & coverage.short).bit_count(),
    }
