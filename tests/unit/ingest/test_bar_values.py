"""Numbers as they are meant: float dust, and zeros that stand for what is not known."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.blocks.days import days_of
from marketdata.ingest.bar_sift import sift
from marketdata.ingest.bar_values import without_dust, without_false_zeros
from marketdata.kline.bars import BarDataset
from marketdata.kline.chart import chart
from marketdata.sources.source import BarRequest, FetchedBars
from tests.support.frames import (
    FUTURE,
    INDEX,
    MINUTES,
    STOCK,
    bar,
    frame_of,
    future_bar,
    minute_bar,
)
from tests.unit.ingest.market import WEEK, Market
from tests.unit.ingest.naive_check import naive_number

NAN = math.nan


def cleaned(name: str, value: float) -> float:
    frame = without_dust(frame_of(FUTURE, [future_bar(**{name: value})]), FUTURE)
    return float(frame[name].iloc[0])


@pytest.mark.parametrize("name", ["volume", "open_interest"])
@pytest.mark.parametrize(
    ("value", "meant"),
    [
        (1790900.9999999998, 1790901.0),
        (1790901.0000009, 1790901.0),
        (1790901.000002, 1790901.000002),
        (0.9999999, 1.0),
        (2.5, 2.5),
        (5.9e-39, 0.0),
        (-5.9e-39, 0.0),
        (-3.0, -3.0),
        # One step of a float, more than a millionth.
        (123_456_789_012.00002, 123_456_789_012.0),
        (2.0**46 + 0.015625, 2.0**46 + 0.015625),
        (2.0**50 + 0.5, 2.0**50 + 0.5),
        (math.inf, math.inf),
    ],
)
def test_dust_of_a_count(name: str, value: float, meant: float) -> None:
    found = cleaned(name, value)
    assert found == meant
    assert math.copysign(1, found) == math.copysign(1, meant)


def test_dust_of_other_columns_is_only_what_is_nothing() -> None:
    assert cleaned("open", 5.9e-39) == cleaned("amount", -5.9e-39) == 0
    assert cleaned("close", 6.6000000001) == 6.6000000001
    assert math.isnan(cleaned("volume", NAN))


@given(lots=st.integers(1, 10**9), cents=st.integers(0, 99))
def test_no_product_of_lots_is_refused(lots: int, cents: int) -> None:
    volume = (lots + cents / 100) * 100
    assert cleaned("volume", volume) == lots * 100 + cents


@given(value=st.floats(-1e18, 1e18), name=st.sampled_from(["volume", "amount", "close"]))
def test_dust_against_a_naive_reading(value: float, name: str) -> None:
    assert cleaned(name, value) == naive_number(name, value)


def test_a_frame_without_dust_is_not_copied() -> None:
    frame = frame_of(STOCK, [bar(), bar(amount=NAN)])
    assert without_dust(frame, STOCK) is frame
    assert without_false_zeros(frame, STOCK) is frame


@pytest.mark.parametrize(
    ("dataset", "row", "volume", "amount"),
    [
        (STOCK, bar(amount=0.0), 100, None),
        (STOCK, bar(volume=0.0), None, 660),
        (INDEX, bar(volume=0.0, amount=0.0), None, None),
        (INDEX, bar(volume=0.0), None, 660),
        (FUTURE, future_bar(amount=0.0), 10, None),
        (FUTURE, future_bar(volume=0.0, amount=0.0), 0, 0),
        # Deals outside the order book.
        (FUTURE, future_bar(open=0.0, high=0.0, low=0.0, volume=140.0), 140, 0),
        (MINUTES, minute_bar("09:30", volume=0.0, amount=0.0), None, None),
        (MINUTES, minute_bar("09:30", volume=0.0), None, 660),
        (MINUTES, minute_bar("09:30", amount=0.0), 100, None),
        (MINUTES, minute_bar("09:30", high=6.6, low=6.6, volume=0.0, amount=0.0), 0, 0),
        (MINUTES, minute_bar("09:30", high=6.6, low=6.6, volume=0.0, amount=NAN), 0, None),
    ],
)
def test_a_zero_that_is_none(
    dataset: BarDataset, row: Any, volume: int | None, amount: float | None
) -> None:
    frame = without_false_zeros(frame_of(dataset, [row]), dataset)
    found = [None if math.isnan(frame[name].iloc[0]) else frame[name].iloc[0] for name in NAMES]
    assert found == [volume, amount]


NAMES = ("volume", "amount")


def test_minutes_of_a_code_without_volumes_have_none() -> None:
    none = {"volume": 0.0, "amount": 0.0}
    moved, still = minute_bar("09:30", **none), minute_bar("09:31", high=6.6, low=6.6, **none)
    frame = without_false_zeros(frame_of(MINUTES, [moved, still]), MINUTES)
    assert frame["volume"].isna().all()
    sold = minute_bar("09:32")
    frame = without_false_zeros(frame_of(MINUTES, [moved, still, sold]), MINUTES)
    assert frame["volume"].isna().tolist() == [True, False, False]


def test_a_fund_file_with_amounts_of_zero_keeps_its_bars() -> None:
    market = Market()
    stored = market.take([bar(trade_date=day, amount=0.0) for day in WEEK])
    assert (stored.bars, stored.quarantined) == (4, {})
    rows = market.block(STOCK, "600000.SH", "2024")[1]
    assert [(row["volume"], row["amount"]) for row in rows] == [(100, None)] * 4


def test_an_index_without_volumes_goes_through_to_the_chart() -> None:
    market = Market()
    prices = {"open": 6600.0, "high": 6633.167, "low": 6590.0, "volume": NAN, "amount": NAN}
    closes = dict(zip(WEEK, (6633.297, 6600.0, 6589.99, 6610.0), strict=True))
    bars = [
        bar(code="000300.SH", trade_date=day, close=close, **prices)
        for day, close in closes.items()
    ]
    request = BarRequest(INDEX, ("000300.SH",), "20240101", "20240107")
    stored = market.ingest(FetchedBars(frame_of(INDEX, bars)), request)
    assert (stored.bars, stored.quarantined, stored.notes) == (4, {}, [])
    block, rows = market.block(INDEX, "000300.SH", "2024")
    assert [(row["close"], row["volume"], row["amount"]) for row in rows] == [
        (close, None, None) for close in closes.values()
    ]
    assert days_of("2024", block.coverage.close_outside) == [WEEK[0], WEEK[2]]
    assert [volume for _, volume, _ in chart(rows)["volumes"]] == [None] * 4


def test_every_minute_twice_is_counted_and_no_error() -> None:
    bars = [minute_bar(f"{at // 60:02}:{at % 60:02}") for at in range(570, 690)]
    request = BarRequest(MINUTES, ("600000.SH",), "20240102", "20240102")
    found = sift(frame_of(MINUTES, [*bars, *bars]), request, {})
    assert (len(found.good), len(found.bad)) == (120, 0)
    assert found.notes == ["120 rows came again, equal in everything: each is stored once"]
    # Up to dust they are equal as well.
    dusty = [{**each, "volume": 99.99999999999999} for each in bars]
    assert len(sift(frame_of(MINUTES, [*bars, *dusty]), request, {}).good) == 120


def test_a_rename_and_an_outlier_are_told() -> None:
    days = ["20240102", "20240103", "20240104", "20240105", "20240108"]
    big = {"volume": 123_400.0, "amount": 814_440.0}
    codes = ("600001.SH", "600002.SH")
    bars = [bar(code=code, trade_date=day, **big) for code in codes for day in days]
    bars[1] |= {"amount": 990_000.0}
    bars[6] |= {"amount": 990_000.0}
    found = sift(frame_of(STOCK, bars), BarRequest(STOCK, codes, days[0], days[-1]), {})
    assert (len(found.good), len(found.bad)) == (10, 0)
    outliers, rename = found.notes
    assert outliers.startswith("2 bars of 600001.SH, 600002.SH kept although amount ÷ volume is")
    assert rename == "600001.SH and 600002.SH have the same history"
