"""Whole days: which missing days to ask for with all their codes, where a source allows it. Pure.

From some day on such a source brings all codes of a day with one request, and any other request is
for one code. A market that lacks ten years needs as many requests as it has days by the former, and
twice as many as it has codes by the latter; a code that lacks them alone needs two.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise

DAYS_A_BATCH = 20
"""Whole days of one batch: 110,000 bars of 5,500 codes, and half a minute of requests that a source
takes once a second. More would be kept in memory, and lost together, for no request less.
"""

ROWS_A_PAGE = 2000
"""Rows of one code that a request brings; it takes one more to see that a full page is the last."""


type Span = tuple[int, int]
"""The first and the last of some neighbouring days, as positions."""


def pages(days: int) -> int:
    """Return the number of requests for so many days of one code."""
    return days // ROWS_A_PAGE + 1


def runs(days: Sequence[int], at: int = 0) -> Iterator[tuple[int, int]]:
    """Yield the first and the last day of each unbroken run of days, from an index on.

    Runs are searched with growing steps, because a backfill of the whole market has millions of
    days in a few thousand runs.
    """
    while at < len(days):
        step = 1
        while at + step < len(days) and days[at + step] - days[at] == step:
            step *= 2
        high = min(at + step, len(days))
        # Along a run, a day minus its index is constant, and it grows where the run ends.
        end = bisect_right(
            range(len(days)),
            days[at] - at,
            at + step // 2,
            high,
            key=lambda place: days[place] - place,
        )
        yield days[at], days[end - 1]
        at = end


@dataclass(frozen=True, slots=True)
class WholeDays:
    """A batch of whole days, as positions: some neighbouring ones, and all codes that lack any.

    Attributes
    ----------
    first, last : int
        The first and the last day.
    days_missing : int
        Days that are needed, summed over the codes.
    codes : sequence of str
        The codes, sorted.
    """

    first: int
    last: int
    days_missing: int
    codes: Sequence[str]

    @property
    def requests(self) -> int:
        """The number of requests that it takes."""
        return self.last - self.first + 1


def codes_by_day(positions: Mapping[str, Sequence[int]], first: int) -> set[str]:
    """Choose the codes whose missing days are asked for as whole days, with the fewest requests.

    Parameters
    ----------
    positions : mapping
        For each code, the positions of its missing days, ascending.
    first : int
        The first day that can be asked for whole; days before it are asked for by code.

    Returns
    -------
    set of str
        The codes. All others are asked for by code on all of their days.

    Notes
    -----
    The fewest are a minimum vertex cover of a graph with millions of edges. This looks only at
    covers of one form: a code goes by day if each of its days is lacked by at least so many codes.
    That finds the two that matter, the market's days and the few codes that lack years.
    """
    lacked = _lacked(positions, first)
    least: dict[str, int] = {}
    known: dict[Span, int] = {}
    for code, days in positions.items():
        for run in runs(days, bisect_left(days, first)):
            # Most codes of a market lack the same days.
            if run not in known:
                known[run] = min(lacked[run[0] - first : run[1] - first + 1])
            least[code] = min(known[run], least.get(code, known[run]))
    order = sorted(least, key=least.__getitem__)
    # Going by code costs a code its pages, less those of the days before the first, if it has any.
    costs = [_alone(positions[code]) - _alone(positions[code], first) for code in order]
    by_code = [0, *accumulate(costs)]
    ascending = sorted(lacked)
    best, cut = by_code[-1], len(order)
    for level, codes in groupby(range(len(order)), key=lambda at: least[order[at]]):
        at = next(codes)
        cost = by_code[at] + len(ascending) - bisect_left(ascending, level)
        if cost < best:
            best, cut = cost, at
    return set(order[cut:])


def _lacked(positions: Mapping[str, Sequence[int]], first: int) -> list[int]:
    """Count the codes that lack each day, from a first one on."""
    end = max((days[-1] for days in positions.values() if days), default=-1)
    changes = [0] * max(0, end - first + 2)
    for days in positions.values():
        for start, last in runs(days, bisect_left(days, first)):
            changes[start - first] += 1
            changes[last - first + 1] -= 1
    return [*accumulate(changes)][:-1]


def _alone(days: Sequence[int], before: int | None = None) -> int:
    """Return the requests for a code's missing days, or for those before a day."""
    end = len(days) if before is None else bisect_left(days, before)
    return pages(days[end - 1] - days[0] + 1) if end else 0


def whole_days(positions: Mapping[str, Sequence[int]], first: int) -> Iterator[WholeDays]:
    """Group the days that codes lack, from a first one on, into batches of whole days.

    Parameters
    ----------
    positions : mapping
        For each code, the positions of its missing days, ascending.
    first : int
        The first day.

    Yields
    ------
    WholeDays
        Every missing day of a code is in exactly one, none asks for a day that no code lacks, and
        none for more than `DAYS_A_BATCH`.
    """
    places = {code: bisect_left(positions[code], first) for code in sorted(positions)}
    lacked = [day for day, codes in enumerate(_lacked(positions, first), first) if codes]
    for start, end in _ranges(lacked):
        codes, missing = [], 0
        for code, at in places.items():
            days = positions[code]
            places[code] = after = bisect_right(days, end, at, min(len(days), at + DAYS_A_BATCH))
            if after > at:
                codes.append(code)
                missing += after - at
        yield WholeDays(start, end, missing, codes)


def _ranges(days: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Cut days into ranges of neighbours, none longer than a batch."""
    if not days:
        return
    start = days[0]
    for day, following in pairwise(days):
        if following > day + 1 or following - start >= DAYS_A_BATCH:
            yield start, day
            start = following
    yield start, days[-1]
