"""What an answer may claim: which bars were expected, which came, and why the others did not.

Pure: calendars, lives and coverage in, the answer's `meta` out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from marketdata.blocks.coverage import Coverage, missing
from marketdata.blocks.dataset import Dataset, Period
from marketdata.blocks.days import bit_of, days_of, ranges
from marketdata.catalog.securities import Security
from marketdata.catalog.sessions import bars_per_day
from marketdata.catalog.window import Window
from marketdata.kline.bars import BarDataset
from marketdata.kline.resample import first_day_of
from marketdata.kline.rows import Piece

_ROW = b'{"trade_date":"%b"'
NO_ROWS = Piece.of(b"")


@dataclass(slots=True)
class Completeness:
    """Sums up, part by part, what an answer holds and what it lacks.

    Every final trading day that was asked for is either held, absent, missing or outside.

    Attributes
    ----------
    window : Window
        What was asked for.
    period : Period
        The period whose bars `expected` counts: for weekly or monthly bars, weeks or months.
    expected : int
        The number of bars that calendar and life demand, plus those that came undemanded. A day of
        intraday bars counts as many as its session has, or if that is unknown as many as came, but
        at least one.
    held : int
        The number of days with a bar.
    missing, absent, outside, short, close_outside, rejected : dict
        By code, the trading days concerned, in order; `absent` and `outside` with a reason. Days
        that are `rejected` are also `missing`.
    """

    window: Window
    period: Period = Period.DAILY
    expected: int = 0
    held: int = 0
    missing: dict[str, list[str]] = field(default_factory=dict)
    absent: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    outside: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    short: dict[str, list[str]] = field(default_factory=dict)
    close_outside: dict[str, list[str]] = field(default_factory=dict)
    rejected: dict[str, list[str]] = field(default_factory=dict)
    _spans: dict[str, set[str]] = field(default_factory=dict)

    def add(
        self,
        dataset: Dataset,
        security: Security,
        part: str,
        coverage: Coverage,
        rows: Piece = NO_ROWS,
    ) -> None:
        """Take one block into account.

        Parameters
        ----------
        dataset, security, part
            The block.
        coverage : Coverage
            What is known about its days.
        rows : Piece
            Its rows within the window; opened only to count intraday bars of unknown sessions.
        """
        window = self.window
        asked = window.asked(security, part)
        held = asked & coverage.present
        # A bar that came proves its day, whatever the catalog says about the code's life.
        expected = window.expected(security, part) | held
        self.held += held.bit_count()
        self.expected += self._bars(dataset, security, part, expected, rows)
        lacking = missing(expected, coverage)
        self._list(self.missing, security, part, lacking)
        self._list(self.rejected, security, part, lacking & coverage.rejected)
        for name in ("short", "close_outside"):
            self._list(getattr(self, name), security, part, getattr(coverage, name) & asked)
        absent = coverage.absent & expected & ~held
        if absent:
            found = [(day, coverage.reason_of(bit_of(part, day))) for day in days_of(part, absent)]
            self.absent.setdefault(security.code, []).extend(found)
        outside = asked & ~expected
        if outside:
            why = [(day, window.why_outside(security, day)) for day in days_of(part, outside)]
            self.outside.setdefault(security.code, []).extend(why)

    @property
    def wanted(self) -> dict[str, list[str]]:
        """The missing days worth asking the source for, by code, for each code that has any."""
        if not self.rejected:
            return self.missing
        rejected = {code: frozenset(days) for code, days in self.rejected.items()}
        found = {
            code: [day for day in days if day not in rejected[code]] if code in rejected else days
            for code, days in self.missing.items()
        }
        return {code: days for code, days in found.items() if days}

    @staticmethod
    def _list(days: dict[str, list[str]], security: Security, part: str, bits: int) -> None:
        if bits:
            days.setdefault(security.code, []).extend(days_of(part, bits))

    def _bars(self, dataset: Dataset, security: Security, part: str, days: int, rows: Piece) -> int:
        if dataset.intraday:
            return sum(
                _session_bars(dataset, security, day)
                or max(1, rows.text.count(_ROW % day.encode()))
                for day in days_of(part, days)
            )
        if self.period.stored:
            return days.bit_count()
        known = self._spans.setdefault(security.code, set())
        before = len(known)
        known |= _first_days(part, days, self.period)
        return len(known) - before

    def meta(self, market: str) -> dict[str, Any]:
        """Return the answer's `meta`; every day that was asked for is in it or in the data."""
        days = self.window.calendar.days(market, self.window.start, self.window.end)
        return {
            "complete": not self.missing and not self.short,
            "expected": self.expected,
            "missing": {code: ranges(gaps, days) for code, gaps in self.missing.items()},
            "absent": {
                code: [{"date": day, "reason": reason} for day, reason in found]
                for code, found in self.absent.items()
            },
            "outside": {code: list(_runs(found, days)) for code, found in self.outside.items()},
            "short": self.short,
            "close_outside": self.close_outside,
            "rejected": {code: ranges(gaps, days) for code, gaps in self.rejected.items()},
            "pending": ranges(self.window.pending(market), days),
        }


def origin(before: int, after: int) -> str:
    """Return where rows came from, by the days held before and after the source was asked."""
    if before == after:
        return "cache"
    return "mixed" if before else "upstream"


@lru_cache(maxsize=256)
def _first_days(part: str, days: int, period: Period) -> frozenset[str]:
    """Return the first days of some days' weeks or months; most codes have the same days."""
    return frozenset(first_day_of(day, period) for day in days_of(part, days))


def expected_bars(dataset: Dataset, security: Security, day: str) -> int:
    """Return how many bars a full day has; 1 if they are not intraday or sessions are unknown."""
    return _session_bars(dataset, security, day) or 1


def _session_bars(dataset: Dataset, security: Security, day: str) -> int | None:
    if not (isinstance(dataset, BarDataset) and dataset.intraday):
        return 1
    return bars_per_day(dataset.kind, security.market, security.code, dataset.period, day)


def _runs(found: Sequence[tuple[str, str]], days: Sequence[str]) -> Iterator[dict[str, str]]:
    """Join neighbouring days with the same reason into {from, to, reason}."""
    for reason in dict.fromkeys(reason for _, reason in found):
        for first, last in ranges([day for day, why in found if why == reason], days):
            yield {"from": first, "to": last, "reason": reason}


@dataclass(frozen=True, slots=True)
class CompletenessByDataset:
    """The completeness of an answer, dataset by dataset.

    Attributes
    ----------
    states : dict
        By dataset; each code is in only one of them.
    """

    states: dict[BarDataset, Completeness] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether no day is missing."""
        return not any(state.missing for state in self.states.values())

    @property
    def held(self) -> int:
        """The number of days with a bar, summed over the codes."""
        return sum(state.held for state in self.states.values())

    def lacking(self, codes: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield, as (code, part), the parts in which these codes lack days."""
        for dataset, state in self.states.items():
            for code in codes:
                parts = dict.fromkeys(map(dataset.part_of, state.missing.get(code, ())))
                yield from ((code, part) for part in parts)

    def meta(self, market: str) -> dict[str, Any]:
        """Return the answer's `meta`; see `Completeness.meta`."""
        meta: dict[str, Any] = {}
        for state in self.states.values():
            _merge(meta, state.meta(market))
        return meta


def _merge(ours: dict[str, Any], theirs: Mapping[str, Any]) -> None:
    for name, value in theirs.items():
        known = ours.get(name)
        if known is None or name == "pending":
            ours[name] = value
        elif name == "complete":
            ours[name] = known and value
        else:
            ours[name] = known | value if isinstance(known, dict) else known + value
