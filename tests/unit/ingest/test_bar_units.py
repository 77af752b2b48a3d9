"""Units and adjusted prices: judged over all bars of a code, never by a single one."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.catalog.calendar import trading_days
from marketdata.ingest.bar_units import Units, judge_units
from marketdata.kline.bars import BarDataset
from marketdata.sources.files.source import FileSource
from marketdata.sources.source import BarRequest
from tests.support.clocks import clock
from tests.support.real_files import REAL, Folder

CODE, OTHER, B_SHARE = "688001.SH", "688002.SH", "900901.SH"
DAYS = trading_days("SH", "20240102", "20240628")
NOW = clock("2025-11-21T18:00")


def days(count: int, code: str = CODE, **columns: Any) -> pd.DataFrame:
    """Make days of a stock whose mean price is its own."""
    draw = np.random.default_rng(count)
    price = 40 + draw.normal(0, 0.5, count).cumsum().round(2)
    volume = draw.integers(2_000, 900_000, count).astype(float)
    frame = {
        "code": code,
        "trade_date": DAYS[:count],
        "open": price,
        "high": price * 1.02,
        "low": price * 0.98,
        "close": price,
        "volume": volume,
        "amount": (price * 1.003 * volume).round(2),
    }
    return pd.DataFrame({**frame, **columns})


def scaled(frame: pd.DataFrame, places: list[int], factor: float) -> pd.DataFrame:
    """Multiply the amounts of some bars."""
    return frame.assign(
        amount=frame["amount"].where(~frame.index.isin(places), lambda a: a * factor)
    )


def minutes(volume: Any, price: float = 40.0) -> pd.DataFrame:
    """Make minutes of a day, with prices that hardly move."""
    count = len(volume)
    times = [f"2024-01-02 {at // 60:02}:{at % 60:02}:00" for at in range(570, 570 + count)]
    prices = {"open": price, "high": price + 0.02, "low": price - 0.02, "close": price}
    sold = {"volume": np.asarray(volume, dtype=float), "amount": price * np.asarray(volume)}
    return pd.DataFrame(
        {"code": CODE, "trade_date": "20240102", "kline_time": times, **prices, **sold}
    )


def judge(frame: pd.DataFrame, dataset: str = "stock.daily") -> Units:
    codes = tuple(frame["code"].unique())
    return judge_units(frame, BarRequest(BarDataset.parse(dataset), codes, "20240101", "20241231"))


def verdict(frame: pd.DataFrame, dataset: str = "stock.daily") -> str:
    """Say what is found of a frame of one code: all of its bars have the same fate."""
    units = judge(frame, dataset)
    wrong, adjusted = set(units.wrong), set(units.adjusted)
    assert len(wrong) == len(adjusted) == 1
    assert wrong != {True} or adjusted != {True}
    return "wrong_unit" if wrong == {True} else "adjusted_prices" if adjusted == {True} else ""


@pytest.mark.parametrize("count", [1, 2, 4, 5, 60, 100])
def test_genuine_bars(count: int) -> None:
    assert verdict(days(count)) == ""
    assert not judge(days(count)).outliers.any()


@pytest.mark.parametrize("count", [1, 2, 4, 5, 9, 100])
@pytest.mark.parametrize(
    ("volume", "amount"),
    [
        (100, 1),  # lots
        (10_000, 1),
        (1, 1_000),  # thousands of yuan
        (1, 10_000),
        (100, 1_000),  # lots and thousands: a factor of 10 is left
        (100, 10_000),
        (1, 1 / 100),  # fen
        (1 / 100, 1),
        (1, 1e8),
    ],
)
@pytest.mark.parametrize("dataset", ["stock.daily", "etf.daily", "stock.min1"])
def test_another_unit_of_a_whole_code(
    count: int, volume: float, amount: float, dataset: str
) -> None:
    frame = days(count).assign(kline_time=DAYS[:count])
    frame["volume"] = np.maximum(frame["volume"] // volume, 1)
    frame["amount"] /= amount
    if volume == 10_000:
        # A day of less than 10,000 shares is not to be told from one of many.
        frame["amount"] = frame["volume"] * 10_000 * frame["close"]
    assert verdict(frame, dataset) == "wrong_unit"
    assert verdict(frame.sample(frac=1, random_state=1), dataset) == "wrong_unit"
    for other in ("index.daily", "future.daily"):
        assert verdict(frame, other) == ""


def test_one_code_in_another_unit_costs_no_other() -> None:
    lots = days(9).assign(volume=lambda frame: frame["volume"] // 100)
    units = judge(pd.concat([days(9, OTHER), lots], ignore_index=True))
    assert units.wrong.tolist() == [False] * 9 + [True] * 9


def test_a_unit_that_changes_within_the_batch() -> None:
    frame = days(20)
    frame.loc[10:, "volume"] //= 100
    assert verdict(frame) == "wrong_unit"


@pytest.mark.parametrize("count", [2, 5, 9, 100])
@pytest.mark.parametrize("factor", [100, 1.3])
def test_a_single_bar_that_is_off_is_kept_and_counted(count: int, factor: float) -> None:
    frame = scaled(days(count), [1], factor)
    assert verdict(frame) == ""
    assert np.flatnonzero(judge(frame).outliers).tolist() == [1]


def test_two_of_five_days_with_block_trades_are_kept_and_three_are_no_chance() -> None:
    frame = scaled(days(30), [4, 5, 9, 13, 14], 0.9)
    assert verdict(frame) == ""
    assert judge(frame).outliers.sum() == 5
    assert verdict(scaled(frame, [7], 0.9)) == "adjusted_prices"


def test_bars_that_are_off_to_both_sides_are_kept() -> None:
    frame = scaled(scaled(days(30), [4, 6], 0.9), [5, 7], 1.1)
    assert verdict(frame) == ""


@pytest.mark.parametrize("rounded", [np.floor, np.rint])
@given(volumes=st.lists(st.integers(200, 6000), min_size=240, max_size=240))
def test_minutes_rounded_to_lots_are_kept(rounded: Any, volumes: list[int]) -> None:
    """STAR stocks trade single shares: 18 of 240 real minutes leave [low, high] by 5 %."""
    exact = minutes(volumes)
    frame = exact.assign(volume=rounded(exact["volume"] / 100) * 100)
    judged = judge(frame, "stock.min1")
    assert not (judged.wrong | judged.adjusted | judged.outliers).any()


def test_an_amount_of_zero_or_null_is_not_judged() -> None:
    for unknown in (0.0, np.nan):
        assert verdict(days(9, amount=unknown)) == ""
        assert verdict(days(9, volume=unknown)) == ""
    assert judge(days(9)[:0]).wrong.size == 0


@pytest.mark.parametrize("count", [2, 5, 9, 100])
def test_prices_with_a_constant_factor_are_adjusted(count: int) -> None:
    frame = days(count)
    for name in ("open", "high", "low", "close"):
        frame[name] *= 0.55
    assert verdict(frame) == "adjusted_prices"
    assert verdict(frame.assign(code=B_SHARE)) == ""


def test_prices_with_a_factor_that_drifts_are_adjusted() -> None:
    """Forward-adjusted: the newest prices are genuine, the older ones less and less."""
    frame = days(9)
    factor = np.array([0.1, 0.11, 0.5, 0.6, 0.6, 0.9, 1, 1, 1])
    for name in ("open", "high", "low", "close"):
        frame[name] *= factor
    assert verdict(frame) == "adjusted_prices"


@pytest.mark.parametrize(("factor", "found"), [(0.97, "adjusted_prices"), (0.99, "")])
def test_small_dividends_show_on_average(factor: float, found: str) -> None:
    frame = days(100)
    for name in ("open", "high", "low", "close"):
        frame[name] *= factor
    assert not judge(frame).outliers.any()
    assert verdict(frame) == found


@pytest.mark.skipif(not REAL.exists(), reason="the real bars of ../shared/data/market are absent")
def test_a_real_history() -> None:
    """26 years with amounts: as they are, in lots, in thousands of yuan, and adjusted."""
    wanted = BarRequest(BarDataset.parse("stock.daily"), ("600000.SH",), "19991110", "20250805")
    frame = FileSource(Folder(REAL), NOW, "17:00").fetch_bars(wanted).frame
    assert len(frame) > 6000
    years = frame["trade_date"].str[:4]
    adjusted = frame.copy()
    grown = 1.02 ** (years.astype(int) - 2025)
    for name in ("open", "high", "low", "close"):
        adjusted[name] = (frame[name] * grown).round(2)
    for each in [None, *sorted(years.unique())]:
        part = slice(None) if each is None else years == each
        bars = frame[part].reset_index(drop=True)
        assert verdict(bars) == ""
        assert not judge(bars).outliers.any()
        assert verdict(bars.assign(volume=bars["volume"] // 100)) == "wrong_unit"
        assert verdict(bars.assign(amount=bars["amount"] / 1000)) == "wrong_unit"
        if each is None or each < "2023":
            few = len(bars) < 60
            assert few or verdict(adjusted[part].reset_index(drop=True)) == "adjusted_prices"
