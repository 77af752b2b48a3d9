"""Rows of texts become frames in which nothing is made up."""

from datetime import datetime, timedelta
from math import inf, isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.catalog.calendar import SHANGHAI
from marketdata.sources.baostock.rows import (
    MINUTE_FIELDS,
    daily_rows,
    label,
    minute_rows,
    numbers,
    without_bar,
)
from tests.unit.sources.baostock.scripted import Line, daily_line


def columns(*lines: Line) -> dict[str, list[str]]:
    return {name: [line[name] for line in lines] for name in lines[0]}


def minute(day: str, time: str, **other: str) -> Line:
    line = daily_line("600000.SH", day)
    return {**{name: line.get(name, "") for name in MINUTE_FIELDS}, "time": time, **other}


def test_empty_is_unknown_and_words_are_infinite() -> None:
    found = numbers(["", "0", "-1.5", "--", "nan"]).tolist()
    assert isnan(found[0])
    assert found[1:] == [0, -1.5, inf, inf]


@given(st.lists(st.one_of(st.just(""), st.floats(-1e12, 1e12).map(repr))))
def test_every_number_is_read_exactly(texts: list[str]) -> None:
    wanted = [float(text) if text else np.nan for text in texts]
    np.testing.assert_array_equal(numbers(texts), wanted)


def test_a_daily_row_has_its_status_beside_it() -> None:
    frame = daily_rows(columns(daily_line("600000.SH", "20240102", isST="1", preclose="")))
    row = frame.iloc[0]
    assert (row["code"], row["trade_date"], row["traded"]) == ("600000.SH", "20240102", 1)
    assert row["is_st"] == 1
    assert isnan(row["pre_close"])


@pytest.mark.parametrize(
    ("other", "lost"),
    [
        ({}, False),
        ({"volume": ""}, True),
        ({"close": ""}, True),
        ({"amount": ""}, False),
        ({"tradestatus": "0", "volume": "", "amount": ""}, False),
        ({"tradestatus": "0", "volume": "1234500", "amount": "0"}, False),
        ({"tradestatus": ""}, True),
    ],
)
def test_trade_status_alone_decides(other: dict[str, str], *, lost: bool) -> None:
    frame = daily_rows(columns(daily_line("600000.SH", "20240102", **other)))
    assert without_bar(frame).tolist() == [lost]


@pytest.mark.parametrize(
    ("end", "minutes", "start"),
    [
        ("20240102093500000", 5, "2024-01-02 09:30:00"),
        ("20240102113000000", 5, "2024-01-02 11:25:00"),
        ("20240102130500000", 5, "2024-01-02 13:00:00"),
        ("20240102150000000", 60, "2024-01-02 14:00:00"),
        ("20240230093500000", 5, ""),
        ("2024010209350000", 5, ""),
        ("", 5, ""),
    ],
)
def test_labels_are_the_starts(end: str, minutes: int, start: str) -> None:
    assert label(end, minutes) == start


FIRST = datetime(2020, 1, 3, tzinfo=SHANGHAI)


@given(st.integers(0, 10 * 365 * 24 * 60), st.sampled_from([5, 15, 30, 60]))
def test_a_label_is_so_many_minutes_before_its_end(since: int, minutes: int) -> None:
    moment = FIRST + timedelta(minutes=since)
    start = datetime.fromisoformat(label(f"{moment:%Y%m%d%H%M%S}000", minutes))
    assert start.replace(tzinfo=SHANGHAI) + timedelta(minutes=minutes) == moment


def test_minutes_without_any_price_are_no_bars() -> None:
    zeros = dict.fromkeys(("open", "high", "low", "close", "volume", "amount"), "0")
    empty = dict.fromkeys(zeros, "")
    frame = minute_rows(
        columns(
            minute("20240102", "20240102093500000"),
            minute("20240102", "20240102094000000", **zeros),
            minute("20240102", "20240102094500000", **empty),
            minute("20240102", "20240102095000000", volume="0", amount="0"),
        ),
        5,
    )
    assert frame["kline_time"].str[11:].tolist() == ["09:30:00", "09:45:00"]


def test_a_minute_of_another_day_is_left_for_the_check_to_set_aside() -> None:
    frame = minute_rows(columns(minute("20240102", "20240103093500000")), 5)
    assert frame["trade_date"].tolist() == [""]


def test_no_rows_make_an_empty_frame() -> None:
    assert not len(daily_rows(dict.fromkeys(daily_line("600000.SH", "20240102"), ())))
    assert not len(minute_rows(dict.fromkeys(MINUTE_FIELDS, ()), 5))
