"""Rows that say that nothing was traded: no bars, no bad bars, and days with a reason."""

import math
from collections.abc import Mapping
from typing import Any

import pytest

from marketdata.blocks.dataset import Kind, Period
from marketdata.ingest.bar_sift import Sifted, sift
from marketdata.kline.bars import BarDataset
from marketdata.sources.source import BarRequest, Halt
from tests.support.frames import (
    FUTURE,
    INDEX,
    MINUTES,
    STOCK,
    UNTRADED,
    bar,
    frame_of,
    minute_bar,
)
from tests.unit.ingest.market import WEEK, Market

NAN = math.nan
FUND = BarDataset(Kind.ETF, Period.DAILY)
NIGHTS = BarDataset(Kind.FUTURE, Period.MIN1)


def row(*values: float) -> dict[str, float]:
    """Give the values of a row in the order of a file."""
    names = ("open", "high", "low", "close", "volume", "amount")
    return dict(zip(names, values, strict=True))


SPELT = {
    "zeros and a last price": row(0, 0, 0, 10.16, 0, 0),
    "four times the last price": row(6.49, 6.49, 6.49, 6.49, 0, 0),
    "the day before once more": row(6.6, 6.7, 6.5, 6.6, 0, 0),
    "empty prices": row(NAN, NAN, NAN, NAN, 0, 0),
    "empty amount": row(6.49, 6.49, 6.49, 6.49, 0, NAN),
    "a speck for a volume": row(6.49, 6.49, 6.49, 6.49, 5.9e-39, 0),
    "specks": row(5.9e-39, 5.9e-39, 5.9e-39, 6.49, 5.9e-39, 5.9e-39),
    "zeros": row(0, 0, 0, 0, 0, 0),
}
SAYS_NOTHING = {
    "nothing at all": row(NAN, NAN, NAN, NAN, NAN, NAN),
    "zeros without a volume": row(0, 0, 0, 0, NAN, NAN),
}


def sifted(dataset: BarDataset, *bars: Mapping[str, Any], **halted: dict[str, Halt]) -> Sifted:
    codes = ("600000.SH", "000300.SH", "V2401.DCE")
    request = BarRequest(dataset, codes, "20230101", "20240131")
    days = {"600000.SH": halted["halted"]} if halted else {}
    return sift(frame_of(dataset, bars), request, days)


@pytest.mark.parametrize("values", [*SPELT.values(), *SAYS_NOTHING.values()])
def test_a_suspended_day_is_suspended_however_it_is_spelt(values: dict[str, float]) -> None:
    market = Market()
    bars = [bar(trade_date=WEEK[0]), bar(trade_date=WEEK[1], **values)]
    halted: dict[str, dict[str, Halt]] = {"600000.SH": {WEEK[1]: "suspended"}}
    stored = market.take(bars, halted=halted)
    assert (stored.bars, stored.quarantined) == (1, {})
    assert market.days()["suspended"] == [WEEK[1]]
    assert market.days()["present"] == [WEEK[0]]
    assert "no_trade" not in market.days()


@pytest.mark.parametrize("values", SPELT.values(), ids=SPELT)
def test_another_day_without_a_volume_had_no_trade(values: dict[str, float]) -> None:
    market = Market()
    stored = market.take([bar(trade_date=WEEK[0]), bar(trade_date=WEEK[1], **values)])
    assert (stored.bars, stored.quarantined) == (1, {})
    assert market.days()["no_trade"] == [WEEK[1]]
    assert market.days()["present"] == [WEEK[0]]
    assert sifted(FUND, bar(**values)).halted == {"600000.SH": {"20240102": "no_trade"}}


@pytest.mark.parametrize("values", SAYS_NOTHING.values(), ids=SAYS_NOTHING)
def test_a_row_that_says_nothing_is_no_row(values: dict[str, float]) -> None:
    found = sifted(STOCK, bar(**values))
    assert (len(found.good), len(found.bad), found.halted) == (0, 0, {})


def test_prices_that_differ_without_a_volume_are_told() -> None:
    found = sifted(STOCK, bar(volume=0.0, amount=0.0), bar(trade_date="20240103"))
    (note,) = found.notes
    assert note.startswith("1 row without a volume")


def test_a_volume_on_a_suspended_day_is_a_bar() -> None:
    assert len(sifted(STOCK, bar(), halted={"20240102": "suspended"}).good) == 1


