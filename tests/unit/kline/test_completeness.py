"""What an answer claims about itself, against a day-by-day reading of the same rules."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketdata.blocks.coverage import Coverage
from marketdata.blocks.dataset import Kind, Period
from marketdata.blocks.days import bits_of, parts_between
from marketdata.catalog.calendar import trading_days
from marketdata.catalog.securities import Security
from marketdata.catalog.window import Window
from marketdata.kline.bars import BarDataset
from marketdata.kline.completeness import Completeness, expected_bars
from marketdata.kline.resample import first_day_of
from marketdata.kline.rows import Piece

FIRST = date(2022, 11, 1)
DAILY = {kind: BarDataset(kind, Period.DAILY) for kind in Kind}
MINUTES = BarDataset(Kind.STOCK, Period.MIN1)
OFFSETS = st.integers(0, 500)
DAYS = OFFSETS.map(lambda offset: f"{FIRST + timedelta(offset):%Y%m%d}")
TRADING = trading_days("SH", "20221101", "20240315")


@dataclass(frozen=True)
class Case:
    """One code's situation."""

    security: Security
    window: Window
    present: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)
    suspended: set[str] = field(default_factory=set)

    def coverage(self, part: str) -> Coverage:
        return Coverage().mark(
            present=bits_of(part, self.present),
            absent=bits_of(part, self.absent),
            suspended=bits_of(part, self.suspended),
        )

    def state(self, period: Period = Period.DAILY) -> Completeness:
        state = Completeness(self.window, period)
        dataset = DAILY[self.security.kind]
        for part in parts_between(dataset, self.window.start, self.window.end):
            state.add(dataset, self.security, part, self.coverage(part))
        return state

    def verdict(self, day: str) -> str:
        """Say what a trading day that was asked for is."""
        security, window = self.security, self.window
        listed = security.list_date if security.kind is not Kind.INDEX else None
        reasons = {
            "pending": day > window.final_until,
            "held": day in self.present,
            "not_listed": bool(listed and day < listed),
            "delisted": bool(security.delist_date and day > security.delist_date),
            "before_coverage": day < window.coverage_start,
            "missing": day not in self.absent,
            "suspended": day in self.suspended,
        }
        return next((reason for reason, holds in reasons.items() if holds), "unconfirmed")

    def asked(self) -> list[str]:
        window = self.window
        return trading_days(self.security.market, window.start, window.end)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    start, end = sorted([draw(DAYS), draw(DAYS)])
    born, gone = sorted([draw(DAYS), draw(DAYS)])
    kind = draw(st.sampled_from([Kind.STOCK, Kind.INDEX]))
    market = draw(st.sampled_from(["SH", "BJ", "GFE"]))
    maybe = st.booleans()
    security = Security(
        f"600000.{market}",
        "",
        kind,
        market,
        born if draw(maybe) else None,
        gone if draw(maybe) else None,
    )
    window = Window(start, end, draw(DAYS), draw(DAYS))
    final = [day for day in TRADING if day <= window.final_until]
    some = st.sets(st.sampled_from(final or TRADING[:1]))
    return Case(security, window, draw(some) if final else set(), draw(some), draw(some))


@settings(deadline=None)
@given(case=cases())
def test_every_day_is_in_the_answer_or_in_one_list(case: Case) -> None:
    verdicts = {day: case.verdict(day) for day in case.asked()}
    state, code = case.state(), case.security.code
    listed = [
        *((day, "missing") for day in state.missing.get(code, [])),
        *state.absent.get(code, []),
        *state.outside.get(code, []),
        *((day, "pending") for day in case.window.pending(case.security.market)),
    ]
    assert sorted(listed) == sorted(
        (day, verdict) for day, verdict in verdicts.items() if verdict != "held"
    )
    assert state.held == Counter(verdicts.values())["held"]


@settings(deadline=None)
@given(case=cases())
def test_expected_is_returned_absent_and_missing(case: Case) -> None:
    state, code = case.state(), case.security.code
    lacking = len(state.missing.get(code, [])) + len(state.absent.get(code, []))
    assert state.expected == state.held + lacking


@pytest.mark.parametrize("period", [Period.WEEKLY, Period.MONTHLY])
@settings(deadline=None)
@given(case=cases())
def test_weeks_and_months_are_counted_once(period: Period, case: Case) -> None:
    expected = {"held", "missing", "suspended", "unconfirmed"}
    days = [day for day in case.asked() if case.verdict(day) in expected]
    assert case.state(period).expected == len({first_day_of(day, period) for day in days})


