"""The status of the synthetic stocks: it agrees with their bars, and something happens to them."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketdata.blocks.dataset import Kind
from marketdata.catalog.calendar import trading_days
from marketdata.kline.bars import BarDataset
from marketdata.sources.source import (
    BarRequest,
    FactorRequest,
    FetchedStatus,
    HasStatus,
    StatusRequest,
)
from marketdata.sources.synthetic.bars import START
from marketdata.sources.synthetic.limits import limits_around
from marketdata.sources.synthetic.source import SyntheticSource
from marketdata.status.status import COLUMNS, FLAGS
from tests.support.clocks import clock

TODAY = "20251121"
SOURCE = SyntheticSource(clock("2025-11-21T18:00"), "17:00")
STOCKS = {
    each.code: each for each in SOURCE.list_securities().securities if each.kind is Kind.STOCK
}
YOUNG = ("688", "30")


def fetch(*codes: str, start: str = START, end: str = TODAY) -> FetchedStatus:
    return SOURCE.fetch_status(StatusRequest(codes, start, end))


@pytest.fixture(scope="module")
def market() -> pd.DataFrame:
    """Give the status of all stocks on all days, and their bars beside it."""
    request = BarRequest(BarDataset.parse("stock.daily"), tuple(STOCKS), START, TODAY)
    bars = SOURCE.fetch_bars(request).frame
    return fetch(*STOCKS).frame.merge(bars, on=["code", "trade_date"], how="outer", indicator=True)


def test_every_stock_has_a_row_on_every_day_of_its_life() -> None:
    fetched = fetch(*STOCKS, start="20240101", end="20240630")
    assert list(fetched.frame.columns) == ["code", "trade_date", *COLUMNS]
    days = trading_days("SH", "20240101", "20240630")
    for code, rows in fetched.frame.groupby("code"):
        security = STOCKS[str(code)]
        assert rows["trade_date"].tolist() == [day for day in days if security.alive(day, day)]
    assert fetched.failed == {}
    word = dict.fromkeys(STOCKS, TODAY)
    assert (fetched.horizon, fetched.sure_until) == (word, word)


def test_it_is_suspended_where_the_bars_say_so() -> None:
    request = BarRequest(BarDataset.parse("stock.daily"), tuple(STOCKS), START, TODAY)
    halted = SOURCE.fetch_bars(request).halted
    frame = fetch(*STOCKS).frame
    rows = frame.loc[frame["suspended"] == 1, ["code", "trade_date"]]
    found = {(str(code), str(day)) for code, day in rows.itertuples(index=False)}
    assert found == {(code, day) for code, days in halted.items() for day in days}
    assert len(found) > 1000


def test_a_day_has_a_bar_or_is_suspended(market: pd.DataFrame) -> None:
    assert set(market["_merge"]) == {"both", "left_only"}
    assert ((market["_merge"] == "left_only") == (market["suspended"] == 1)).all()


def test_no_price_is_outside_the_stated_limits(market: pd.DataFrame) -> None:
    assert not (market["high"] > market["limit_up"]).any()
    assert not (market["low"] < market["limit_down"]).any()


def test_closes_reach_the_limits_under_special_treatment(market: pd.DataFrame) -> None:
    special = market[market["is_st"] == 1]
    assert (special["close"] == special["limit_up"]).sum() > 20
    assert (special["close"] == special["limit_down"]).sum() > 20
    assert ((special["high"] == special["limit_up"]) & (special["high"] > special["close"])).any()


def test_limits_are_a_percentage_of_the_previous_close(market: pd.DataFrame) -> None:
    young = market["code"].str.startswith(YOUNG)
    share = pd.Series(np.where(young, 0.2, np.where(market["is_st"] == 1, 0.05, 0.1)))
    known = market["limit_up"].notna()
    for side, name in ((1, "limit_up"), (-1, "limit_down")):
        exact = market["pre_close"] * (1 + side * share)
        assert ((market[name] - exact).abs()[known] <= 0.005 + 1e-9).all()
    prices = market[["pre_close", "limit_up", "limit_down"]]
    assert prices[known].map(lambda price: price == float(f"{price:.2f}")).to_numpy().all()


def test_only_the_first_days_have_no_limit(market: pd.DataFrame) -> None:
    lacking = market[market["limit_up"].isna()]
    assert (lacking["limit_down"].isna()).all()
    for code, security in STOCKS.items():
        listed = security.list_date or ""
        free = 0 if listed < START else 5 if code.startswith(YOUNG) else 1
        days = trading_days("SH", listed, TODAY)[:free]
        assert sorted(lacking.loc[lacking["code"] == code, "trade_date"]) == days
    others = market[[name for name in COLUMNS if not name.startswith("limit")]]
    assert not others.isna().to_numpy().any()
    assert market[list(FLAGS)].isin([0, 1]).to_numpy().all()


def test_a_few_stocks_are_under_special_treatment_for_months_or_years(
    market: pd.DataFrame,
) -> None:
    days = market.groupby("code")["is_st"].sum()
    special = days[days > 0]
    assert 5 <= len(special) <= 25
    assert special.between(30, 1500).all()
    assert not special.index.str.startswith(YOUNG).any()
    assert not {"600000.SH", "000001.SZ"} & set(special.index)
    assert market.loc[market["trade_date"] == TODAY, "is_st"].sum() >= 1


def test_ex_days_are_those_on_which_the_factor_grows(market: pd.DataFrame) -> None:
    steps = SOURCE.fetch_factors(FactorRequest(Kind.STOCK, tuple(STOCKS))).steps
    ex = market[(market["ex_dividend"] == 1) | (market["ex_right"] == 1)]
    found = ex.groupby("code")["trade_date"].apply(set).to_dict()
    grown = {code: {day for day in each.days[1:] if day <= TODAY} for code, each in steps.items()}
    assert found == {code: days for code, days in grown.items() if days}
    right = market["ex_right"] == 1
    assert 0.05 < right.sum() / len(ex) < 0.3
    assert (market.loc[right, "ex_dividend"] == 1).all()


def test_the_previous_close_falls_by_the_payout_and_by_nothing_else(market: pd.DataFrame) -> None:
    steps = SOURCE.fetch_factors(FactorRequest(Kind.STOCK, tuple(STOCKS))).steps
    for code in [*STOCKS][::20]:
        rows = market[market["code"] == code].sort_values("trade_date").reset_index(drop=True)
        whole = rows["suspended"].eq(0) & rows["suspended"].shift().eq(0)
        before, ex = rows["close"].shift(), rows["ex_dividend"] == 1
        assert (rows["pre_close"] == before)[whole & ~ex].all()
        factors = dict(zip(steps[code].days, steps[code].factors, strict=True))
        for place in np.flatnonzero(whole & ex):
            day = rows["trade_date"][place]
            order = list(factors)
            fall = factors[order[order.index(day) - 1]] / factors[day]
            assert abs(rows["pre_close"][place] - before[place] * fall) <= 0.005 + 1e-9
            assert rows["pre_close"][place] < before[place]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.sampled_from([*STOCKS]), min_size=1, max_size=4, unique=True),
    st.dates(date(2014, 12, 1), date(2025, 12, 31)),
    st.integers(0, 90),
)
def test_a_status_depends_on_neither_range_nor_company(
    codes: list[str], first: date, length: int
) -> None:
    start, end = f"{first:%Y%m%d}", f"{first + timedelta(days=length):%Y%m%d}"
    together = fetch(*codes, start=start, end=end).frame
    for code in codes:
        whole = fetch(code).frame
        inside = whole[whole["trade_date"].between(start, end)].reset_index(drop=True)
        found = together[together["code"] == code].reset_index(drop=True)
        pd.testing.assert_frame_equal(found, inside, check_dtype=False)


@given(st.floats(1, 1e6), st.sampled_from([5, 10, 20]))
def test_limits_are_rounded_half_up(before: float, percent: int) -> None:
    pre_close, up, down = (int(each) for each in limits_around(before, percent))
    assert abs(pre_close - before) <= 0.5
    assert 0 <= down <= pre_close <= up
    assert 2 * abs(100 * up - pre_close * (100 + percent)) <= 100
    assert 2 * abs(100 * down - pre_close * (100 - percent)) <= 100


def test_a_half_goes_up() -> None:
    assert [int(each) for each in limits_around(10.5, 5)] == [11, 12, 10]
    assert [int(each) for each in limits_around(10, 5)] == [10, 11, 10]


def test_days_that_are_not_final_and_strangers_have_no_status() -> None:
    noon = SyntheticSource(clock("2025-11-21T16:59"), "17:00")
    fetched = noon.fetch_status(StatusRequest(("600000.SH", "999999.SH"), "20251101", "20261231"))
    assert fetched.frame["trade_date"].max() == "20251120"
    assert set(fetched.frame["code"]) == {"600000.SH"}
    nothing = fetch("510300.SH", "000300.SH", "999999.SH").frame
    assert list(nothing.columns) == ["code", "trade_date", *COLUMNS]
    assert len(nothing) == 0


def test_the_source_says_that_it_has_a_status() -> None:
    assert isinstance(SOURCE, HasStatus)
    assert SOURCE.status_start() == START
    assert fetch("600000.SH", start="20100101").frame["trade_date"].min() == START
