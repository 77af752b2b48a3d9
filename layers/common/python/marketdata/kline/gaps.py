"""Gaps that a read fills itself: small ones, within a deadline, and never at the read's expense."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from marketdata.catalog.calendar import trading_days
from marketdata.catalog.securities import Security
from marketdata.errors import UpstreamError
from marketdata.kline.bar import Dataset
from marketdata.kline.completeness import Completeness, expected_bars

GAP_BARS = 2000
"""A read fetches gaps up to this size itself; larger ones are a task's work."""

DEADLINE = 20.0
"""Seconds that a read may spend on fetching gaps."""


class Fetch(Protocol):
    """Has bars fetched and stored; `upstream.gateway.fetch_bars` is one."""

    def __call__(
        self, dataset: str, codes: list[str], start: str, end: str, seconds: float
    ) -> object: ...


@dataclass(frozen=True, slots=True)
class Gap:
    """Codes of one dataset that lack bars within the same days."""

    dataset: Dataset
    codes: list[str]
    start: str
    end: str
    bars: int


def fill_gaps(
    known: Mapping[str, Security],
    found: Mapping[Dataset, Completeness],
    fetch: Fetch,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[list[str], list[str]]:
    """Have small gaps fetched and stored.

    Parameters
    ----------
    known : mapping
        The securities in question, by code.
    found : mapping
        What their bars lack, for each dataset.
    fetch : Fetch
        Has bars fetched.
    clock : callable
        Seconds, rising.

    Returns
    -------
    codes, warnings : list of str
        The codes whose blocks may have changed, and what the reader should be told. Gaps that
        could not be filled are no error: the answer says what it lacks.
    """
    wanted = list(_gaps(known, found))
    if sum(gap.bars for gap in wanted) > GAP_BARS:
        return [], [f"more than {GAP_BARS} bars are missing: POST /cache/fill-missing fetches them"]
    until = clock() + DEADLINE
    fetched: list[str] = []
    for gap in wanted:
        left = until - clock()
        if left < 1:
            return fetched, ["some gaps were not fetched: the time for it was used up"]
        try:
            fetch(gap.dataset.name, gap.codes, gap.start, gap.end, left)
        except UpstreamError as error:
            return fetched, [f"some gaps were not fetched: {error}"]
        fetched += gap.codes
    return fetched, []


def _gaps(known: Mapping[str, Security], found: Mapping[Dataset, Completeness]) -> Iterator[Gap]:
    for dataset, state in found.items():
        alike: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for code, days in state.missing.items():
            alike[days[0], days[-1]].append(code)
        for (start, end), codes in alike.items():
            days = trading_days(known[codes[0]].market, start, end)
            a_code = sum(expected_bars(dataset, known[codes[0]], day) for day in days)
            yield Gap(dataset, codes, start, end, a_code * len(codes))
