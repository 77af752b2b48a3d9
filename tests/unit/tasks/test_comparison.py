"""What a part lacks, against a reference that goes through it day by day."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketdata.blocks.block import BlockCoverage, sound
from marketdata.blocks.coverage import Coverage
from marketdata.blocks.dataset import Kind, Period
from marketdata.blocks.days import bits_of, days_of, first_day, last_day
from marketdata.blocks.silences import DAY
from marketdata.catalog.calendar import is_trading_day, trading_days
from marketdata.catalog.securities import Security
from marketdata.catalog.window import Window
from marketdata.kline.bars import BarDataset
from marketdata.tasks.comparison import PartComparison, compare, outside

DAILY = BarDataset(Kind.STOCK, Period.DAILY)
MINUTES = BarDataset(Kind.STOCK, Period.MIN1)
PARTS = {DAILY: "2021", MINUTES: "2021-11"}
"""Beijing opened on 20211115."""

COUNTS = ("expected", "present", "absent", "unconfirmed", "missing")
START = date(2020, 12, 1)
DAYS = st.integers(0, 430).map(lambda offset: f"{START + timedelta(offset):%Y%m%d}")
NEVER = "99991231"


def calendar_days(part: str) -> list[str]:
    length = (last_day(part) - first_day(part)).days + 1
    return [f"{first_day(part) + timedelta(at):%Y%m%d}" for at in range(length)]


@dataclass(frozen=True)
class Stored:
    """The days of one stored block."""

    present: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)
    suspended: set[str] = field(default_factory=set)
    no_trade: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    short: set[str] = field(default_factory=set)

    def row(self, part: str) -> BlockCoverage:
        coverage = Coverage().mark(
            present=bits_of(part, self.present),
            absent=bits_of(part, self.absent),
            suspended=bits_of(part, self.suspended),
            no_trade=bits_of(part, self.no_trade),
            silent=bits_of(part, self.silent),
            short=bits_of(part, self.short),
        )
        return BlockCoverage(coverage, coverage.present.bit_count())

    def verdict(self, day: str, *, recheck_absent: bool) -> str:
        """Say what an expected day is."""
        if day in self.present:
            return "missing" if day in self.short else "present"
        if recheck_absent or day not in self.absent | self.silent:
            return "missing"
        return "absent" if day in self.absent else "unconfirmed"

    def reason(self, day: str) -> str:
        """Say why a day is absent."""
        if day in self.suspended:
            return "suspended"
        return "no_trade" if day in self.no_trade else "no_bar"


@st.composite
def markets(draw: st.DrawFn, part: str) -> dict[Security, Stored]:
    """Draw securities with any lives, and what is stored of some of them."""
    some_days = st.sets(st.sampled_from(calendar_days(part)))
    found = {}
    for at in range(draw(st.integers(0, 4))):
        market = draw(st.sampled_from(["SH", "BJ"]))
        life = [draw(st.none() | DAYS) for _ in range(2)]
        code = f"{600000 + at}.{market}"
        security = Security(code, "", Kind.STOCK, market, life[0], life[1])
        earlier = sorted([draw(DAYS), draw(DAYS)])
        if life[0] and earlier[1] < life[0]:
            security = replace(security, earlier=((earlier[0], earlier[1]),))
        found[security] = Stored(*(draw(some_days) for _ in range(6)))
    return found


def alive(security: Security, day: str) -> bool:
    dates = [*security.earlier, (security.list_date, security.delist_date)]
    return any((first or day) <= day <= (last or day) for first, last in dates)


def naive(
    part: str, market: dict[Security, Stored], window: Window, *, recheck_absent: bool
) -> tuple[dict[str, Counter[str]], dict[str, list[str]], dict[tuple[str, str], list[str]]]:
    """Go through all days of all codes."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in COUNTS}
    reasons: dict[tuple[str, str], list[str]] = {}
    gaps: dict[str, list[str]] = {}
    for security, stored in market.items():
        for day in calendar_days(part):
            asked = max(window.start, window.coverage_start or NEVER) <= day <= window.end
            if not (alive(security, day) and asked and is_trading_day(security.market, day)):
                continue
            if day > window.final_until:
                continue
            counts["expected"][day] += 1
            verdict = stored.verdict(day, recheck_absent=recheck_absent)
            counts[verdict][day] += 1
            if verdict == "missing":
                gaps.setdefault(security.code, []).append(day)
            elif verdict == "absent":
                reasons.setdefault((stored.reason(day), security.code), []).append(day)
    return counts, gaps, reasons


