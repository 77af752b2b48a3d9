"""What an answer may claim: which bars were to be expected, which came, and why the others did not.

Pure: calendars, lives and coverage in, the answer's `meta` out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from marketdata.catalog.calendar import trading_bits, trading_days
from marketdata.catalog.securities import Security, life_bits
from marketdata.catalog.sessions import bars_per_day
from marketdata.kline.bar import Dataset
from marketdata.kline.coverage import Coverage, bit_of, days_of, missing, ranges, span


@dataclass(frozen=True, slots=True)
class Window:
    """The days that a question is about.

    Attributes
    ----------
    start, end : str
        First and last day asked for, "YYYYMMDD".
    coverage_start : str
        The first day that the source has.
    final_until : str
        The last day whose bars are final.
    """

    start: str
    end: str
    coverage_start: str
    final_until: str

    def expected(self, security: Security, part: str) -> int:
        """The final trading days of the part on which the security should have bars, as bits."""
        days = span(part, max(self.start, self.coverage_start), min(self.end, self.final_until))
        return days and days & trading_bits(security.market, part) & life_bits(security, part)

    def asked(self, security: Security, part: str) -> int:
        """All final trading days of the part that were asked for, as bits."""
        days = span(part, self.start, min(self.end, self.final_until))
        return days and days & trading_bits(security.market, part)

    def pending(self, market: str) -> list[str]:
        """The trading days asked for whose bars are not final yet."""
        return [
            day
            for day in trading_days(market, max(self.start, self.final_until), self.end)
            if day > self.final_until
        ]

    def why_outside(self, security: Security, day: str) -> str:
        """Why no bar is expected on a trading day: not_listed, delisted or before_coverage."""
        if security.list_date and day < security.list_date:
            return "not_listed"
        if security.delist_date and day > security.delist_date:
            return "delisted"
        return "before_coverage"


@dataclass(slots=True)
class Completeness:
    """Adds up, part by part, what an answer holds and what it lacks.

    Attributes
    ----------
    expected, returned : int
        Bars: those that calendar and life demand, and those in the answer.
    missing, absent, outside, short, close_outside : dict
        For each code the trading days concerned, in order, `absent` and `outside` with a reason.
    """

    window: Window
    expected: int = 0
    returned: int = 0
    missing: dict[str, list[str]] = field(default_factory=dict)
    absent: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    outside: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    short: dict[str, list[str]] = field(default_factory=dict)
    close_outside: dict[str, list[str]] = field(default_factory=dict)

    def add(self, dataset: Dataset, security: Security, part: str, coverage: Coverage) -> None:
        """Take one block's coverage into account."""
        code, window = security.code, self.window
        expected = window.expected(security, part)
        asked = window.asked(security, part)
        self.expected += self._bars(dataset, security, part, expected)
        gaps = missing(expected, coverage)
        if gaps:
            self.missing.setdefault(code, []).extend(days_of(part, gaps))
        absent = coverage.absent & asked
        if absent:
            found = [(day, coverage.reason_of(bit_of(part, day))) for day in days_of(part, absent)]
            self.absent.setdefault(code, []).extend(found)
        outside = asked & ~expected & ~coverage.present & ~absent
        if outside:
            why = [(day, window.why_outside(security, day)) for day in days_of(part, outside)]
            self.outside.setdefault(code, []).extend(why)
        for name in ("short", "close_outside"):
            marked = getattr(coverage, name) & asked
            if marked:
                getattr(self, name).setdefault(code, []).extend(days_of(part, marked))

    @staticmethod
    def _bars(dataset: Dataset, security: Security, part: str, days: int) -> int:
        if not dataset.period.intraday:
            return days.bit_count()
        return sum(expected_bars(dataset, security, day) for day in days_of(part, days))

    def missing_bars(self, dataset: Dataset, security: Security) -> int:
        """How many bars the gaps of one code come to."""
        days = self.missing.get(security.code, ())
        return sum(expected_bars(dataset, security, day) for day in days)

    def meta(self, market: str) -> dict[str, Any]:
        """Give the answer's `meta`: every day that was asked for is in it or in the data."""
        days = trading_days(market, self.window.start, self.window.end)
        return {
            "complete": not self.missing and not self.short,
            "expected": self.expected,
            "returned": self.returned,
            "missing": {code: ranges(gaps, days) for code, gaps in self.missing.items()},
            "absent": {
                code: [{"date": day, "reason": reason} for day, reason in found]
                for code, found in self.absent.items()
            },
            "outside": {code: list(_runs(found, days)) for code, found in self.outside.items()},
            "short": self.short,
            "close_outside": self.close_outside,
            "pending": ranges(self.window.pending(market), days),
        }


def expected_bars(dataset: Dataset, security: Security, day: str) -> int:
    """How many bars a full day has; 1 for daily bars and where the session is not known."""
    if not dataset.period.intraday:
        return 1
    return bars_per_day(dataset.kind, security.market, security.code, dataset.period, day) or 1


def _runs(found: Sequence[tuple[str, str]], days: Sequence[str]) -> Iterator[dict[str, str]]:
    """Join neighbouring days of the same reason into {from, to, reason}."""
    for reason in dict.fromkeys(reason for _, reason in found):
        for first, last in ranges([day for day, why in found if why == reason], days):
            yield {"from": first, "to": last, "reason": reason}
