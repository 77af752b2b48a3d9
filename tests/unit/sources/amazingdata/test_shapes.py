"""What the SDK's answers may look like."""

from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.sources.amazingdata.shapes import (
    codes_in,
    columns_of,
    day_of,
    days_of,
    foreign_code,
    frames_by_code,
    is_empty,
    numbers_of,
    text_of,
    times_of,
)


@pytest.mark.parametrize(
    "value",
    [
        20240102,
        20240102.0,
        np.int32(20240102),
        "20240102",
        "2024-01-02",
        "2024-01-02 00:00:00",
        pd.Timestamp("2024-01-02"),
        datetime(2024, 1, 2),  # noqa: DTZ001  as the SDK gives it
        date(2024, 1, 2),
    ],
)
def test_a_day_is_read_from_whatever_it_comes_as(value: object) -> None:
    assert day_of(value) == "20240102"


@pytest.mark.parametrize("value", [0, None, float("nan"), "", "0", pd.NaT, 20240230, "never", -1])
def test_what_is_no_day_is_none(value: object) -> None:
    assert day_of(value) is None


@given(
    st.lists(
        st.sampled_from([20240102, 20240103.0, "20240102", "2024-01-04", 0, None, "", 20240230])
        | st.integers(-1, 10**9)
    )
)
def test_a_column_of_days_is_read_as_each_of_them(values: list[Any]) -> None:
    found = days_of(pd.DataFrame({"TRADE_DATE": pd.Series(values, dtype=object)}), "TRADE_DATE")
    expected = [float(day_of(value) or "nan") for value in values]
    np.testing.assert_array_equal(found, expected)
    assert np.isnan(days_of(pd.DataFrame({"x": [1, 2]}), "TRADE_DATE")).tolist() == [True, True]


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([pd.Timestamp("2024-01-02 09:31")], "2024-01-02 09:31:00"),
        ([20240102], "2024-01-02 00:00:00"),
        ([202401020931], "2024-01-02 09:31:00"),
        ([20240102093100], "2024-01-02 09:31:00"),
        (["20240102093100000"], "2024-01-02 09:31:00"),
        (["2024-01-02 09:31:00"], "2024-01-02 09:31:00"),
        ([pd.NaT], ""),
        (["09:31"], ""),
        (["2024-01-02 25:00:00"], ""),
    ],
)
def test_times_are_read_from_whatever_they_come_as(values: list[Any], text: str) -> None:
    assert times_of(pd.Series(values)) == [text]


def test_numbers_may_be_texts_or_not_be_there() -> None:
    frame = pd.DataFrame({"volume": ["12.5", None, "x"]})
    np.testing.assert_array_equal(numbers_of(frame, "volume"), [12.5, np.nan, np.nan])
    assert np.isnan(numbers_of(frame, "amount")).all()


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.0, "1"), (1, "1"), (" 1 ", "1"), (None, ""), (float("nan"), ""), (1.5, "1.5")],
)
def test_texts_have_no_fractions(value: object, text: str) -> None:
    assert text_of(value) == text


@pytest.mark.parametrize(
    "answer",
    [
        ["600000.SH", "rb2401.SHF", "no code", 5, None],
        {"600000.SH": 1, "rb2401.SHF": 2, "name": 3},
        {20240102: ["600000.SH"], 20240103: ("rb2401.SHF",)},
        pd.Index(["600000.SH", "rb2401.SHF"]),
    ],
)
def test_codes_are_found_in_lists_and_dicts(answer: object) -> None:
    assert list(codes_in(answer)) == ["600000.SH", "rb2401.SHF"]


def test_what_is_listed_and_no_code_is_found_too() -> None:
    listed = ["600000.SH", "AAPL", "rb2405-C-3500.SHF", "600036.XSHG"]
    assert list(codes_in(listed)) == listed
    assert list(codes_in({"600036.XSHG": [], "message": []})) == ["600036.XSHG"]


def test_frames_come_as_a_dict_or_as_one() -> None:
    rows = pd.DataFrame({"code": ["A", "A", "B"], "x": [1, 2, 3]})
    as_dict = frames_by_code({"A": rows[:2], "B": [], "C": pd.DataFrame()}, "code", ["A", "D"])
    assert {code: frame is not None for code, frame in as_dict.items()} == {
        "A": True,
        "B": False,
        "C": False,
    }
    as_one = frames_by_code(rows, "code", ["A", "B", "C"])
    assert as_one["C"] is None
    assert [len(frame) for frame in as_one.values() if frame is not None] == [2, 1]
    for nothing in (None, "text", 5, pd.DataFrame({"x": [1]})):
        assert frames_by_code(nothing, "code", ["A"]) == {}


def test_nothing_is_recognised() -> None:
    nothing: Any
    for nothing in (None, "", "failed", [], {}, pd.DataFrame(), {"A": None, "B": []}):
        assert is_empty(nothing)
    for something in (True, 0, ["A"], {"A": [1]}, pd.DataFrame({"x": [1]})):
        assert not is_empty(something)


def test_columns_are_numbers_or_texts() -> None:
    found = columns_of(
        [
            pd.DataFrame({"A": [1.0, None], "B": ["1", None], "C": [1, 2]}),
            pd.DataFrame({"A": [3.0], "B": [2]}),
        ]
    )
    np.testing.assert_array_equal(found["A"], [1.0, np.nan, 3.0])
    assert found["B"] == ["1", None, "2"]
    np.testing.assert_array_equal(found["C"], [1.0, 2.0, np.nan])
    assert columns_of([]) == {}


def test_a_foreign_code_is_one_that_is_written_like_a_code() -> None:
    def of(value: str) -> str | None:
        return foreign_code("600000.SH", pd.DataFrame({"code": [value]}), "code")

    assert of("000001.SZ") == "000001.SZ"
    assert of("600000.SH") is None
    # In whatever other form a version may give its own code.
    assert of("600000") is None
    assert of("600000.sh") is None
    assert foreign_code("600000.SH", pd.DataFrame({"x": [1]}), "code") is None