@pytest.mark.parametrize("dataset", [DAILY, MINUTES])
@settings(deadline=None)
@given(data=st.data())
def test_detect_against_a_naive_reference(dataset: BarDataset, data: st.DataObject) -> None:
    part = PARTS[dataset]
    market = data.draw(markets(part))
    start, end = sorted([data.draw(DAYS), data.draw(DAYS)])
    window = Window(start, end, data.draw(st.none() | DAYS), data.draw(DAYS))
    recheck = data.draw(st.booleans())
    rows = {security.code: each.row(part) for security, each in market.items()}
    known = {code: row for code, row in rows.items() if row.coverage != Coverage()}
    found = compare(dataset, part, list(market), known, window, recheck_absent=recheck)
    counts, gaps, reasons = naive(part, market, window, recheck_absent=recheck)
    for name, by_day in counts.items():
        assert getattr(found, name) == by_day
    assert {code: days_of(part, bits) for code, bits in found.gaps.items()} == gaps
    assert found.errors == set()
    assert {
        (reason, code): days_of(part, bits)
        for reason, codes in found.reasons.items()
        for code, bits in codes.items()
    } == reasons


@settings(deadline=None)
@given(data=st.data())
def test_outside_against_a_naive_reference(data: st.DataObject) -> None:
    market = data.draw(markets("2021"))
    start, end = sorted([data.draw(DAYS), data.draw(DAYS)])
    window = Window(start, end, data.draw(st.none() | DAYS), data.draw(DAYS))
    found = outside(market, window)
    told = {
        (security.code, day): reason
        for security in market
        for first, last, reason in found.runs.get(security.code, ())
        for day in trading_days(security.market, first, last)
    }
    expected = {
        (security.code, day): window.why_outside(security, day)
        for security in market
        for day in trading_days(security.market, start, min(end, window.final_until))
        if not ((window.coverage_start or NEVER) <= day and alive(security, day))
    }
    assert told == expected
    assert found.days == Counter(expected.values())


STOCK = Security("600000.SH", "", Kind.STOCK, "SH", "19991110")
JANUARY = Window("20240101", "20240131", "19901219", "20241231")
WEEK = bits_of("2024", ["20240102", "20240103", "20240104", "20240105"])


def detect(row: BlockCoverage, *others: Security) -> PartComparison:
    return compare(DAILY, "2024", [STOCK, *others], {STOCK.code: row}, JANUARY)


def test_nothing_in_scope() -> None:
    assert compare(DAILY, "2024", [], {}, JANUARY) == PartComparison()


def test_a_code_that_is_not_in_scope_is_passed_over() -> None:
    stored = {"600001.SH": BlockCoverage(Coverage(present=WEEK), 4)}
    found = compare(DAILY, "2024", [STOCK], stored, JANUARY)
    assert (sum(found.present.values()), list(found.gaps)) == (0, ["600000.SH"])


@pytest.mark.parametrize(
    "row",
    [
        BlockCoverage(Coverage(present=WEEK), 3),
        BlockCoverage(Coverage(present=WEEK), 5),
        BlockCoverage(Coverage(present=WEEK, absent=WEEK), 4),
        BlockCoverage(Coverage(), 4),
        BlockCoverage(Coverage(present=WEEK), 0),
    ],
)
def test_a_block_that_contradicts_itself_is_an_error_and_its_days_are_missing(
    row: BlockCoverage,
) -> None:
    """So that a fill asks for them and mends it."""
    found = detect(row)
    assert found.errors == {"600000.SH"}
    assert found.gaps["600000.SH"].bit_count() == 22
    assert found.missing == found.expected


