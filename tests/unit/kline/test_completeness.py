"""What an answer claims about itself, against a day-by-day reading of the same rules."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketdata.blocks.coverage import Coverage
from marketdata.blocks.dataset import Kind, Period
from marketdata.blocks.days import bits_of, parts_between
from marketdata.blocks.silences import DAY
from marketdata.catalog.calendar import last_known_day, trading_days
from marketdata.catalog.securities import Security
from marketdata.catalog.window import Window
from marketdata.kline.bars import BarDataset
from marketdata.kline.completeness import ASKED_LATELY, Completeness, expected_bars
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
    silent: set[str] = field(default_factory=set)

    def coverage(self, part: str) -> Coverage:
        return Coverage().mark(
            present=bits_of(part, self.present),
            absent=bits_of(part, self.absent),
            suspended=bits_of(part, self.suspended),
            silent=bits_of(part, self.silent),
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
        dates = [*security.earlier, (security.list_date, security.delist_date)]
        if security.kind is Kind.INDEX:
            dates = [(None, security.delist_date)]
        lived = any((first or day) <= day <= (last or day) for first, last in dates)
        reasons = {
            "pending": day > window.final_until,
            "held": day in self.present,
            "not_listed": bool(dates[0][0] and day < dates[0][0]),
            "delisted": not lived,
            "not_covered": window.coverage_start is None,
            "before_coverage": day < (window.coverage_start or day),
            "missing": day not in self.absent | self.silent,
            "unconfirmed": day not in self.absent,
            "suspended": day in self.suspended,
        }
        return next((reason for reason, holds in reasons.items() if holds), "no_bar")

    def asked(self) -> list[str]:
        window = self.window
        return trading_days(self.security.market, window.start, window.end)


def _earlier(born: str, drawn: tuple[int, int] | None) -> tuple[tuple[str, str], ...]:
    """Give a life that ended before another one was born; none where none was drawn."""
    first, last = sorted(f"{FIRST + timedelta(offset):%Y%m%d}" for offset in drawn or (0, 0))
    return ((first, last),) if drawn and last < born else ()


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
        _earlier(born, draw(st.none() | st.tuples(OFFSETS, OFFSETS))),
    )
    if security.list_date is None:
        security = replace(security, earlier=())
    window = Window(start, end, draw(st.none() | DAYS), draw(DAYS))
    final = [day for day in TRADING if day <= window.final_until]
    some = st.sets(st.sampled_from(final or TRADING[:1]))
    return Case(
        security, window, draw(some) if final else set(), draw(some), draw(some), draw(some)
    )


@settings(deadline=None)
@given(case=cases())
def test_every_day_is_in_the_answer_or_in_one_list(case: Case) -> None:
    verdicts = {day: case.verdict(day) for day in case.asked()}
    state, code = case.state(), case.security.code
    listed = [
        *((day, "missing") for day in state.missing.get(code, [])),
        *((day, "unconfirmed") for day in state.unconfirmed.get(code, [])),
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
    lists = (state.missing, state.absent, state.unconfirmed)
    assert state.expected == state.held + sum(len(each.get(code, [])) for each in lists)


@pytest.mark.parametrize("period", [Period.WEEKLY, Period.MONTHLY])
@settings(deadline=None)
@given(case=cases())
def test_weeks_and_months_are_counted_once(period: Period, case: Case) -> None:
    expected = {"held", "missing", "suspended", "no_bar", "unconfirmed"}
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
    believed = meta["unconfirmed"].get(code, [])
    assert [day for run in believed for day in unfolded(*run)] == state.unconfirmed.get(code, [])
    assert meta["complete"] == (not missing and not believed)
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
    assert (state.expected, state.held, state.extent) == (4 * 240, 1, 3)
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


def test_beyond_the_calendar_nothing_is_complete() -> None:
    last = last_known_day()
    security = Security("600000.SH", "", Kind.STOCK, "SH", "19991110")
    window = Window(last, f"{int(last[:4]) + 1}0110", "19901219", last)
    state = Completeness(window)
    present = Coverage(present=bits_of(last[:4], [last]))
    state.add(DAILY[Kind.STOCK], security, last[:4], present)
    meta = state.meta("SH")
    assert (meta["complete"], meta["missing"]) == (False, {})
    assert meta["pending"] == window.unannounced() != []
    state = Completeness(replace(window, end=last))
    state.add(DAILY[Kind.STOCK], security, last[:4], present)
    meta = state.meta("SH")
    assert (meta["complete"], meta["pending"]) == (True, [])


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
    assert state.meta("SH")["unknown_sessions"] == {
        "600000.SH": [["20160104", "20160104"], ["20160107", "20160107"]]
    }
    assert not state.meta("SH")["complete"]
    assert expected_bars(MINUTES, security, "20160104") == 1


def test_a_close_outside_of_low_and_high_is_named() -> None:
    security, window, _ = one()
    coverage = Coverage(present=0b110, close_outside=0b010)
    state = Completeness(window)
    state.add(DAILY[Kind.STOCK], security, "2024", coverage)
    assert state.meta("SH")["close_outside"] == {"600000.SH": ["20240102"]}


def wanted(coverage: Coverage, now: int = 0) -> dict[str, list[str]]:
    security, window, _ = one()
    state = Completeness(replace(window, now=now))
    state.add(DAILY[Kind.STOCK], security, "2024", coverage)
    return state.wanted


FOUR = ["20240102", "20240103", "20240104", "20240105"]
"""The trading days of the first week of 2024."""


def test_what_is_missing_is_wanted_unless_its_bars_were_bad_a_moment_ago() -> None:
    bits = bits_of("2024", FOUR[:2])
    assert wanted(Coverage()) == {"600000.SH": FOUR}
    assert wanted(Coverage().mark(rejected=bits)) == {"600000.SH": FOUR[2:]}


def test_a_silent_source_is_asked_again_when_the_wait_is_over() -> None:
    asked_at = 1_800_000_000
    believed = Coverage().mark(silent=bits_of("2024", FOUR), now=asked_at)
    assert wanted(believed, asked_at + DAY - 1) == {}
    assert wanted(believed, asked_at + DAY) == {"600000.SH": FOUR}


def test_a_read_does_not_repeat_a_question_of_a_moment_ago() -> None:
    asked_at = 1_800_000_000
    known = Coverage().mark(undecided=bits_of("2024", FOUR[2:]), now=asked_at)
    assert wanted(known, asked_at + ASKED_LATELY) == {"600000.SH": FOUR[:2]}
    assert wanted(known, asked_at + ASKED_LATELY + 1) == {"600000.SH": FOUR}
