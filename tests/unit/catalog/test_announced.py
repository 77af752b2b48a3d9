"""What a source's own calendar brings, and what it contradicts."""

import re
from datetime import date, timedelta

import pytest

from marketdata.blocks.days import days_of
from marketdata.catalog._trading_days import YEARS
from marketdata.catalog.announced import later_years
from marketdata.catalog.calendar import FIRST_DAYS, trading_days

LAST = max(YEARS)
NEXT = LAST + 1
OURS = trading_days("SH", f"{LAST - 1}0101", f"{LAST}1231")


SATURDAY = next(
    f"{day:%Y%m%d}"
    for day in (date(NEXT, 1, 1) + timedelta(at) for at in range(7))
    if day.weekday() == 5
)


def weekdays(year: int, holidays: int = 17) -> list[str]:
    """Give a year's weekdays, less some at regular distances."""
    days = [date(year, 1, 1) + timedelta(at) for at in range(365)]
    found = [f"{day:%Y%m%d}" for day in days if day.weekday() < 5]
    closed = {found[at * len(found) // holidays] for at in range(holidays)} if holidays else set()
    return [day for day in found if day not in closed]


def test_whole_later_years_are_taken() -> None:
    coming = [*weekdays(NEXT), *weekdays(NEXT + 1)]
    years, remarks = later_years([*coming[::-1], *OURS])
    assert remarks == []
    assert [day for year, bits in years.items() for day in days_of(f"{year}", bits)] == coming


def test_a_calendar_may_begin_and_end_anywhere() -> None:
    assert later_years(OURS[100:200]) == ({}, [])
    assert later_years(["19800102", *trading_days("SH", FIRST_DAYS["SH"], "19911231")]) == ({}, [])


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (weekdays(NEXT)[:120], "it has 120 trading days, and a whole year 235 to 252"),
        (weekdays(NEXT, 0), "it has 26. trading days"),
        ([*weekdays(NEXT), SATURDAY], f"{SATURDAY} is at a weekend, when nobody trades"),
        (weekdays(NEXT + 1), "it has 0 trading days"),
    ],
)
def test_what_cannot_be_a_years_calendar_is_not_used(days: list[str], said: str) -> None:
    years, (remark,) = later_years([*OURS, *days])
    assert years == {}
    assert remark.startswith(f"the source's calendar of {NEXT} is not used: ")
    assert re.search(said, remark)


def test_contradictions_are_named_and_the_module_is_right() -> None:
    theirs = [f"{LAST - 1}0102" if day == OURS[5] else day for day in OURS]
    odd = next(day for day in (f"{LAST}0214", f"{LAST}0101") if day not in OURS)
    years, (remark,) = later_years([*theirs, odd, *weekdays(NEXT)])
    assert list(years) == [NEXT]
    assert OURS[5] in remark
    assert odd in remark
    assert remark.startswith("the source's calendar contradicts ours, which is used: ")


def test_many_contradictions_are_counted() -> None:
    _, (remark,) = later_years([OURS[0], OURS[-1]])
    assert remark.endswith(f" and {len(OURS) - 7} more are not in it")


def test_an_empty_calendar_is_named() -> None:
    assert later_years([]) == ({}, ["the source's calendar has no day"])