@settings(deadline=None)
@given(case=cases())
def test_meta_gives_the_same_days_as_ranges(case: Case) -> None:
    state, code = case.state(), case.security.code
    meta = state.meta("SH")
    missing = meta["missing"].get(code, [])
    outside = meta["outside"].get(code, [])

    def unfolded(first: str, last: str) -> list[str]:
        return trading_days(case.security.market, first, last)

    assert [day for run in missing for day in unfolded(*run)] == state.missing.get(code, [])
    days = [(day, run["reason"]) for run in outside for day in unfolded(run["from"], run["to"])]
    assert sorted(days) == state.outside.get(code, [])
    for (_, last), (first, _) in pairwise(missing):
        assert len(unfolded(last, first)) > 2
    assert meta["complete"] == (not missing)
    assert meta["absent"].get(code, []) == [
        {"date": day, "reason": reason} for day, reason in state.absent.get(code, [])
    ]


def one(**marks: set[str]) -> tuple[Security, Window, Coverage]:
    """Give a stock of which something is known in the first week of 2024."""
    bits = {name: bits_of("2024-01", days) for name, days in marks.items()}
    security = Security("600000.SH", "", Kind.STOCK, "SH", "19991110")
    return security, Window("20240101", "20240107", "19901219", "20241231"), Coverage().mark(**bits)


def test_minutes_count_as_their_sessions_have_them() -> None:
    security, window, coverage = one(
        present={"20240102", "20240103"}, short={"20240103"}, absent={"20240104"}
    )
    state = Completeness(window)
    state.add(MINUTES, security, "2024-01", coverage)
    assert (state.expected, state.held) == (4 * 240, 2)
    assert state.short == {"600000.SH": ["20240103"]}
    assert state.missing == {"600000.SH": ["20240105"]}


def test_a_day_that_is_short_is_not_complete() -> None:
    security, window, coverage = one(
        present={"20240102", "20240103", "20240104", "20240105"}, short={"20240103"}
    )
    state = Completeness(window)
    state.add(MINUTES, security, "2024-01", coverage)
    meta = state.meta("SH")
    assert (meta["complete"], meta["missing"]) == (False, {})
    assert meta["short"] == {"600000.SH": ["20240103"]}


def test_a_session_that_is_not_known_has_the_bars_that_came() -> None:
    """The index circuit breaker ended these two days early."""
    security = Security("600000.SH", "", Kind.STOCK, "SH", "19991110")
    window = Window("20160104", "20160107", "19901219", "20241231")
    days = ["20160104", "20160105", "20160107"]
    rows = {"20160104": 130, "20160105": 240, "20160107": 14}
    text = b",\n".join(
        b'{"trade_date":"%b"}' % day.encode() for day, count in rows.items() for _ in range(count)
    )
    state = Completeness(window)
    coverage = Coverage(present=bits_of("2016-01", days))
    state.add(MINUTES, security, "2016-01", coverage, Piece.of(text))
    assert state.expected == 130 + 240 + 14 + 240
    assert expected_bars(MINUTES, security, "20160104") == 1


def test_a_close_outside_of_low_and_high_is_named() -> None:
    security, window, _ = one()
    coverage = Coverage(present=0b110, close_outside=0b010)
    state = Completeness(window)
    state.add(DAILY[Kind.STOCK], security, "2024", coverage)
    assert state.meta("SH")["close_outside"] == {"600000.SH": ["20240102"]}


class Day(str):
    """A day that counts how often it is compared."""

    __slots__ = ()
    compared = 0

    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        Day.compared += 1
        return str.__eq__(self, other)


def test_what_is_wanted_of_a_whole_life_of_rejected_days_is_found_in_one_pass() -> None:
    found = Completeness(Window("20221101", "20240315", "20221101", "20240315"))
    found.missing = {"600000.SH": list(TRADING), "600004.SH": list(TRADING[:2])}
    found.rejected = {"600000.SH": [Day(day) for day in TRADING[1:]]}
    assert found.wanted == {"600000.SH": TRADING[:1], "600004.SH": TRADING[:2]}
    assert Day.compared <= len(TRADING)
