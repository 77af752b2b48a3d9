"""What counts as a value in the SDK's status, and what as none."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.sources.amazingdata.status_rows import NAMES, PLACEHOLDER, status_of
from marketdata.status.status import COLUMNS, FLAGS, PRICES

anything = st.floats() | st.sampled_from([0.0, 1.0, 2.0, -1.0, 999999999.9999, 6.62])


def answer(columns: Mapping[str, list[float]], count: int = 1) -> dict[str, Any]:
    """Give an answer of `Adapter.status` with rows of one code."""
    nothing = dict.fromkeys(NAMES.values(), [np.nan] * count)
    values = {"days": [20240102.0] * count, **nothing, **columns}
    arrays = {name: np.array(each, dtype=np.float64) for name, each in values.items()}
    return {**arrays, "counts": [["600000.SH", count]], "empty": [], "foreign": {}, "code": None}


def test_the_columns_are_renamed() -> None:
    assert list(NAMES) == list(COLUMNS)
    values = {
        "PRECLOSE": 6.62,
        "HIGH_LIMITED": 7.28,
        "LOW_LIMITED": 5.96,
        "IS_ST_SEC": 0,
        "IS_SUSP_SEC": 1,
        "IS_XR_SEC": 0,
        "IS_WD_SEC": 1,
    }
    [row] = status_of(answer({name: [each] for name, each in values.items()})).to_dict("records")
    assert row == {
        "code": "600000.SH",
        "trade_date": "20240102",
        "pre_close": 6.62,
        "limit_up": 7.28,
        "limit_down": 5.96,
        "is_st": 0,
        "suspended": 1,
        "ex_right": 0,
        "ex_dividend": 1,
    }


@pytest.mark.parametrize("price", [0, -1, 999999999.9999, -999999999.9999, np.inf, np.nan])
def test_a_placeholder_is_no_price(price: float) -> None:
    columns = {NAMES[name]: [price] for name in PRICES}
    assert status_of(answer(columns))[list(PRICES)].isna().to_numpy().all()


@given(st.lists(anything, min_size=1), st.sampled_from(COLUMNS))
def test_only_what_can_be_a_value_is_one(given_values: list[float], name: str) -> None:
    found = status_of(answer({NAMES[name]: given_values}, len(given_values)))[name].tolist()
    for value, kept in zip(given_values, found, strict=True):
        good = value in (0, 1) if name in FLAGS else 0 < value < PLACEHOLDER
        assert kept == value if good else np.isnan(kept)


def test_rows_keep_their_code_and_a_day_that_cannot_be_read_is_empty() -> None:
    held = answer({"days": [20240102, np.nan, 20240103]}, 3)
    held["counts"] = [["600000.SH", 2], ["000001.SZ", 1]]
    found = status_of(held)
    assert found["code"].tolist() == ["600000.SH", "600000.SH", "000001.SZ"]
    assert found["trade_date"].tolist() == ["20240102", "", "20240103"]


def test_no_rows_have_the_same_columns() -> None:
    nothing = {**answer({}, 0), "counts": []}
    assert list(status_of(nothing).columns) == list(status_of(answer({})).columns)
