"""Bars that cannot be right though each is well-formed, and genuine ones that look like it."""

import numpy as np
import pandas as pd
import pytest

from marketdata.blocks.dataset import Kind
from marketdata.ingest.bar_suspicion import compare_neighbours
from marketdata.ingest.bar_units import judge_units
from marketdata.kline.bars import BarDataset
from marketdata.sources.files.source import FileSource
from marketdata.sources.source import BarRequest
from marketdata.sources.synthetic.source import SyntheticSource
from tests.support.clocks import clock
from tests.support.real_files import REAL, Folder

NOW = clock("2025-11-21T18:00")
DAYS = ("20240102", "20240103", "20240104", "20240105")
LOW_VOLUME = 1000
HIGH_VOLUME = 4_321_000
A, B, C = "600000.SH", "600001.SH", "600002.SH"


def request(*codes: str, dataset: str = "stock.daily") -> BarRequest:
    return BarRequest(BarDataset.parse(dataset), codes, "20240101", "20240131")


def bars(code: str, price: float, days: tuple[str, ...] = DAYS, **columns: object) -> pd.DataFrame:
    grown = price * (1 + np.arange(len(days)) / 100)
    volume = LOW_VOLUME + 100 * np.arange(len(days)) + round(price)
    frame = {
        "code": code,
        "trade_date": days,
        "open": grown,
        "high": grown * 1.02,
        "low": grown * 0.99,
        "close": grown,
        "volume": volume,
        "amount": grown * volume,
    }
    return pd.DataFrame({**frame, **columns})


def marked(*frames: pd.DataFrame, dataset: str = "stock.daily") -> dict[str, list[str]]:
    frame = pd.concat(frames, ignore_index=True)
    codes = tuple(frame["code"].unique())
    found = frame[compare_neighbours(frame, request(*codes, dataset=dataset)).shifted]
    return {str(code): sorted(days) for code, days in found.groupby("code")["trade_date"]}


def moved(frame: pd.DataFrame, code: str) -> pd.DataFrame:
    return frame.assign(code=code)


def test_codes_of_their_own_are_left_alone() -> None:
    assert marked(bars(A, 10), bars(B, 11), bars(C, 12)) == {}


@pytest.mark.parametrize("count", [3, 4])
def test_the_same_last_bars_of_neighbours_are_marked_in_both(count: int) -> None:
    a, b = bars(A, 10), bars(B, 11)
    b = pd.concat([b[:-count], moved(a[-count:], B)])
    days = list(DAYS[-count:])
    # In whatever order they come.
    assert marked(a, b.iloc[::-1], bars(C, 12)) == {A: days, B: days}


@pytest.mark.parametrize("answer", [1, 4])
def test_one_equal_bar_is_enough_if_it_tells(answer: int) -> None:
    a = bars(A, 10, volume=HIGH_VOLUME)[-answer:]
    b = pd.concat([bars(B, 11)[-answer:-1], moved(a[-1:], B)])
    assert marked(a, b) == {A: [DAYS[-1]], B: [DAYS[-1]]}


@pytest.mark.parametrize("count", [1, 2])
def test_a_few_equal_bars_of_few_lots_are_chance(count: int) -> None:
    a, b = bars(A, 10), bars(B, 11)
    assert marked(a, pd.concat([b[:-count], moved(a[-count:], B)])) == {}
    assert marked(a[:count], moved(a[:count], B)) == {}


@pytest.mark.parametrize("count", [1, 3])
def test_bars_of_a_code_that_was_suspended_since_are_found_in_the_next_one(count: int) -> None:
    a = bars(A, 10, volume=HIGH_VOLUME)[:3]
    here = moved(a[3 - count :], B)
    b = pd.concat([bars(B, 11)[: 3 - count], here, bars(B, 11)[3:]])
    days = list(DAYS[3 - count : 3])
    assert marked(a, b) == marked(b, a) == {A: days, B: days}


def test_codes_that_are_no_neighbours_are_not_compared() -> None:
    assert marked(bars(A, 10), bars(B, 11), moved(bars(A, 10), C)) == {}


