"""Periods, deadlines, and from when on a missing report is overdue."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.blocks.dataset import Kind
from marketdata.blocks.days import days_of
from marketdata.catalog.calendar import TRADING
from marketdata.catalog.securities import Security, lives
from marketdata.finance.periods import (
    QUARTERS,
    calendar_of,
    due_day,
    final_of,
    is_period,
    last_final_period,
    period_bits,
    periods_between,
    with_prospectus,
)
from marketdata.kline.bars import BarDataset
from tests.support.statement_cache import GONE, INCOME, YOUNG

DAYS = st.dates().map(lambda day: day.isoformat().replace("-", ""))


def test_the_periods_of_a_year() -> None:
    year = ["20240331", "20240630", "20240930", "20241231"]
    assert days_of("2024", period_bits("SH", "2024")) == year
    assert periods_between("SZ", "20240101", "20241231") == year
    assert [day for day in year if is_period(day)] == year
    assert not is_period("20240929")


@given(DAYS, DAYS)
def test_periods_between_are_those_of_the_bits(start: str, end: str) -> None:
    found = periods_between("SH", start, end)
    years = {start[:4], end[:4]}
    for year in years:
        of_year = days_of(year, period_bits("SH", year))
        assert [day for day in found if day[:4] == year] == [
            day for day in of_year if start <= day <= end
        ]


@pytest.mark.parametrize(
    ("period", "due"),
    [
        ("20240331", "20240430"),
        ("20240630", "20240831"),
        ("20240930", "20241031"),
        ("20241231", "20250430"),
    ],
)
def test_the_legal_deadlines(period: str, due: str) -> None:
    assert due_day(period) == due


@pytest.mark.parametrize(
    ("final_until", "last"),
    [
        ("20240430", "20230930"),  # reports come in until midnight
        ("20240506", "20240331"),  # the first trading day after the holidays
        ("20240830", "20240331"),
        ("20240902", "20240630"),
        ("20241031", "20240630"),
        ("20241101", "20240930"),
        ("20250106", "20240930"),
        ("20250506", "20250331"),  # the annual report is due with that of the first quarter
    ],
)
def test_the_newest_final_period(final_until: str, last: str) -> None:
    assert last_final_period(final_until) == last


@given(DAYS.filter(lambda day: "19901219" <= day < "99990101"))
def test_final_periods_are_overdue_and_later_ones_are_not(today: str) -> None:
    last = last_final_period(today)
    assert due_day(last) < today
    following = periods_between("SH", last, f"{int(last[:4]) + 1}1231")[1]
    assert due_day(following) >= today


def test_bars_and_statements_have_their_own_days() -> None:
    bars = BarDataset.parse("stock.daily")
    assert (calendar_of(bars), final_of(bars, "20241101")) == (TRADING, "20241101")
    assert (calendar_of(INCOME), final_of(INCOME, "20241101")) == (QUARTERS, "20240930")


def test_a_prospectus_reaches_back() -> None:
    assert with_prospectus(YOUNG).list_date == "20080101"
    assert with_prospectus(GONE).delist_date == GONE.delist_date
    unknown = Security("600145.SH", "", Kind.STOCK, "SH")
    assert with_prospectus(unknown).list_date == "19860101"


def test_a_prospectus_never_reaches_into_an_earlier_life() -> None:
    twice = Security(
        "600018.SH", "", Kind.STOCK, "SH", "20061026", None, (("20000719", "20060926"),)
    )
    assert lives(with_prospectus(twice)) == [("19960101", "20060926"), ("20060927", "99991231")]
    later = replace(twice, list_date="20161026")
    assert lives(with_prospectus(later)) == [("19960101", "20060926"), ("20120101", "99991231")]
