"""Datasets of bars and the text of a row."""

import json
import math
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.blocks.dataset import Kind, Period
from marketdata.blocks.days import parts_between
from marketdata.kline.bars import DAY, TIME, BarDataset, bar_lines

STOCK = BarDataset(Kind.STOCK, Period.DAILY)
MINUTES = BarDataset(Kind.FUTURE, Period.MIN1)
INT64 = st.integers(-(2**63), 2**63 - 1)
NUMBERS = st.none() | st.floats(allow_nan=False, allow_infinity=False)


def one_bar(**changes: Any) -> dict[str, list[Any]]:
    """Give the columns of one daily stock bar, some of them replaced."""
    bar = {
        "trade_date": "20240102",
        "open": 27.0,
        "high": 27.5,
        "low": 26.9,
        "close": 27.1,
        "volume": 100,
        "amount": None,
    }
    return {name: [value] for name, value in (bar | changes).items()}


@st.composite
def columns(draw: st.DrawFn, dataset: BarDataset) -> dict[str, list[Any]]:
    """Draw equally long columns of any values that a dataset may hold."""
    size = draw(st.integers(0, 8))

    def many(values: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(values, min_size=size, max_size=size))

    moments = many(st.datetimes())
    result = {"trade_date": [moment.date().isoformat().replace("-", "") for moment in moments]}
    if dataset.period.intraday:
        result["kline_time"] = [moment.isoformat(" ", "seconds") for moment in moments]
    for name in dataset.columns:
        result[name] = many(st.none() | INT64 if name in ("volume", "open_interest") else NUMBERS)
    return result


def identical(value: Any, other: Any) -> bool:
    """Compare type and value; the sign of zero counts."""
    return type(value) is type(other) and repr(value) == repr(other)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("period", [period for period in Period if period.stored])
def test_dataset_name_reads_back(kind: Kind, period: Period) -> None:
    dataset = BarDataset(kind, period)
    assert dataset.name == f"{kind.value}.{period.value}"
    assert BarDataset.parse(dataset.name) == dataset
    assert dataset.part_of("20240315") == period.part_of("20240315")


@pytest.mark.parametrize(
    "name", ["", "stock", "stock.", "bond.daily", "stock.weekly", "stock.min2"]
)
def test_dataset_that_does_not_exist(name: str) -> None:
    with pytest.raises(ValueError):
        BarDataset.parse(name)


def test_columns() -> None:
    common = ("open", "high", "low", "close", "volume", "amount")
    assert STOCK.columns == common
    assert BarDataset(Kind.ETF, Period.MIN5).columns == common
    assert MINUTES.columns == (*common, "settle", "open_interest")


def test_row_of_a_stock() -> None:
    prices = b'"open":27.0,"high":27.5,"low":26.9,"close":27.1'
    line = b'{"trade_date":"20240102",%b,"volume":100,"amount":null}' % prices
    assert bar_lines(STOCK, one_bar()) == [line]


@pytest.mark.parametrize("dataset", [STOCK, MINUTES], ids=lambda dataset: dataset.name)
@given(data=st.data())
def test_rows_read_back_exactly(dataset: BarDataset, data: st.DataObject) -> None:
    drawn = data.draw(columns(dataset))
    lines = bar_lines(dataset, drawn)
    rows = [json.loads(line, parse_constant=pytest.fail) for line in lines]
    assert len(rows) == len(drawn["trade_date"])
    for number, row in enumerate(rows):
        assert list(row) == list(drawn)
        assert all(identical(row[name], drawn[name][number]) for name in drawn)
        assert lines[number][DAY] == row["trade_date"].encode()
        if dataset.period.intraday:
            assert lines[number][TIME].endswith(b'"' + row["kline_time"].encode())


@given(floats=st.lists(NUMBERS, min_size=1), wrong=st.sampled_from([math.nan, math.inf, -math.inf]))
def test_no_line_holds_nan_or_infinity(floats: list[float | None], wrong: float) -> None:
    many = {name: values * (len(floats) + 1) for name, values in one_bar().items()}
    with pytest.raises(ValueError, match="amount"):
        bar_lines(STOCK, many | {"amount": [*floats, wrong]})


@pytest.mark.parametrize(
    ("column", "value"),
    [("open", 27), ("open", "27.0"), ("close", True), ("volume", 100.0), ("volume", False)],
)
def test_wrong_type_is_refused(column: str, value: object) -> None:
    with pytest.raises(TypeError, match=column):
        bar_lines(STOCK, one_bar(**{column: value}))


@pytest.mark.parametrize(
    "day", ["", "2024-1-2", "2024010", "202401021", '2024010"', "\uff12\uff10240102"]
)
def test_day_of_another_form_is_refused(day: str) -> None:
    with pytest.raises(ValueError, match="trade_date"):
        bar_lines(STOCK, one_bar(trade_date=day))


@pytest.mark.parametrize("time", ["2024-01-02", "2024-01-02T09:30:00", "2024-01-02 09:30:00.0"])
def test_time_of_another_form_is_refused(time: str) -> None:
    bar = one_bar(kline_time=time, settle=None, open_interest=None)
    with pytest.raises(ValueError, match="kline_time"):
        bar_lines(MINUTES, bar)


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError):
        bar_lines(STOCK, one_bar() | {"volume": [1, 2]})


def test_missing_column_is_named() -> None:
    bar = one_bar()
    del bar["amount"]
    with pytest.raises(KeyError, match="amount"):
        bar_lines(STOCK, bar)


def test_import_is_light() -> None:
    heavy = "{'pandas', 'numpy', 'pydantic'}"
    check = f"import sys, marketdata.kline.bars; print(*{heavy} & {{*sys.modules}})"
    done = subprocess.run([sys.executable, "-c", check], check=True, capture_output=True, text=True)
    assert done.stdout.split() == []


def test_parts_of_a_dataset() -> None:
    assert parts_between(BarDataset.parse("stock.daily"), "20231231", "20240101") == [
        "2023",
        "2024",
    ]
    assert parts_between(BarDataset.parse("stock.min5"), "20231231", "20240101") == [
        "2023-12",
        "2024-01",
    ]
