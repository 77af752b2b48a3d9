"""Rows as frames, with the right types."""

from typing import Any

import pandas as pd
import polars as pl
import pytest
from amazingdata_client import KlineResult, StatementResult
from amazingdata_client.models import Completeness
from amazingdata_client.reading import read

from tests.clients.samples import meta, sample_bar

META = read(Completeness, meta())


def klines(*bars: dict[str, Any]) -> KlineResult:
    return KlineResult({"600000.SH": list(bars)}, META)


def test_pandas_types() -> None:
    holes = sample_bar("20240103", open=None, volume=None, amount=None)
    frame = klines(sample_bar(), holes).to_pandas()
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == {
        "code": "string",
        "trade_date": "datetime64[ns]",
        "open": "float64",
        "high": "float64",
        "low": "float64",
        "close": "float64",
        "volume": "Int64",
        "amount": "float64",
    }
    assert frame["trade_date"].tolist() == [pd.Timestamp("2024-01-02"), pd.Timestamp("2024-01-03")]
    assert frame["volume"].tolist()[0] == 100
    assert frame["volume"].isna().tolist() == [False, True]
    assert frame["open"].isna().tolist() == [False, True]


def test_polars_types() -> None:
    holes = sample_bar("20240103", open=None, volume=None, amount=None)
    frame = klines(sample_bar(), holes).to_polars()
    assert frame.schema == {
        "code": pl.String,
        "trade_date": pl.Date,
        "open": pl.Float64,
        "high": pl.Float64,
        "low": pl.Float64,
        "close": pl.Float64,
        "volume": pl.Int64,
        "amount": pl.Float64,
    }
    assert frame["volume"].to_list() == [100, None]


def test_minutes_of_futures_keep_their_time() -> None:
    result = klines(sample_bar(kline_time="2024-01-02 09:30:00", settle=None, open_interest=7))
    pandas, polars = result.to_pandas(), result.to_polars()
    assert pandas["kline_time"][0] == pd.Timestamp("2024-01-02 09:30:00")
    assert str(pandas["open_interest"].dtype) == "Int64"
    assert str(pandas["settle"].dtype) == "float64"
    assert polars.schema["kline_time"] == pl.Datetime("us")
    assert polars.schema["settle"] == pl.Float64
    assert polars["kline_time"][0].hour == 9


def test_whole_prices_are_floats_too() -> None:
    result = klines(sample_bar(open=9, amount=915))
    assert str(result.to_pandas()["open"].dtype) == "float64"
    assert result.to_polars().schema["amount"] == pl.Float64


def test_rows_of_several_codes_may_have_other_columns() -> None:
    """As a code without a status, or one whose rows have nulls only."""
    data: Any = {
        "600000.SH": [sample_bar("20240102"), sample_bar("20240103", volume=None)],
        "000001.SH": [],
        "600001.SH": [{"trade_date": "20240103", "close": 9, "is_st": True, "contract": "A"}],
        "600002.SH": [sample_bar("20240102", close=None, open_interest=7)],
    }
    result = KlineResult(data, META)
    pandas, polars = result.to_pandas(), result.to_polars()
    codes = ["600000.SH", "600000.SH", "600001.SH", "600002.SH"]
    names = ["code", *sample_bar(), "is_st", "contract", "open_interest"]
    assert list(pandas) == polars.columns == names
    assert pandas["code"].tolist() == polars["code"].to_list() == codes
    assert pandas["trade_date"].dt.strftime("%d").tolist() == ["02", "03", "03", "02"]
    assert polars["close"].to_list() == [9.15, 9.15, 9.0, None]
    for name in names[2:]:
        assert [None if pd.isna(value) else value for value in pandas[name]] == polars[
            name
        ].to_list()
    assert [str(pandas.dtypes[name]) for name in names[6:]] == [
        "Int64",
        "float64",
        "boolean",
        "string",
        "Int64",
    ]


def test_rows_may_name_their_code() -> None:
    data: Any = {"600000.SH": [{"code": "600000.SH", "close": 9.1}], "600001.SH": [{"close": 9.2}]}
    result = KlineResult(data, META)
    for frame in (result.to_pandas(), result.to_polars()):
        assert list(frame["code"]) == ["600000.SH", "600001.SH"]
        assert list(frame["close"]) == [9.1, 9.2]


@pytest.mark.parametrize("volume", [1.5, "many"])
def test_what_has_another_type_is_no_number(volume: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        klines(sample_bar(volume=volume)).to_pandas()


def test_nothing_has_columns_all_the_same() -> None:
    nothing = KlineResult({}, META)
    assert list(nothing.to_pandas()) == nothing.to_polars().columns
    assert str(nothing.to_pandas()["trade_date"].dtype) == "datetime64[ns]"
    assert len(nothing.to_polars()) == 0


def test_statements() -> None:
    row = {
        "reporting_period": "20231231",
        "statement_type": "1",
        "report_type": None,
        "ann_date": None,
        "security_name": "浦发银行",
        "comp_type_code": 2,
        "comments": "restated",
        "total_assets": 9,
        "inv": None,
    }
    result = StatementResult({"600000.SH": [row]}, META)
    pandas, polars = result.to_pandas(), result.to_polars()
    assert str(pandas["ann_date"].dtype) == "datetime64[ns]"
    assert pandas["total_assets"].dtype == pandas["inv"].dtype == "float64"
    assert pandas["comp_type_code"].tolist() == ["2"]
    assert pandas["comments"].tolist() == ["restated"]
    assert polars.schema["reporting_period"] == pl.Date
    assert polars.schema["inv"] == pl.Float64