def test_a_code_without_bars_is_no_neighbour() -> None:
    assert marked(bars(A, 10), bars(B, 11, volume=0), moved(bars(A, 10), C)).keys() == {A, C}


def test_one_index_may_be_published_twice() -> None:
    assert marked(bars(A, 10), moved(bars(A, 10), B), dataset="index.daily") == {}


def test_instruments_may_trade_at_one_price_by_chance() -> None:
    flat = bars(A, 10, open=10.0, high=10.0, low=10.0, close=10.0, volume=100, amount=1000.0)
    assert marked(flat, moved(flat, B)) == {}


def test_nothing_is_compared_with_nothing() -> None:
    empty = bars(A, 10)[:0]
    assert compare_neighbours(empty, request(A, B)).shifted.size == 0


WEEKS = ("20240102", "20240103", "20240104", "20240105", "20240108", "20240109")


def twins(*frames: pd.DataFrame) -> list[tuple[str, str]]:
    frame = pd.concat(frames, ignore_index=True)
    return compare_neighbours(frame, request(*frame["code"].unique())).twins


@pytest.mark.parametrize("common", [5, 6])
def test_a_whole_history_under_two_codes_is_a_rename(common: int) -> None:
    a = bars(A, 10, WEEKS)
    b = moved(a[-common:], B)
    assert marked(a, b, bars(C, 12, WEEKS)) == {}
    assert twins(a, b, bars(C, 12, WEEKS)) == [(A, B)]


def test_few_bars_are_no_history() -> None:
    a = bars(A, 10, WEEKS[:4])
    assert marked(a, moved(a, B)).keys() == {A, B}
    assert twins(a, moved(a, B)) == []


def test_one_bar_of_its_own_and_it_is_no_rename() -> None:
    a = bars(A, 10, WEEKS)
    b = pd.concat([bars(B, 11, WEEKS)[:1], moved(a[1:], B)])
    assert marked(a, b) == {A: list(WEEKS[1:]), B: list(WEEKS[1:])}
    assert twins(a, b) == []


def test_one_history_under_three_codes_is_a_fault() -> None:
    a = bars(A, 10, WEEKS)
    assert marked(a, moved(a, B), moved(a, C)).keys() == {A, B, C}
    assert twins(a, moved(a, B), moved(a, C)) == []


@pytest.mark.skipif(not REAL.exists(), reason="the real bars of ../shared/data/market are absent")
@pytest.mark.parametrize("dataset", ["stock.daily", "stock.min1", "index.daily", "future.daily"])
def test_no_genuine_bar_is_suspected(dataset: str) -> None:
    folder = REAL / dataset.replace(".", "/")
    codes = tuple(sorted(path.stem for path in folder.glob("*.csv")))
    wanted = BarRequest(BarDataset.parse(dataset), codes, "19900101", "20251231")
    frame = FileSource(Folder(REAL), NOW, "17:00").fetch_bars(wanted).frame
    assert len(frame) > 4000
    assert not compare_neighbours(frame, wanted).shifted.any()
    units = judge_units(frame, wanted)
    assert not (units.wrong | units.adjusted | units.outliers).any()


@pytest.mark.parametrize("dataset", ["stock.daily", "etf.daily", "stock.min1", "future.min5"])
def test_no_synthetic_bar_is_suspected(dataset: str) -> None:
    source, parsed = SyntheticSource(NOW, "17:00"), BarDataset.parse(dataset)
    listed = [each for each in source.list_securities().securities if each.kind is parsed.kind]
    alive = [each.code for each in listed if each.alive("20251117", "20251121")]
    start = "20251117" if parsed.intraday else "20250101"
    codes = tuple(alive[: 40 if parsed.kind is Kind.STOCK else None])
    wanted = BarRequest(parsed, codes, start, "20251121")
    frame = source.fetch_bars(wanted).frame
    assert len(frame) > 1000
    assert not compare_neighbours(frame, wanted).shifted.any()
    units = judge_units(frame, wanted)
    assert not (units.wrong | units.adjusted | units.outliers).any()
