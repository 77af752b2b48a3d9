"""Figures of all rows: exact where they are values, rounded where they are computed."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.mcp.figures import (
    RAW_CHANGE,
    figures_of,
    growth,
    plain,
    rounded,
    span_of,
    values_of,
)

NUMBERS = st.floats(-1e12, 1e12) | st.integers(-(10**12), 10**12)
COLUMNS = ("trade_date", "close", "is_st", "settle")


@given(st.lists(st.none() | NUMBERS, min_size=1))
def test_the_figures_of_a_column(values: list[float | None]) -> None:
    known = [value for value in values if value is not None]
    rows: list[list[Any]] = [["20240102", value] for value in values]
    said = figures_of(("trade_date", "close"), rows)
    assert said["rows"] == len(values)
    if not known:
        assert "close" not in said
        return
    first, last, least, most, mean = said["close"]
    assert (first, last, least, most) == (known[0], known[-1], min(known), max(known))
    assert math.isclose(mean, math.fsum(known) / len(known), rel_tol=1e-5, abs_tol=1e-3)


def test_what_has_no_figures() -> None:
    rows: list[list[Any]] = [["20240102", 1.5, True, None], ["20240103", None, False, None]]
    assert figures_of(COLUMNS, rows) == {
        "rows": 2,
        "close": [1.5, 1.5, 1.5, 1.5, 1.5],
        "days_true": {"is_st": 1},
    }


@given(NUMBERS)
def test_a_number_without_a_fraction_is_the_same_number(value: float) -> None:
    assert plain(value) == value
    assert "." not in str(plain(float(int(value))))


@pytest.mark.parametrize("value", [None, "1.0", True, 0.5, 1e300, 2.0**60])
def test_what_stays_as_it_is(value: object) -> None:
    assert plain(value) is value


def test_rounding() -> None:
    assert [rounded(123456789.5), rounded(0.123456789), rounded(-0.0)] == [123457000, 0.123457, 0]


@pytest.mark.parametrize(
    ("closes", "expected"),
    [
        ([10.0, None, 12.5], {"return": 0.25}),
        ([None, 10.0, 5.0, None], {"return": -0.5}),
        ([10.0], {"return": 0}),
        ([None], {}),
        ([0.0, 1.0], {}),
        ([], {}),
    ],
)
def test_the_return(closes: list[float | None], expected: dict[str, float]) -> None:
    assert growth([{"close": close} for close in closes]) == expected


def test_a_change_of_raw_prices_is_no_return() -> None:
    assert growth([{"close": 10.0}, {"close": 5.0}], RAW_CHANGE) == {"raw_change": -0.5}


def test_the_span() -> None:
    assert span_of([["20240102", 1], ["20240103", 2]]) == {"from": "20240102", "to": "20240103"}
    assert span_of([]) == {}


def test_the_values_of_a_row() -> None:
    assert values_of({"close": 2.0, "open": 1.5}, ("open", "close", "settle")) == [1.5, 2, None]
