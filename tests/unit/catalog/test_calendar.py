"""The calendar against itself, against known holidays and against the days of real bars."""

import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local import generate_calendar
from marketdata.blocks.days import days_of
from marketdata.catalog._trading_days import YEARS
from marketdata.catalog.calendar import (
    FIRST_DAYS,
    MARKETS,
    SHANGHAI,
    beyond_known,
    first_known_day,
    is_trading_day,
    last_known_day,
    next_trading_day,
    nth_friday,
    previous_trading_day,
    trading_bits,
    trading_days,
    unannounced,
)
from marketdata.errors import InvalidInputError, NotFoundError
from tests.support.real_files import REAL

days = st.dates(date(1990, 12, 19), date(2026, 12, 31)).map("{:%Y%m%d}".format)
markets = st.sampled_from(MARKETS)


def test_the_generated_module_is_what_the_generator_writes() -> None:
    text = generate_calendar.render(generate_calendar.sessions())
    assert generate_calendar.MODULE.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(("text", "code"), [("stale", 1), (None, 1)])
def test_the_check_fails_on_a_stale_or_missing_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None, code: int
) -> None:
    module = tmp_path / "_trading_days.py"
    if text:
        module.write_text(text)
    monkeypatch.setattr(generate_calendar, "MODULE", module)
    monkeypatch.setattr(sys, "argv", ["generate_calendar.py", "--check"])
    assert generate_calendar.main() == code
    monkeypatch.setattr(sys, "argv", ["generate_calendar.py"])
    assert generate_calendar.main() == 0
    monkeypatch.setattr(sys, "argv", ["generate_calendar.py", "--check"])
    assert generate_calendar.main() == 0


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("20200124", "20200202"),  # the Spring Festival that was prolonged
        ("20241001", "20241007"),
        ("20260101", "20260104"),
        ("20260214", "20260223"),
        ("20260404", "20260406"),
        ("20260501", "20260505"),
        ("20260619", "20260621"),
        ("20260925", "20260927"),
        ("20261001", "20261007"),
    ],
)
def test_nobody_trades_on_holidays_those_to_come_included(first: str, last: str) -> None:
    for market in MARKETS:
        assert trading_days(market, first, last) == []


def test_a_known_month() -> None:
    assert trading_days("SH", "20240101", "20240110") == [
        *("20240102", "20240103", "20240104", "20240105", "20240108", "20240109", "20240110")
    ]
    assert len(trading_days("CFE", "20240101", "20240131")) == 22
    assert len(trading_days("SZ", "20260101", "20261231")) == 242
    assert last_known_day() >= "20261231"


def test_markets_begin_on_their_own_days() -> None:
    for market, first in FIRST_DAYS.items():
        assert first_known_day(market) == first
        assert is_trading_day(market, first), market
        assert trading_days(market, "19900101", first) == [first]
        with pytest.raises(NotFoundError):
            previous_trading_day(market, first)


def test_an_unknown_market_is_named_in_the_error() -> None:
    calls: list[Callable[[], object]] = [
        lambda: trading_days("CFFEX", "20240101", "20240131"),
        lambda: trading_bits("CFFEX", "2024"),
        lambda: next_trading_day("CFFEX", "20240101"),
        lambda: first_known_day(""),
    ]
    for call in calls:
        with pytest.raises(InvalidInputError, match="market: must be one of SH, SZ, BJ, CFE"):
            call()


def test_the_calendar_ends() -> None:
    last = trading_days("SH", "20261201", "20991231")[-1]
    with pytest.raises(NotFoundError, match="after"):
        next_trading_day("SH", last)
    assert trading_bits("SH", "2099") == trading_bits("SH", "2099-05") == 0
    assert trading_days("SH", "20240131", "20240101") == []


