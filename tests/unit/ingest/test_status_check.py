"""The check of a status: each rule by an example, and rows that break none."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.ingest.status_check import status_faults, without_equal_rows
from marketdata.sources.source import StatusRequest, join_status
from marketdata.status.status import COLUMNS

REQUEST = StatusRequest(("600000.SH", "000001.SZ"), "20240101", "20240110")
NAN, INF = float("nan"), float("inf")
GOOD: dict[str, Any] = {
    "code": "600000.SH",
    "trade_date": "20240102",
    "pre_close": 10.0,
    "limit_up": 11.0,
    "limit_down": 9.0,
    "is_st": 0.0,
    "suspended": 0.0,
    "ex_right": 1.0,
    "ex_dividend": NAN,
}


def frame(*rows: dict[str, Any]) -> pd.DataFrame:
    """Give good rows with some changes."""
    return pd.DataFrame([GOOD | row for row in rows])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, ""),
        (dict.fromkeys(COLUMNS, NAN), ""),
        ({"limit_up": 9.0, "limit_down": 9.0, "pre_close": 9.0}, ""),
        ({"code": "600004.SH"}, "not_requested"),
        ({"trade_date": "20240111"}, "not_requested"),
        ({"trade_date": ""}, "not_requested"),
        ({"trade_date": "20240106"}, "not_a_trading_day"),
        ({"pre_close": 0.0}, "not_a_price"),
        ({"limit_up": -1.0}, "not_a_price"),
        ({"limit_down": INF}, "not_a_price"),
        ({"is_st": 2.0}, "not_a_flag"),
        ({"suspended": INF}, "not_a_flag"),
        ({"limit_up": 8.0}, "limits_crossed"),
    ],
)
def test_the_rules(change: dict[str, Any], reason: str) -> None:
    assert status_faults(frame(change), REQUEST).tolist() == [reason]


def test_rows_of_one_day_that_differ_contradict_each_other() -> None:
    rows = frame({}, {"is_st": 1.0}, {"code": "000001.SZ"})
    assert status_faults(rows, REQUEST).tolist() == ["contradictory", "contradictory", ""]


def test_rows_that_are_equal_in_everything_count_once() -> None:
    rows = without_equal_rows(frame({}, {}, {"code": "000001.SZ"}))
    assert rows["code"].tolist() == ["600000.SH", "000001.SZ"]


def test_nothing_is_checked_of_nothing() -> None:
    assert status_faults(join_status([]), REQUEST).tolist() == []


@given(
    st.floats(0.01, 1e6),
    st.floats(0, 1),
    st.lists(st.sampled_from([0.0, 1.0, NAN]), min_size=4, max_size=4),
)
def test_limits_around_a_price_are_good(price: float, width: float, flags: list[float]) -> None:
    named = dict(zip(("is_st", "suspended", "ex_right", "ex_dividend"), flags, strict=True))
    limits = {"limit_up": price * (1 + width), "limit_down": max(0.001, price * (1 - width))}
    assert status_faults(frame(limits | named), REQUEST).tolist() == [""]
