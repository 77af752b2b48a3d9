"""The calendar learns later years, and forgets what it worked out without them."""

import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.blocks.dataset import Kind, Period
from marketdata.blocks.days import bits_of
from marketdata.catalog._trading_days import YEARS
from marketdata.catalog.calendar import (
    SHANGHAI,
    is_trading_day,
    last_final_day,
    last_known_day,
    next_trading_day,
    nth_friday,
    previous_trading_day,
    trading_bits,
    trading_days,
)
from marketdata.catalog.known_years import kept_while_known, known_years, learn
from marketdata.catalog.sessions import bar_times, sessions
from marketdata.errors import NotFoundError

LAST = max(YEARS)
NEXT = LAST + 1


def year_of(year: int, *holidays: str) -> int:
    """Give a year's weekdays but for some holidays, MMDD."""
    days = [date(year, 1, 1) + timedelta(at) for at in range(366)]
    closed = {f"{year}{day}" for day in holidays}
    weekdays = [f"{day:%Y%m%d}" for day in days if day.weekday() < 5 and day.year == year]
    return bits_of(f"{year}", (day for day in weekdays if day not in closed))


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    yield
    learn({})


def first_weekday(year: int) -> str:
    day = date(year, 1, 1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return f"{day:%Y%m%d}"


def test_every_answer_of_the_calendar_knows_the_new_year() -> None:
    last = previous_trading_day("SH", f"{NEXT}0101")
    noon = datetime(NEXT, 6, 30, 12, tzinfo=SHANGHAI)

    def asked() -> tuple[object, ...]:
        return (
            last_known_day(),
            trading_bits("SH", f"{NEXT}") > 0,
            trading_bits("CFE", f"{NEXT}-06") > 0,
            len(trading_days("SH", f"{LAST}1201", f"{NEXT}1231")) > 30,
            is_trading_day("SH", first_weekday(NEXT)),
            last_final_day(noon, "17:00") > last,
        )

    without = (f"{LAST}1231", False, False, False, False, False)
    assert asked() == without
    with pytest.raises(NotFoundError):
        next_trading_day("SH", last)
    with pytest.raises(NotFoundError):
        nth_friday("CFE", f"{NEXT}-01", 3)
    learn({NEXT: year_of(NEXT)})
    assert asked() == (f"{NEXT}1231", True, True, True, True, True)
    assert next_trading_day("SH", last) == first_weekday(NEXT)
    assert nth_friday("CFE", f"{NEXT}-01", 3)[:6] == f"{NEXT}01"
    learn({})
    assert asked() == without


def test_a_year_that_is_put_right_leaves_nothing_stale() -> None:
    """The night session before a trading day hangs on which days are holidays."""
    monday = date(NEXT, 3, 1)
    while monday.weekday() != 0:
        monday += timedelta(days=1)
    day, friday = f"{monday:%Y%m%d}", f"{monday - timedelta(days=3):%m%d}"

    def nights() -> tuple[object, ...]:
        found = sessions(Kind.FUTURE, "SHF", "CU2703.SHF", day)
        assert found is not None
        times = bar_times(found, "SHF", day, Period.MIN60)
        return len(found), times[0][:10].replace("-", ""), nth_friday("CFE", f"{NEXT}-02", 4)

    learn({NEXT: year_of(NEXT)})
    before = nights()
    learn({NEXT: year_of(NEXT, friday)})
    assert nights() != before
    assert nights()[0] == 3
    learn({NEXT: year_of(NEXT)})
    assert nights() == before


def test_the_module_is_right_about_its_own_years() -> None:
    learn({LAST: 1, 1990: 1})
    assert known_years() == YEARS


def test_a_year_after_one_that_nobody_knows_is_not_known() -> None:
    learn({NEXT + 1: year_of(NEXT + 1)})
    assert last_known_day() == f"{LAST}1231"
    learn({NEXT: year_of(NEXT), NEXT + 1: year_of(NEXT + 1)})
    assert last_known_day() == f"{NEXT + 1}1231"


def test_learning_the_same_again_keeps_what_was_worked_out() -> None:
    counted: list[int] = []

    @kept_while_known()
    def count(number: int) -> int:
        counted.append(number)
        return number

    learn({NEXT: year_of(NEXT)})
    for _ in range(3):
        learn({NEXT: year_of(NEXT)})
        assert count(7) == 7
    assert counted == [7]
    learn({})
    assert (count(7), counted) == (7, [7, 7])


@given(st.lists(st.booleans(), max_size=8))
def test_results_are_those_of_the_years_known_now(steps: list[bool]) -> None:
    for later in steps:
        learn({NEXT: year_of(NEXT)} if later else {})
        assert bool(trading_bits("SH", f"{NEXT}")) is later


def test_a_thread_that_began_before_leaves_nothing_stale() -> None:
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            trading_bits("SH", f"{NEXT}")

    readers = [threading.Thread(target=look) for _ in range(3)]
    for each in readers:
        each.start()
    try:
        for turn in range(500):
            learn({NEXT: year_of(NEXT)} if turn % 2 else {})
            assert bool(trading_bits("SH", f"{NEXT}")) == bool(turn % 2)
    finally:
        done.set()
        for each in readers:
            each.join()
