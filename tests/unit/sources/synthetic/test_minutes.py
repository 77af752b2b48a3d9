"""Synthetic minutes add up to their day."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketdata.blocks.dataset import Kind, Period
from marketdata.catalog.securities import Catalog
from marketdata.catalog.sessions import bars_per_day
from marketdata.kline.bars import BarDataset
from marketdata.sources.source import BarRequest, FetchedBars, frame_columns
from marketdata.sources.synthetic.source import SyntheticSource
from tests.support.clocks import clock

SOURCE = SyntheticSource(clock("2025-11-21T18:00"), "17:00")
CATALOG = Catalog(SOURCE.list_securities().securities, "", SOURCE.name, {})
INTRADAY = [period for period in Period if period.intraday]

SAMPLES = [
    (Kind.STOCK, "600012.SH", "20240101", "20240131"),
    (Kind.STOCK, "688001.SH", "20240101", "20240115"),
    (Kind.STOCK, "600000.SH", "20160104", "20160108"),  # the circuit breaker
    (Kind.INDEX, "000300.SH", "20240101", "20240115"),
    (Kind.ETF, "510300.SH", "20240101", "20240115"),
    (Kind.FUTURE, "IF2401.CFE", "20240108", "20240131"),
    (Kind.FUTURE, "IF1509.CFE", "20150914", "20150918"),
    (Kind.FUTURE, "T2406.CFE", "20240603", "20240614"),
    (Kind.FUTURE, "RB2405.SHF", "20240101", "20240115"),
    (Kind.FUTURE, "CU2402.SHF", "20240204", "20240229"),
    (Kind.FUTURE, "AG2404.SHF", "20240205", "20240223"),
    (Kind.FUTURE, "M2407.DCE", "20240301", "20240331"),
    (Kind.FUTURE, "LC2407.GFE", "20240101", "20240131"),
    (Kind.FUTURE, "M2401.DCE", "20240108", "20240115"),  # its last day had no trade
    (Kind.FUTURE, "SA411.CZC", "20240101", "20240131"),  # most days had none
]
AGGREGATES = {"open": "first", "high": "max", "low": "min", "close": "last"} | dict.fromkeys(
    ("volume", "amount"), "sum"
)


def fetch(kind: Kind, period: Period, code: str, start: str, end: str) -> FetchedBars:
    return SOURCE.fetch_bars(BarRequest(BarDataset(kind, period), (code,), start, end))


@pytest.mark.parametrize("period", INTRADAY)
@pytest.mark.parametrize(("kind", "code", "start", "end"), SAMPLES)
def test_they_add_up_to_their_day(
    kind: Kind, code: str, start: str, end: str, period: Period
) -> None:
    day = fetch(kind, Period.DAILY, code, start, end)
    parts = fetch(kind, period, code, start, end)
    assert list(parts.frame.columns) == frame_columns(BarDataset(kind, period))
    traded = day.frame[day.frame["volume"] > 0].set_index("trade_date")
    added = parts.frame.groupby("trade_date").agg(AGGREGATES)
    pd.testing.assert_frame_equal(added, traded[list(AGGREGATES)], check_dtype=False, rtol=0)
    idle = set(day.frame["trade_date"]) - set(traded.index)
    assert {d for d, why in parts.halted.get(code, {}).items() if why == "no_trade"} == idle


@pytest.mark.parametrize(("kind", "code", "start", "end"), SAMPLES)
def test_every_minute_is_sound(kind: Kind, code: str, start: str, end: str) -> None:
    frame = fetch(kind, Period.MIN1, code, start, end).frame
    assert (frame["low"] > 0).all()
    assert (frame["low"] <= frame[["open", "close"]].min(axis=1)).all()
    assert (frame["high"] >= frame[["open", "close"]].max(axis=1)).all()
    assert (frame[["volume", "amount"]] >= 0).to_numpy().all()
    assert frame["kline_time"].is_monotonic_increasing
    assert frame["kline_time"].is_unique
    counts = frame.groupby("trade_date").size()
    for day, count in counts.items():
        market = code.partition(".")[2]
        expected = bars_per_day(kind, market, code, Period.MIN1, str(day))
        assert expected in (None, count)


def test_the_average_price_of_a_minute_lies_within_it() -> None:
    frame = fetch(Kind.STOCK, Period.MIN1, "600012.SH", "20240101", "20240131").frame
    frame = frame[frame["volume"] > 0]
    average = frame["amount"] / frame["volume"]
    assert average.between(frame["low"] - 0.01, frame["high"] + 0.01).all()


def test_volume_is_highest_at_both_ends() -> None:
    frame = fetch(Kind.STOCK, Period.MIN60, "600012.SH", "20240101", "20240331").frame
    by_hour = frame.groupby(frame["kline_time"].str.slice(11, 16))["volume"].mean()
    assert min(by_hour["09:30"], by_hour["14:00"]) > max(by_hour["10:30"], by_hour["13:00"])


def test_a_future_has_no_settle_within_the_day_and_ends_with_its_open_interest() -> None:
    day = fetch(Kind.FUTURE, Period.DAILY, "IF2401.CFE", "20240108", "20240119").frame
    parts = fetch(Kind.FUTURE, Period.MIN5, "IF2401.CFE", "20240108", "20240119").frame
    assert parts["settle"].isna().all()
    last = parts.groupby("trade_date")["open_interest"].last()
    assert last.tolist() == day["open_interest"].tolist()


def test_a_suspended_day_has_no_minutes_and_says_why() -> None:
    request = BarRequest(
        BarDataset.parse("stock.min60"),
        tuple(each.code for each in CATALOG.of_kind(Kind.STOCK, "20240122")),
        *("20240122", "20240122"),
    )
    fetched = SOURCE.fetch_bars(request)
    assert fetched.halted
    assert {why for days in fetched.halted.values() for why in days.values()} == {"suspended"}
    assert not set(fetched.frame["code"]) & fetched.halted.keys()
    assert set(fetched.frame["code"]) | fetched.halted.keys() == set(request.codes)


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from([each for each in SAMPLES if each[0] is not Kind.INDEX]),
    st.sampled_from([Period.MIN1, Period.MIN15]),
    st.integers(0, 20),
    st.integers(0, 20),
)
def test_a_bar_does_not_depend_on_the_range(
    sample: tuple[Kind, str, str, str], period: Period, one: int, two: int
) -> None:
    kind, code, start, end = sample
    whole = fetch(kind, period, code, start, end).frame
    days = sorted(set(whole["trade_date"]))
    first, last = sorted((days[one % len(days)], days[two % len(days)]))
    inside = whole[whole["trade_date"].between(first, last)].reset_index(drop=True)
    pd.testing.assert_frame_equal(fetch(kind, period, code, first, last).frame, inside)
