"""Rows that stay text until somebody reads them: the same rows, and the same frames."""

import json
import operator
import re
from datetime import date
from typing import Any

import pytest
from amazingdata_client import BadAnswerError, KlineResult, frames
from amazingdata_client.row_text import RowText, read, row_text
from hypothesis import given
from hypothesis import strategies as st

from tests.clients.test_frames import META

CLOCK = st.times().map("{:%H:%M:%S}".format)
DATES = st.dates(date(1990, 1, 1), date(2199, 12, 31))
DAYS = DATES.map("{:%Y%m%d}".format)
TIMES = st.builds("{0:%Y-%m-%d} {1}".format, DATES, CLOCK)
COUNTS = st.integers(0, 10**15)
PRICES = st.floats(0, 1e9) | st.integers(0, 10**6)
NUMBERS = st.integers(-(10**15), 10**15) | st.floats(allow_nan=False, allow_infinity=False)
ODD = st.none() | st.booleans() | st.text() | st.sampled_from(["]", "}]", '"],"', "IF2401.CFE"])
NAMES = st.sampled_from(["open", "close", "volume", "a1", "x-y", "é", 'q"'])
CODES = st.sampled_from(["600000.SH", "IF.MAIN", "a\\b", "]", "x"])

COLUMNS = {
    "trade_date": DAYS,
    "kline_time": TIMES,
    "open": PRICES,
    "close": PRICES | PRICES.map(operator.neg),
    "volume": COUNTS,
}


def rows_of(names: set[str]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Rows that have these columns."""
    return st.lists(st.fixed_dictionaries({name: COLUMNS[name] for name in names}), max_size=5)


BARS = st.sets(st.sampled_from([*COLUMNS])).map(lambda names: names | {"trade_date"})
ALIKE = BARS.flatmap(rows_of)
"""Rows of a code, as nearly all codes have them."""
OTHER = st.lists(st.dictionaries(NAMES, NUMBERS | ODD | DAYS | TIMES, max_size=4), max_size=5)
MANY = st.dictionaries(CODES, ALIKE | OTHER, max_size=4)


def written(body: dict[str, Any]) -> bytes:
    """Write a body as the service does, with a line for each row."""
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    return text.replace('},{"trade_date', '},\n{"trade_date').encode()


@given(MANY, st.dictionaries(st.text(), st.text() | st.just({"data": {}}), max_size=2))
def test_a_body_is_read_as_it_was_written(data: dict[str, Any], meta: dict[str, Any]) -> None:
    body = {"code": 200, "message": "success", "data": data, "meta": meta}
    found = read(written(body))
    for code, rows in found["data"].items():
        if isinstance(rows, RowText):
            assert len(rows) == len(rows.rows)
            found["data"][code] = rows.rows
    assert found == body


@given(st.one_of(st.none(), COUNTS, st.text(), st.lists(NUMBERS), MANY))
def test_other_bodies_are_read_too(body: Any) -> None:
    assert read(written(body)) == body
    assert read(written({"data": body, "meta": None}))["meta"] is None


def test_what_is_no_json_is_refused() -> None:
    whole = written({"data": {"x": [{"trade_date": "20240102", "open": 1.5}]}, "meta": {}})
    for end in range(len(whole)):
        with pytest.raises(ValueError, match=r"."):
            read(whole[:end])


@given(ALIKE.filter(bool))
def test_columns_are_those_of_the_rows(rows: list[dict[str, Any]]) -> None:
    text = row_text(written({"": rows})[len('{"":[') : -2])
    if text is None:
        # Numbers with an exponent, or times beside what is negative.
        return
    assert text.rows == rows
    assert len(text) == len(rows)
    assert text.columns() == {name: [number(each[name]) for each in rows] for name in rows[0]}


@given(ALIKE.filter(bool))
def test_rows_of_text_equal_those_without(rows: list[dict[str, Any]]) -> None:
    body = written({"data": {"x": rows}})
    one, other = read(body)["data"]["x"], read(body + b" ")["data"]["x"]
    assert one == other
    assert one == rows
    assert rows == one
    assert one != [*rows, rows[0]]
    assert KlineResult({"x": one}, META) == KlineResult({"x": rows}, META)


@pytest.mark.parametrize("wrong", ["", "1.2.3", "01", "-"])
def test_a_row_that_is_no_json_is_a_bad_answer(wrong: str) -> None:
    body = b'{"data":{"x":[{"close":1.5},{"close":%b}]},"meta":{}}' % wrong.encode()
    result = KlineResult(read(body)["data"], META)
    for used in (lambda: result.data, result.to_pandas, result.to_polars):
        with pytest.raises(BadAnswerError, match="no JSON"):
            used()


def test_what_is_called_data_elsewhere_is_no_rows() -> None:
    body = {"meta": {"data": {"x": [{"trade_date": "20240102"}]}}, "data": {}}
    assert read(written(body)) == body


def test_no_column_differs_from_another_in_its_digits_alone() -> None:
    """What is left of rows without their digits has their names without them, too."""
    for name in (*frames.SERIES, *frames.STATUS, *frames.TIMES):
        assert re.fullmatch("[A-Za-z_]+", name)


def number(value: Any) -> Any:
    """Give a day or a time as a number."""
    return int(re.sub(r"\D", "", value)) if isinstance(value, str) else value


@pytest.mark.parametrize("price", [0, -1, 16, 16.25, -0.01])
def test_rows_of_numbers_stay_text(price: float) -> None:
    rows = [{"trade_date": "20240102", "open": price, "volume": 100}] * 3
    assert row_text(written({"": rows})[len('{"":[') : -2]) is not None
    timed = [{"kline_time": "2024-01-02 09:30:00", "open": abs(price)}] * 3
    assert row_text(written({"": timed})[len('{"":[') : -2]) is not None


@given(
    st.dictionaries(CODES, ALIKE, max_size=3),
    st.sampled_from([frames.to_pandas, frames.to_polars]),
)
def test_frames_are_the_same_of_text_and_of_rows(data: dict[str, Any], make: Any) -> None:
    found = read(written({"data": data, "meta": {}}))["data"]
    assert KlineResult(found, META).data == data
    assert make(found, frames.BAR).equals(make(data, frames.BAR))