@pytest.mark.parametrize(
    ("reason", "values"),
    [
        ("not_a_number", row(6.49, 6.49, 6.49, 6.49, NAN, NAN)),
        ("negative", row(6.6, 6.7, -6.5, 6.6, 0, 0)),
        ("prices_out_of_order", row(0, 0, 0, 6.6, 100, 660)),
        ("not_a_number", row(NAN, NAN, NAN, 6.6, 100, 660)),
    ],
)
def test_what_is_no_day_without_a_trade_stays_bad(reason: str, values: dict[str, float]) -> None:
    found = sifted(STOCK, bar(**values))
    assert (list(found.bad["reason"]), found.halted) == ([reason], {})


def test_days_that_nobody_trades_on_may_be_filled_up() -> None:
    quiet = SPELT["four times the last price"]
    found = sifted(STOCK, bar(trade_date="20240101", **quiet), bar())
    assert (len(found.good), len(found.bad), found.halted) == (1, 0, {})
    # Rows of another day's form, or of another code, are never passed over.
    strange = [bar(trade_date="2024-01-02", **quiet), bar(code="600001.SH", **quiet)]
    assert len(sifted(STOCK, *strange).bad) == 2


def test_a_source_without_volumes_traded_all_the_same() -> None:
    """Prices that change day by day were traded at; what was filled up repeats itself."""
    days = ["20240102", "20240103", "20240104", "20240105", "20240108"]
    none = {"volume": 0.0, "amount": 0.0}
    bars = [bar(trade_date=day, close=6.51 + at / 100, **none) for at, day in enumerate(days)]
    found = sifted(STOCK, *bars)
    assert len(found.good) == 5
    assert found.good[["volume", "amount"]].isna().all(axis=None)
    assert len(sifted(STOCK, *bars[:4]).good) == 0
    assert len(sifted(STOCK, *(bar(trade_date=day, **none) for day in days)).good) == 0
    repeated = [*bars[:3], *({**bars[2], "trade_date": day} for day in days[3:])]
    assert len(sifted(STOCK, *repeated).good) == 5
    twice = [*repeated, {**bars[2], "trade_date": "20240109"}]
    assert len(sifted(STOCK, *twice).good) == 0
    assert len(sifted(STOCK, *bars, halted={"20240108": "suspended"}).good) == 4
    assert len(sifted(STOCK, *bars, bar(trade_date="20240109")).good) == 1


def test_an_index_has_a_value_on_every_day() -> None:
    found = sifted(INDEX, bar(code="000300.SH", **SPELT["zeros"]))
    assert (list(found.bad["reason"]), found.halted) == (["prices_out_of_order"], {})


@pytest.mark.parametrize(("settle", "good"), [(6610.0, 1), (0.0, 0), (NAN, 0)])
def test_a_settle_makes_a_futures_day_a_bar(settle: float, good: int) -> None:
    found = sifted(FUTURE, {**UNTRADED, "settle": settle})
    assert (len(found.good), len(found.bad)) == (good, 0)
    assert found.halted == ({} if good else {"V2401.DCE": {"20230117": "no_trade"}})


def test_minutes_without_a_price_are_not_there() -> None:
    quiet = minute_bar("09:31", **row(6.6, 6.6, 6.6, 6.6, 0, 0))
    empty = [minute_bar("09:32", **values) for values in (SPELT["zeros"], SPELT["empty prices"])]
    found = sifted(MINUTES, minute_bar("09:30"), quiet, empty[0], minute_bar("09:33"), empty[1])
    assert list(found.good["kline_time"].str[11:16]) == ["09:30", "09:31", "09:33"]
    assert (len(found.bad), found.halted) == (0, {})
    assert list(found.good["volume"]) == [100, 0, 100]


def test_minutes_of_a_suspended_day_without_a_volume_are_no_bars() -> None:
    quiet = [minute_bar(f"09:{at}", **row(6.6, 6.6, 6.6, 6.6, 0, 0)) for at in range(30, 40)]
    assert len(sifted(MINUTES, *quiet, halted={"20240102": "suspended"}).good) == 0
    assert len(sifted(MINUTES, *quiet, halted={"20240103": "suspended"}).good) == 10
    # Suspended in the course of the day.
    some = [*quiet, minute_bar("10:00")]
    assert len(sifted(MINUTES, *some, halted={"20240102": "suspended"}).good) == 11
