"""What an answer may claim: which bars were expected, which came, and why the others did not.

Pure: calendars, lives and coverage in, the answer's `meta` out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from marketdata.blocks.coverage import Coverage
from marketdata.blocks.dataset import Dataset, Period
from marketdata.blocks.days import bit_of, days_of, parts_between, ranges
from marketdata.catalog.securities import Security
from marketdata.catalog.sessions import bars_per_day, sessions
from marketdata.catalog.window import Window
from marketdata.kline.bars import BarDataset
from marketdata.kline.resample import first_day_of
from marketdata.kline.rows import Piece

ASKED_LATELY = 900
"""Seconds for which reads do not repeat a question that was in vain. Tasks ask at once."""

_ROW = b'{"trade_date":"%b"'
NO_ROWS = Piece.of(b"")


@dataclass(slots=True)
class Completeness:
    """Sums up, part by part, what an answer holds and what it lacks.

    Every final trading day that was asked for is held, absent, unconfirmed, missing or outside.

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
        Days with all their bars.
    missing, absent, outside, short, close_outside, rejected, unconfirmed, disagreeing : dict
        For each code the trading days concerned, in order, `absent` and `outside` with a reason.
        Days that are `rejected` are missing, or short, as well.
    unknown_sessions : dict
        For each code the days with intraday bars of which nobody can say whether they are all.
    computed : dict
        For each code the days whose bars were computed from stored shorter ones.
    wanted : dict
        For each code the days that are worth asking the source for now.
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
    unconfirmed: dict[str, list[str]] = field(default_factory=dict)
    disagreeing: dict[str, list[str]] = field(default_factory=dict)
    unknown_sessions: dict[str, list[str]] = field(default_factory=dict)
    computed: dict[str, list[str]] = field(default_factory=dict)
    wanted: dict[str, list[str]] = field(default_factory=dict)
    _spans: dict[str, set[str]] = field(default_factory=dict)

    def add(
        self,
        dataset: Dataset,
        security: Security,
        part: str,
        coverage: Coverage,
        rows: Piece = NO_ROWS,
        *,
        only: int | None = None,
        computed: int = 0,
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
        only : int, optional
            The days of the part that are asked for, as bits, if not all of the window are.
        computed : int
            The days whose bars are not stored but computed from shorter ones, as bits.
        """
        window = self.window
        asked = window.asked(security, part)
        expected = window.expected(security, part)
        if only is not None:
            asked, expected = asked & only, expected & only
        held = asked & coverage.present
        # A bar that came proves its day, whatever the catalog says about the code's life.
        expected |= held
        self.held += (held & ~coverage.short).bit_count()
        self.expected += self._bars(dataset, security, part, (expected, held), rows)
        lacking = coverage.lacking(expected)
        unconfirmed = coverage.unconfirmed & expected
        self._list(self.computed, security, part, computed & asked)
        self._list(self.missing, security, part, lacking & ~held)
        self._list(self.unconfirmed, security, part, unconfirmed)
        self._list(self.rejected, security, part, lacking & coverage.rejected)
        if lacking or unconfirmed:
            asked_lately = coverage.asked_since(window.now - ASKED_LATELY)
            wanted = (lacking & ~coverage.rejected) | (unconfirmed & coverage.due(window.now))
            self._list(self.wanted, security, part, wanted & ~asked_lately)
        for name in ("short", "close_outside", "disagreeing"):
            self._list(getattr(self, name), security, part, getattr(coverage, name) & asked)
        absent = coverage.absent & expected & ~held
        if absent:
            found = [(day, coverage.reason_of(bit_of(part, day))) for day in days_of(part, absent)]
            self.absent.setdefault(security.code, []).extend(found)
        outside = asked & ~expected
        if outside:
            why = [(day, window.why_outside(security, day)) for day in days_of(part, outside)]
            self.outside.setdefault(security.code, []).extend(why)

    @staticmethod
    def _list(days: dict[str, list[str]], security: Security, part: str, bits: int) -> None:
        if bits:
            days.setdefault(security.code, []).extend(days_of(part, bits))

    def _bars(
        self,
        dataset: Dataset,
        security: Security,
        part: str,
        bits: tuple[int, int],
        rows: Piece,
    ) -> int:
        """Count the bars of the expected days, some of which are held."""
        days, present = bits
        if isinstance(dataset, BarDataset) and dataset.intraday:
            held = set(days_of(part, present))
            return sum(
                self._bars_of_session(dataset, security, day, rows, held=day in held)
                for day in days_of(part, days)
            )
        if self.period.stored:
            return days.bit_count()
        known = self._spans.setdefault(security.code, set())
        before = len(known)
        known |= _first_days(part, days, self.period)
        return len(known) - before

    def _bars_of_session(
        self, dataset: BarDataset, security: Security, day: str, rows: Piece, *, held: bool
    ) -> int:
        count = session_bars(dataset, security, day)
        if count:
            return count
        if held and sessions(dataset.kind, security.market, security.code, day) is None:
            self.unknown_sessions.setdefault(security.code, []).append(day)
        return max(1, rows.text.count(_ROW % day.encode()))

    @property
    def extent(self) -> int:
        """How much is held: two for each whole day, one for each that is short."""
        return 2 * self.held + sum(map(len, self.short.values()))

    def meta(self, market: str) -> dict[str, Any]:
        """Return the answer's `meta`; every day that was asked for is in it or in the data."""
        days = self.window.calendar.days(market, self.window.start, self.window.end)
        computed = {code: ranges(found, days) for code, found in self.computed.items()}
        return ({"computed": computed} if computed else {}) | {
            "complete": not (
                self.missing
                or self.short
                or self.unconfirmed
                or self.unknown_sessions
                or self.window.beyond_known
            ),
            "expected": self.expected,
            "missing": {code: ranges(gaps, days) for code, gaps in self.missing.items()},
            "absent": {
                code: [{"date": day, "reason": reason} for day, reason in found]
                for code, found in self.absent.items()
            },
            "outside": {code: list(_runs(found, days)) for code, found in self.outside.items()},
            "unconfirmed": {code: ranges(gaps, days) for code, gaps in self.unconfirmed.items()},
            "short": self.short,
            "unknown_sessions": {
                code: ranges(found, days) for code, found in self.unknown_sessions.items()
            },
            "close_outside": self.close_outside,
            "rejected": {code: ranges(gaps, days) for code, gaps in self.rejected.items()},
            "pending": [*ranges(self.window.pending(market), days), *self.window.unannounced()],
        }


def origin(before: int, after: int) -> str:
    """Return where rows came from, by what was held before and after the source was asked."""
    if before == after:
        return "cache"
    return "mixed" if before else "upstream"


@lru_cache(maxsize=256)
def _first_days(part: str, days: int, period: Period) -> frozenset[str]:
    """Return the first days of some days' weeks or months; most codes have the same days."""
    return frozenset(first_day_of(day, period) for day in days_of(part, days))


def expected_bars(dataset: Dataset, security: Security, day: str) -> int:
    """Return how many bars a full day has; 1 if they are not intraday or sessions are unknown."""
    return session_bars(dataset, security, day) or 1


def session_bars(dataset: Dataset, security: Security, day: str) -> int | None:
    """Return how many bars a full day has, 1 if they are not intraday; None if nobody knows."""
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

    states: dict[Dataset, Completeness] = field(default_factory=dict)

    @property
    def satisfied(self) -> bool:
        """Whether nothing is worth asking for."""
        return not any(state.wanted for state in self.states.values())

    @property
    def extent(self) -> int:
        """How much is held, over all codes; see `Completeness.extent`."""
        return sum(state.extent for state in self.states.values())

    def lacking(self, codes: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield, as (code, part), the parts in which these codes lack days."""
        for dataset, state in self.states.items():
            for code in codes:
                days = state.wanted.get(code, ())
                parts = dict.fromkeys(parts_between(dataset, day, day)[0] for day in days)
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
