"""Days as bits."""

from datetime import date, timedelta
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.blocks.dataset import Period
from marketdata.blocks.days import (
    bit_of,
    bits_of,
    days_of,
    first_day,
    from_bytes,
    last_day,
    parts_between,
    ranges,
    runs,
    span,
    to_bytes,
)

FIRST, LAST = date(1990, 1, 1), date(2030, 12, 31)
DATES = st.dates(FIRST, LAST)
PERIODS = st.sampled_from(Period)


def text(day: date) -> str:
    """Write a day as YYYYMMDD."""
    return f"{day:%Y%m%d}"


def days_between(start: date, end: date) -> list[str]:
    """Give every calendar day of a range, naively."""
    return [text(start + timedelta(number)) for number in range((end - start).days + 1)]


@pytest.mark.parametrize(
    ("part", "first", "last"),
    [
        ("2023", date(2023, 1, 1), date(2023, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2023-02", date(2023, 2, 1), date(2023, 2, 28)),
        ("2024-12", date(2024, 12, 1), date(2024, 12, 31)),
    ],
)
def test_days_of_a_part(part: str, first: date, last: date) -> None:
    assert (first_day(part), last_day(part)) == (first, last)


@pytest.mark.parametrize("part", ["", "2024-13", "year", "0"])
def test_no_such_part(part: str) -> None:
    with pytest.raises(ValueError):
        first_day(part)


@given(period=PERIODS, start=DATES, end=DATES)
def test_parts_of_a_range(period: Period, start: date, end: date) -> None:
    parts = parts_between(period, text(start), text(end))
    naive = sorted({period.part_of(day) for day in days_between(start, end)})
    assert parts == naive


@given(period=PERIODS, day=DATES)
def test_bit_of_a_day(period: Period, day: date) -> None:
    part = period.part_of(text(day))
    number = day.day - 1 if period.intraday else day.timetuple().tm_yday - 1
    assert bit_of(part, text(day)) == 1 << number


@given(period=PERIODS, day=DATES, other=DATES)
def test_no_bit_for_a_day_elsewhere(period: Period, day: date, other: date) -> None:
    part = period.part_of(text(day))
    inside = period.part_of(text(other)) == part
    assert bool(bits_of(part, [text(other)])) is inside
    if not inside:
        with pytest.raises(ValueError, match=part):
            bit_of(part, text(other))


@given(period=PERIODS, day=DATES, data=st.data())
def test_days_and_bits_are_the_same_thing(period: Period, day: date, data: st.DataObject) -> None:
    part = period.part_of(text(day))
    bits = data.draw(st.integers(0, span(part, text(FIRST), text(LAST))))
    days = days_of(part, bits)
    assert days == sorted(days)
    assert len(days) == bits.bit_count()
    assert bits_of(part, reversed(days)) == bits
    assert sum(bit_of(part, day) for day in days) == bits


@given(period=PERIODS, day=DATES, start=DATES, end=DATES)
def test_span(period: Period, day: date, start: date, end: date) -> None:
    part = period.part_of(text(day))
    naive = [other for other in days_between(start, end) if period.part_of(other) == part]
    assert days_of(part, span(part, text(start), text(end))) == naive


@given(period=PERIODS, start=DATES, length=st.integers(0, 800))
def test_spans_of_the_parts_make_the_range(period: Period, start: date, length: int) -> None:
    end = start + timedelta(length)
    parts = parts_between(period, text(start), text(end))
    days = [day for part in parts for day in days_of(part, span(part, text(start), text(end)))]
    assert days == days_between(start, end)


def test_span_of_a_day_that_does_not_exist() -> None:
    with pytest.raises(ValueError):
        span("2023", "20230229", "20230301")


@given(bits=st.integers(0, 2**366 - 1))
def test_bytes_read_back(bits: int) -> None:
    data = to_bytes(bits)
    assert from_bytes(data) == bits
    assert not data.endswith(b"\0")


def test_first_day_is_the_lowest_bit_of_the_first_byte() -> None:
    assert to_bytes(bit_of("2024", "20240101")) == b"\x01"
    assert to_bytes(bit_of("2024", "20240109")) == b"\x00\x01"
    assert to_bytes(0) == b""


@given(flags=st.lists(st.sampled_from(["", "trading", "chosen", "unknown"]), max_size=60))
def test_ranges(flags: list[str]) -> None:
    days = dict(zip(days_between(date(2024, 1, 1), date(2024, 3, 31)), flags, strict=False))
    trading = [day for day, flag in days.items() if flag in ("trading", "chosen")]
    chosen = [day for day, flag in days.items() if flag in ("chosen", "unknown")]
    found = ranges(chosen, trading)
    covered = [[day for day in chosen if first <= day <= last] for first, last in found]
    assert [day for run in covered for day in run] == chosen
    for first, last in found:
        assert all(day in chosen for day in trading if first <= day <= last)
    for (_, last), (first, _) in pairwise(found):
        assert days[first] == "unknown" or any(last < day < first for day in trading)


@given(flags=st.lists(st.sampled_from(["", "trading", "chosen"]), max_size=366))
def test_runs_are_the_ranges_of_bits(flags: list[str]) -> None:
    days = dict(zip(days_between(date(2024, 1, 1), date(2024, 12, 31)), flags, strict=False))
    trading = [day for day, flag in days.items() if flag]
    chosen = [day for day, flag in days.items() if flag == "chosen"]
    found = runs("2024", bits_of("2024", chosen), bits_of("2024", trading))
    assert [list(run) for run in found] == ranges(chosen, trading)


def test_ranges_cross_weekends_and_years() -> None:
    calendar = ["20231228", "20231229", "20240102", "20240103", "20240104"]
    days = ["20231229", "20240102", "20240104"]
    assert ranges(days, calendar) == [["20231229", "20240102"], ["20240104", "20240104"]]


def test_every_part_has_its_own_number_of_days() -> None:
    parts = [f"{year}-{month:02}" for year, month in product((2023, 2024), range(1, 13))]
    lengths = [span(part, text(FIRST), text(LAST)).bit_count() for part in parts]
    assert sum(lengths[:12]) == span("2023", text(FIRST), text(LAST)).bit_count() == 365
    assert sum(lengths[12:]) == span("2024", text(FIRST), text(LAST)).bit_count() == 366