@pytest.mark.parametrize(
    ("dataset", "rows", "expected"),
    [
        (DAILY, 4, True),
        (DAILY, 5, False),
        (MINUTES, 960, True),
        (MINUTES, 4, True),
        (MINUTES, 3, False),
        (MINUTES, 0, False),
    ],
)
def test_a_day_has_one_daily_bar_or_some_minutes(
    dataset: BarDataset, rows: int, expected: bool
) -> None:
    assert (
        sound(BlockCoverage(Coverage(present=WEEK), rows), one_a_day=dataset.one_a_day) is expected
    )


ASKED = 1_800_000_000
OLD, NEW = "20240124", "20240125"
"""The sixth of the newest days until the end of January, and the fifth."""


def silent(*moments: int) -> BlockCoverage:
    """Give what is known after the source was asked in vain for two days."""
    coverage = Coverage()
    for moment in moments:
        coverage = coverage.mark(silent=bits_of("2024", [OLD, NEW]), now=moment)
    return BlockCoverage(coverage, 0)


def asked_again(row: BlockCoverage, now: int, *, recheck_absent: bool = False) -> list[str]:
    """Tell which days are due."""
    window = replace(JANUARY, final_until="20240131", now=now)
    found = compare(
        DAILY, "2024", [STOCK], {STOCK.code: row}, window, recheck_absent=recheck_absent
    )
    assert not found.due.keys() - {STOCK.code}
    return days_of("2024", found.due.get(STOCK.code, 0))


ONCE = (ASKED,)
TWICE = (ASKED, ASKED + DAY)
THRICE = (ASKED, ASKED + DAY, ASKED + 8 * DAY)


@pytest.mark.parametrize(("moments", "wait"), [(ONCE, DAY), (TWICE, 7 * DAY), (THRICE, 30 * DAY)])
def test_what_the_source_was_silent_about_is_due_after_its_wait(
    moments: tuple[int, ...], wait: int
) -> None:
    row = silent(*moments)
    at_once = [] if moments is THRICE else [NEW]
    assert asked_again(row, moments[-1]) == at_once
    assert asked_again(row, moments[-1] + wait - 1) == at_once
    assert asked_again(row, moments[-1] + wait) == [OLD, NEW]
    # They are fetched as missing ones then.
    assert asked_again(row, moments[-1] + wait, recheck_absent=True) == []


def test_a_day_that_was_confirmed_is_absent_and_due_once_more() -> None:
    row = silent(*THRICE)
    window = replace(JANUARY, final_until="20240131", now=THRICE[-1] + 30 * DAY)
    found = compare(DAILY, "2024", [STOCK], {STOCK.code: row}, window)
    both = bits_of("2024", [OLD, NEW])
    assert found.reasons == {"no_bar": {STOCK.code: both}}
    assert (found.absent, found.unconfirmed) == ({OLD: 1, NEW: 1}, {})
    assert found.due == {STOCK.code: both}
    last = silent(*THRICE, THRICE[-1] + 30 * DAY)
    assert last.coverage.absent == both
    assert asked_again(last, ASKED + 9999 * DAY) == []


def test_the_newest_days_are_due_only_as_far_as_they_were_asked_for() -> None:
    row = silent(*ONCE)
    window = replace(JANUARY, final_until="20240131", now=ASKED, end=OLD)
    assert compare(DAILY, "2024", [STOCK], {STOCK.code: row}, window).due == {}
    # Once five newer ones are final, they wait like all others.
    later = replace(JANUARY, final_until="20240201", now=ASKED)
    assert compare(DAILY, "2024", [STOCK], {STOCK.code: row}, later).due == {}
