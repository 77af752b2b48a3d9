"""The rules of a good bar, one by one and against a naive reading of them."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketdata.ingest.bar_check import close_outside, judge_bars
from marketdata.ingest.bar_sift import sift
from marketdata.ingest.bar_values import numbers
from marketdata.kline.bars import BarDataset
from marketdata.sources.source import BarRequest
from tests.support.frames import (
    FUTURE,
    INDEX,
    MINUTES,
    NIGHTS,
    STOCK,
    bar,
    frame_of,
    future_bar,
    minute_bar,
)
from tests.unit.ingest.naive_check import CODES, LATER, STRANGER, naive_sift

NAN, INFINITY = math.nan, math.inf
UNTRADED = {"open": 0.0, "high": 0.0, "low": 0.0, "volume": 0.0}

type Bar = Mapping[str, Any]


def request(dataset: BarDataset) -> BarRequest:
    codes = ("600000.SH", "V2401.DCE", "832000.BJ", "M2401.DCE")
    return BarRequest(dataset, codes, "20230101", "20240131")


def judged(dataset: BarDataset, *bars: Bar) -> list[str]:
    return list(judge_bars(frame_of(dataset, bars), request(dataset)).reasons)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"amount": NAN},
        {"volume": 0.0, "amount": 0.0},
        {"open": 6.6, "high": 6.6, "low": 6.6, "close": 6.6},
        {"volume": 2.0**53 - 1, "amount": NAN},
    ],
)
def test_good_bars_of_a_stock(values: Bar) -> None:
    assert judged(STOCK, bar(**values)) == [""]


@pytest.mark.parametrize(
    ("reason", "values"),
    [
        ("not_requested", {"code": "600001.SH"}),
        ("not_requested", {"code": None}),
        ("not_requested", {"trade_date": "20221230"}),
        ("not_requested", {"trade_date": "20240201"}),
        ("not_requested", {"trade_date": None}),
        ("not_a_trading_day", {"trade_date": "20240101"}),
        ("not_a_trading_day", {"trade_date": "20230230"}),
        ("not_a_trading_day", {"trade_date": "2024-01-02"}),
        ("not_a_number", {"open": NAN}),
        ("not_a_number", {"open": NAN, "high": NAN, "low": NAN}),
        ("not_a_number", {"close": NAN}),
        ("not_a_number", {"high": INFINITY}),
        ("not_a_number", {"low": -INFINITY}),
        ("not_a_number", {"volume": NAN}),
        ("not_a_number", {"volume": INFINITY}),
        ("not_a_number", {"amount": INFINITY}),
        ("negative", {"low": -6.5}),
        ("negative", {"volume": -100.0}),
        ("negative", {"amount": -0.01}),
        ("not_whole", {"volume": 100.5}),
        ("not_whole", {"volume": 2.0**53}),
        ("not_whole", {"volume": 1e300}),
        ("prices_out_of_order", {"low": 6.65}),
        ("prices_out_of_order", {"high": 6.55}),
        ("prices_out_of_order", {"low": 6.8, "high": 6.4}),
        ("prices_out_of_order", {"close": 6.49}),
        ("prices_out_of_order", {"close": 6.71}),
        ("prices_out_of_order", {"low": 0.0}),
        ("prices_out_of_order", UNTRADED),
        ("prices_out_of_order", UNTRADED | {"close": 0.0}),
    ],
)
def test_bad_bars_of_a_stock(reason: str, values: Bar) -> None:
    """A bad bar costs only itself."""
    beside = bar(trade_date="20240103")
    assert judged(STOCK, bar(**values), beside) == [reason, ""]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"amount": NAN, "open_interest": NAN, "settle": NAN},
        {"close": 6400.0},
        {"close": 6800.0},
        UNTRADED,
        UNTRADED | {"close": NAN},
        {"open": NAN, "high": NAN, "low": NAN, "volume": 0.0},
        # Deals outside the order book, such as for delivery.
        UNTRADED | {"volume": 140.0},
        UNTRADED | {"volume": NAN},
    ],
)
def test_good_bars_of_a_future(values: Bar) -> None:
    assert judged(FUTURE, future_bar(**values)) == [""]


@pytest.mark.parametrize(
    ("reason", "values"),
    [
        ("prices_out_of_order", UNTRADED | {"settle": NAN}),
        ("prices_out_of_order", UNTRADED | {"settle": 0.0}),
        ("prices_out_of_order", {"open": 0.0, "low": 0.0}),
        ("prices_out_of_order", {"open": 6800.0}),
        ("prices_out_of_order", {"close": 0.0}),
        ("not_a_number", {"open": NAN}),
        ("not_a_number", {"open": NAN, "high": NAN, "low": NAN, "settle": NAN}),
        ("not_a_number", {"settle": INFINITY}),
        ("negative", {"settle": -1.0}),
        ("not_whole", {"open_interest": 0.5}),
    ],
)
def test_bad_bars_of_a_future(reason: str, values: Bar) -> None:
    assert judged(FUTURE, future_bar(**values)) == [reason]


def test_days_are_those_of_the_codes_own_market() -> None:
    """Beijing opened on 20211115; with codes of other markets beside it, all the same."""
    asked = BarRequest(STOCK, ("832000.BJ", "600000.SH"), "20211101", "20211130")
    early = [bar(code=code, trade_date="20211112", amount=NAN) for code in asked.codes]
    late = [bar(code=code, trade_date="20211115", amount=NAN) for code in asked.codes]
    late[1]["volume"] = 200.0
    found = judge_bars(frame_of(STOCK, early + late), asked).reasons
    assert list(found) == ["not_a_trading_day", "", "", ""]


MANY = {"volume": 123_400.0, "amount": 814_440.0}


def test_no_bar_at_all() -> None:
    for dataset in (STOCK, MINUTES, FUTURE, NIGHTS):
        assert judged(dataset) == []


@pytest.mark.parametrize(
    ("bars", "expected"),
    [
        ([bar(), bar(close=6.65)], ["duplicate_time", "duplicate_time"]),
        ([bar(), bar(amount=NAN)], ["duplicate_time", "duplicate_time"]),
        ([bar(), bar(close=9.0)], ["", "prices_out_of_order"]),
        ([bar(), bar(code="832000.BJ", volume=200.0, amount=1320.0)], ["", ""]),
        ([bar(), bar(code="832000.BJ")], ["", ""]),
        ([bar(**MANY), bar(code="832000.BJ", **MANY)], ["shifted", "shifted"]),
    ],
    ids=[
        "contradictory",
        "null or not",
        "one is bad",
        "other code",
        "another's few lots",
        "another's bar",
    ],
)
def test_two_bars_of_one_time(bars: list[Bar], expected: list[str]) -> None:
    assert judged(STOCK, *bars) == expected


@pytest.mark.parametrize(
    ("reason", "values"),
    [
        ("", {}),
        ("wrong_time", {"kline_time": None}),
        ("wrong_time", {"kline_time": "2024-01-02 9:30:00"}),
        ("wrong_time", {"kline_time": "2024-01-02T09:30:00"}),
        ("wrong_time", {"kline_time": "2024-01-02 24:30:00"}),
        ("wrong_time", {"kline_time": "2024-01-02 09:60:00"}),
        ("wrong_time", {"kline_time": "2024-01-02 09:30:00 "}),
        ("wrong_time", {"kline_time": "2024-01-03 09:30:00"}),
        ("wrong_time", {"kline_time": "2023-12-29 09:30:00"}),
        ("wrong_time", {"kline_time": "2023-12-29 21:00:00"}),
        ("not_a_trading_day", {"trade_date": "20240101"}),
        ("not_a_trading_day", {"trade_date": "20230230"}),
    ],
)
def test_minutes_of_a_stock(reason: str, values: Bar) -> None:
    beside = minute_bar("09:31")
    assert judged(MINUTES, {**minute_bar("09:30"), **values}, beside) == [reason, ""]


@pytest.mark.parametrize(
    ("reason", "day", "time"),
    [
        ("", "20240108", "2024-01-08 09:00:00"),
        ("", "20240108", "2024-01-05 21:00:00"),
        ("", "20240108", "2024-01-06 02:29:00"),
        ("", "20240109", "2024-01-08 21:00:00"),
        ("wrong_time", "20240108", "2024-01-08 21:00:00"),
        ("wrong_time", "20240108", "2024-01-05 14:59:00"),
        ("wrong_time", "20240108", "2024-01-04 21:00:00"),
        ("wrong_time", "20240108", "2024-01-09 09:00:00"),
    ],
)
def test_a_night_session_is_the_next_trading_days(reason: str, day: str, time: str) -> None:
    night = future_bar(trade_date=day, kline_time=time, settle=NAN)
    assert judged(NIGHTS, night) == [reason]


def test_minutes_of_one_time() -> None:
    bars = [minute_bar("09:30"), minute_bar("09:31"), minute_bar("09:31", close=6.65)]
    assert judged(MINUTES, *bars) == ["", "duplicate_time", "duplicate_time"]


def test_a_close_outside_of_low_and_high() -> None:
    bars = [
        future_bar(),
        future_bar(close=6400.0),
        future_bar(close=6800.0),
        future_bar(**UNTRADED),
        future_bar(open=NAN, high=NAN, low=NAN, volume=0.0),
    ]
    marked = close_outside(numbers(frame_of(FUTURE, bars), FUTURE))
    assert marked.tolist() == [False, True, True, False, False]


@pytest.mark.parametrize(
    ("reason", "values"),
    [
        # As published: the high is not taken from the last value.
        ("", {"open": 6600.0, "high": 6633.167, "low": 6590.0, "close": 6633.297}),
        ("", {"open": 6600.0, "high": 6633.167, "low": 6590.0, "close": 6589.9}),
        ("", {"open": 6633.297, "high": 6633.167, "low": 6590.0, "close": 6600.0}),
        ("", {"volume": NAN, "amount": NAN}),
        ("", {"volume": 0.0, "amount": 0.0}),
        ("prices_out_of_order", {"close": 6.71}),
        ("prices_out_of_order", {"open": 6.71}),
        ("prices_out_of_order", {"low": 6.7001, "open": 6.7, "close": 6.7}),
        # An index has a value on every trading day.
        ("prices_out_of_order", UNTRADED | {"close": 0.0}),
        ("not_a_number", {"close": NAN}),
        ("not_a_number", {"volume": INFINITY}),
    ],
)
def test_an_index_is_no_stock(reason: str, values: Bar) -> None:
    assert judged(INDEX, bar(**values)) == [reason]


NUMBERS = st.sampled_from([1.0, 2.0, 3.0, 0.0, -1.0, 2.5, NAN, INFINITY])
PRICES = st.sampled_from([2.0, 2.0, 3.0, 2.999, 0.0, -1.0, NAN, INFINITY])
COUNTED = [100.0, 199.99999999999997, 3.0, 0.0, 5.9e-39, 2.5, -1e-9, NAN]
ROWS = {
    "code": st.sampled_from([*CODES, STRANGER]),
    **dict.fromkeys(("open", "high", "low", "close", "settle"), PRICES),
    **dict.fromkeys(("volume", "open_interest"), st.sampled_from(COUNTED)),
    "amount": st.sampled_from([0.0, NAN, 6.0, 250.0, 400.0, 475.0, 20_000.0, 5.9e-39]),
}
DAYS = ["20240102", "20240103", "20240104", "20240105", "20240108", "20240109"]
BARS = st.fixed_dictionaries({"trade_date": st.sampled_from(["20240101", LATER, *DAYS]), **ROWS})
LIKELY = st.fixed_dictionaries(
    {
        "trade_date": st.sampled_from(DAYS),
        "code": st.sampled_from(CODES),
        **dict.fromkeys(("open", "close"), st.sampled_from([2.0, 2.001])),
        "high": st.sampled_from([2.001, 2.0005, 2.5]),
        "low": st.just(2.0),
        "settle": st.just(2.0),
        "open_interest": st.just(1.0),
        "volume": st.sampled_from([0.0, 3.0, 200.0, 1_234_500.0]),
        "amount": st.sampled_from([0.0, 0.6, 6.0, 9.0, 600.0, 2_469_000.0, 24_690.0]),
    }
)
MARKED = {"20240101": "suspended", "20240103": "suspended", "20240104": "no_trade"}
HALTED = st.dictionaries(
    st.sampled_from(CODES), st.sampled_from([{day: why} for day, why in MARKED.items()])
)


@pytest.mark.parametrize("dataset", [STOCK, FUTURE, INDEX])
@settings(deadline=None, max_examples=300)
@given(
    bars=st.lists(BARS, max_size=8) | st.lists(LIKELY, max_size=14),
    halted=HALTED,
    copied=st.booleans(),
)
def test_every_rule_against_a_naive_reading(
    dataset: BarDataset, bars: list[Bar], halted: Any, copied: bool
) -> None:
    if copied:
        bars = [*bars, *({**each, "code": CODES[1]} for each in bars if each["code"] == CODES[0])]
    sifted = sift(frame_of(dataset, bars), request(dataset), halted)
    expected = naive_sift(dataset, bars, halted)
    assert listed(dataset, sifted.good) == rows(dataset, expected.good)
    reasons = [{**each, "reason": why} for each, why in expected.bad]
    assert listed(dataset, sifted.bad) == rows(dataset, reasons)
    known = {(code, day) for code, days in halted.items() for day in days}
    told = {(code, day) for code, days in sifted.halted.items() for day in days}
    assert told - known == expected.no_trade - known
    assert all(sifted.halted[code][day] == "no_trade" for code, day in told - known)


def listed(dataset: BarDataset, frame: pd.DataFrame) -> list[str]:
    return rows(dataset, [dict(row) for _, row in frame.iterrows()])


def rows(dataset: BarDataset, bars: list[Any]) -> list[str]:
    names = ["code", "trade_date", *dataset.columns, "reason"]
    return sorted(repr([str(each.get(name, "")) for name in names]) for each in bars)
