"""Gaps that a read fills itself: small ones, within a deadline, and without failing the read."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from marketdata.blocks.block import BlockKey
from marketdata.blocks.dataset import Dataset
from marketdata.blocks.days import ranges
from marketdata.catalog.securities import Security
from marketdata.catalog.window import common_market
from marketdata.details import Detail
from marketdata.errors import UpstreamError
from marketdata.kline.completeness import Completeness, expected_bars

GAP_BARS = 2000
"""The most missing bars that a read fetches itself, and the most that it asks for in one call;
fetching more is a task's work."""

DEADLINE = 20.0
"""Seconds that a read may spend on fetching gaps."""


class FetchRows(Protocol):
    """Has rows fetched and stored, as `upstream.client.UpstreamClient.fetch` does."""

    def __call__(
        self, dataset: Dataset, codes: list[str], start: str, end: str, seconds: float
    ) -> object: ...


type ReportDamage = Callable[[Sequence[BlockKey]], object]
"""Has damaged blocks cleared, as `upstream.client.UpstreamClient.report_damage` does.

Their days then count as missing for tasks too: reads may not write, and fill small gaps only.
"""


class GapRequest(NamedTuple):
    """One request to the source: some codes of a dataset, one range of days."""

    dataset: Dataset
    codes: list[str]
    start: str
    end: str


@dataclass(slots=True)
class GapBatch:
    """Some codes that lack roughly the same days.

    Attributes
    ----------
    first, last : int
        The range, as positions in the calendar.
    codes : set of str
        The codes that lack something in it.
    bars_a_day : int
        The largest number of bars that any of them has on a day.
    """

    first: int
    last: int
    codes: set[str]
    bars_a_day: int

    def take(self, last: int, code: str, bars_a_day: int) -> bool:
        """Add a code whose gap begins no earlier than the range; return False if it is too much."""
        last, codes = max(self.last, last), self.codes | {code}
        bars_a_day = max(self.bars_a_day, bars_a_day)
        if (last - self.first + 1) * len(codes) * bars_a_day > GAP_BARS:
            return False
        self.last, self.codes, self.bars_a_day = last, codes, bars_a_day
        return True


@dataclass(slots=True)
class OneCall:
    """Fetches the gaps of several reads in one call.

    They share one deadline, and once the source has failed it is not asked again.

    Parameters
    ----------
    fetch : FetchRows
        Has rows fetched and stored.
    clock : callable
        A monotonic clock, in seconds.

    Attributes
    ----------
    answers : int
        How often the source has answered.
    """

    fetch: FetchRows
    clock: Callable[[], float] = time.monotonic
    answers: int = 0
    _until: float = field(init=False)
    _failed: UpstreamError | None = None

    def __post_init__(self) -> None:
        self._until = self.clock() + DEADLINE

    def __call__(
        self, dataset: Dataset, codes: list[str], start: str, end: str, seconds: float
    ) -> object:
        """Have rows fetched and stored; raise what the source raised before."""
        if self._failed:
            raise self._failed
        left = enough(min(seconds, self._until - self.clock()))
        try:
            found = self.fetch(dataset, codes, start, end, left)
        except UpstreamError as error:
            self._failed = error
            raise
        self.answers += 1
        return found


def enough(seconds: float) -> float:
    """Return the seconds that are left for a call to the source.

    Raises
    ------
    UpstreamError
        They are too few for one.
    """
    if seconds < 1:
        raise UpstreamError("there was no time left", key="no_time_left")
    return seconds


def fill_gaps[D: Dataset](
    known: Mapping[str, Security],
    found: Mapping[D, Completeness],
    fetch: FetchRows,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[list[str], list[Detail]]:
    """Have small gaps fetched and stored.

    Parameters
    ----------
    known : mapping
        The securities in question, by code.
    found : mapping
        What their rows lack, by dataset.
    fetch : FetchRows
        Has rows fetched and stored.
    clock : callable
        A monotonic clock, in seconds.

    Returns
    -------
    codes : list of str
        The codes whose blocks may have changed.
    warnings : list of Detail
        What the user should be told. A gap that could not be filled is not an error.
    """
    if sum(_bars(known, dataset, state) for dataset, state in found.items()) > GAP_BARS:
        said = f"more than {GAP_BARS} bars are missing: POST /cache/fill-missing fetches them"
        return [], [Detail("too_many_missing", said, {"most": GAP_BARS})]
    until = clock() + DEADLINE
    fetched: set[str] = set()
    for request in _requests(known, found):
        try:
            fetch(*request, enough(until - clock()))
        except UpstreamError as error:
            said = f"some gaps were not fetched: {error}"
            return sorted(fetched), [Detail("gaps_not_fetched", said, {"cause": error.key})]
        fetched.update(request.codes)
    return sorted(fetched), []


def _bars(known: Mapping[str, Security], dataset: Dataset, state: Completeness) -> int:
    """Count the missing bars, stopping soon after `GAP_BARS`."""
    bars = 0
    for code, days in state.wanted.items():
        if dataset.intraday:
            bars += sum(expected_bars(dataset, known[code], day) for day in days[:GAP_BARS])
        else:
            bars += len(days)
        if bars > GAP_BARS:
            break
    return bars


def _requests[D: Dataset](
    known: Mapping[str, Security], found: Mapping[D, Completeness]
) -> Iterator[GapRequest]:
    for dataset, state in found.items():
        if state.wanted:
            yield from _joined(known, dataset, state)


def _joined(
    known: Mapping[str, Security], dataset: Dataset, state: Completeness
) -> Iterator[GapRequest]:
    """Join what is missing into few calls, each of which asks for little more than that."""
    window = state.window
    market = common_market(known[code] for code in state.wanted)
    days = window.calendar.days(market, window.start, window.end)
    place = {day: at for at, day in enumerate(days)}
    runs = sorted(
        (place[first], place[last], code)
        for code, missing in state.wanted.items()
        for first, last in ranges(missing, days)
    )
    gaps: list[GapBatch] = []
    for first, last, code in runs:
        bars_a_day = expected_bars(dataset, known[code], days[first])
        if not (gaps and gaps[-1].take(last, code, bars_a_day)):
            gaps.append(GapBatch(first, last, {code}, bars_a_day))
    for gap in gaps:
        yield GapRequest(dataset, sorted(gap.codes), days[gap.first], days[gap.last])