def test_the_module_reaches_far_enough() -> None:
    """A gate: after the last known day every fill fails, and no answer is complete.

    The next year is announced in November, or early in December.
    """
    last = date.fromisoformat(f"{max(YEARS)}1231")
    today = datetime.now(SHANGHAI).date()
    if today + timedelta(days=60) <= last:
        return
    todo = (
        f"the calendar ends on {last}: run `uv lock --upgrade-package exchange-calendars` and "
        "`make generated`"
    )
    if today < last.replace(day=15):
        pytest.skip(f"{todo} once the next year is announced; from {last:%Y-%m}-15 on this fails")
    pytest.fail(todo)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("20240101", "20261231", []),
        ("20240101", "20270101", [["20270101", "20270101"]]),
        ("20270102", "20270103", []),
        ("20270102", "20270110", [["20270104", "20270108"]]),
        ("20240101", "99991231", [["20270101", "99991231"]]),
        ("20280101", "20270101", []),
    ],
)
def test_weekdays_after_the_end_may_be_trading_days(
    start: str, end: str, expected: list[list[str]]
) -> None:
    if last_known_day() == "20261231":
        assert unannounced(start, end) == expected


@given(st.integers(-40, 40), st.integers(0, 60))
def test_what_is_not_announced_are_the_weekdays_after_the_end(offset: int, length: int) -> None:
    first = date.fromisoformat(last_known_day()) + timedelta(offset)
    span = [first + timedelta(at) for at in range(length + 1)]
    after = [f"{day:%Y%m%d}" for day in span if day.weekday() < 5]
    after = [day for day in after if day > last_known_day()]
    found = unannounced(f"{span[0]:%Y%m%d}", f"{span[-1]:%Y%m%d}")
    assert found == ([[after[0], after[-1]]] if after else [])


def test_what_passes_the_end_is_told() -> None:
    last = last_known_day()
    assert beyond_known(last) == []
    (said,) = beyond_known("99991231")
    assert said.message == f"the calendar is known until {last[:4]}-12-31 only"
    assert said.params == {"last": last}


def test_third_fridays_are_postponed_by_holidays() -> None:
    assert nth_friday("CFE", "2024-01", 3) == "20240119"
    assert nth_friday("CFE", "2015-02", 3) == "20150225"
    assert nth_friday("CFE", "2024-09", 2) == "20240913"
    with pytest.raises(NotFoundError):
        nth_friday("CFE", "2099-01", 3)


@settings(deadline=None)
@given(markets, days, days)
def test_trading_days_are_those_that_are_trading_days(market: str, one: str, two: str) -> None:
    start, end = sorted((one, two))
    end = min(end, f"{date.fromisoformat(start) + timedelta(days=800):%Y%m%d}")
    found = trading_days(market, start, end)
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    all_days = (first + timedelta(days=later) for later in range((last - first).days + 1))
    assert found == [
        day for day in map("{:%Y%m%d}".format, all_days) if is_trading_day(market, day)
    ]
    assert all(date.fromisoformat(day).weekday() < 5 for day in found)


@settings(deadline=None)
@given(markets, days)
def test_a_month_is_a_stretch_of_its_year(market: str, day: str) -> None:
    part, month = day[:4], f"{day[:4]}-{day[4:6]}"
    year_days = days_of(part, trading_bits(market, part))
    assert days_of(month, trading_bits(market, month)) == [
        each for each in year_days if each[:6] == day[:6]
    ]


@settings(deadline=None)
@given(markets, days)
def test_next_and_previous_are_neighbours(market: str, day: str) -> None:
    everything = trading_days(market, "19900101", last_known_day())
    later = [each for each in everything if each > day]
    earlier = [each for each in everything if each < day]
    if later:
        assert next_trading_day(market, day) == later[0]
    if earlier:
        assert previous_trading_day(market, day) == earlier[-1]


@pytest.mark.skipif(not REAL.exists(), reason="the real bars of ../shared/data/market are absent")
def test_every_real_bar_is_of_a_trading_day() -> None:
    files = [path for kind in ("stock", "index", "future") for path in REAL.glob(f"{kind}/*/*.csv")]
    assert files
    known = {market: set(trading_days(market, "19900101", last_known_day())) for market in MARKETS}
    for path in files:
        found = {line[:8] for line in path.read_text().splitlines()[1:]}
        assert found <= known[path.stem.rpartition(".")[2]], path
    suspensions = (REAL / "suspensions.csv").read_text().splitlines()[1:]
    assert {line.split(",")[1] for line in suspensions} <= known["SH"]
