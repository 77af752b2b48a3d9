"""Storing what a source delivered: good bars, and days without one."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from marketdata.blocks.days import days_of
from marketdata.catalog.calendar import trading_days
from marketdata.ingest.report import IngestReport
from marketdata.sources.source import BarRequest, FetchedBars, Halt
from tests.support.frames import FUTURE, STOCK, bar, frame_of, future_bar
from tests.unit.ingest.market import WEEK, Market

CLOSES = [6.5, 6.6, 6.7]


def test_good_bars_come_back_as_they_were() -> None:
    market = Market()
    bars = [bar(trade_date=day, close=6.55 + at / 100) for at, day in enumerate(WEEK)]
    stored = market.take(reversed(bars))
    assert stored == IngestReport(bars=4, blocks=1)
    block, rows = market.block(STOCK, "600000.SH", "2024")
    assert rows == [
        {name: value for name, value in each.items() if name != "code"} for each in bars
    ]
    assert block.rows == 4
    assert market.days() == {"present": WEEK}


def test_the_same_batch_twice_writes_nothing_the_second_time() -> None:
    market = Market()
    bars = [bar(trade_date=day) for day in WEEK[1:]]
    halted: dict[str, dict[str, Halt]] = {"600000.SH": {WEEK[0]: "suspended"}}
    first = market.take(bars, "600000.SH", "000001.SZ", halted=halted)
    again = market.take(bars, "600000.SH", "000001.SZ", halted=halted)
    assert (first.bars, first.blocks) == (3, 2)
    assert (again.bars, again.blocks) == (3, 0)
    assert market.store.table.writes == 2


def test_a_range_over_a_new_year_goes_into_two_blocks() -> None:
    market = Market()
    days = trading_days("SH", "20231228", "20240105")
    assert market.take([bar(trade_date=day) for day in days], start="20231228").blocks == 2
    assert market.days(part="2023") == {"present": ["20231228", "20231229"]}
    assert market.days(part="2024") == {"present": WEEK}


def test_days_without_a_bar_are_absent_with_their_reason() -> None:
    market = Market()
    halted = {"600000.SH": {WEEK[1]: "suspended", WEEK[2]: "no_trade", "20240101": "suspended"}}
    market.take([bar(trade_date=WEEK[0])], halted=halted)
    assert market.days() == {
        "present": WEEK[:1],
        "absent": WEEK[1:],
        "suspended": [WEEK[1]],
        "no_trade": [WEEK[2]],
    }


def test_a_bar_on_a_suspended_day_counts() -> None:
    market = Market()
    bars = [bar(trade_date=day) for day in WEEK]
    market.take(bars, halted={"600000.SH": {WEEK[0]: "suspended"}})
    assert market.days() == {"present": WEEK}


def test_a_day_without_a_bar_never_undoes_a_stored_one() -> None:
    market = Market()
    market.take([bar(trade_date=day) for day in WEEK])
    assert market.take([]).blocks == 0
    assert market.days() == {"present": WEEK}


def test_a_bar_takes_the_place_of_an_absent_day_and_of_an_older_bar() -> None:
    market = Market()
    market.take([bar(trade_date=WEEK[0])])
    stored = market.take([bar(trade_date=day, close=6.65) for day in WEEK[:2]])
    assert (stored.bars, stored.blocks) == (2, 1)
    assert market.days() == {"present": WEEK[:2], "absent": WEEK[2:]}
    assert [row["close"] for row in market.block(STOCK, "600000.SH", "2024")[1]] == [6.65, 6.65]


def test_nothing_is_absent_outside_of_a_life() -> None:
    market = Market()
    market.take([], "000001.SZ", "600001.SH")
    assert market.days("000001.SZ") == {"absent": WEEK[2:]}
    assert market.days("600001.SH") == {"absent": WEEK[:2]}


def test_nothing_is_absent_before_the_source_begins() -> None:
    market = Market(coverage_start=WEEK[3])
    market.take([])
    assert market.days() == {"absent": WEEK[3:]}


def test_of_a_code_that_is_not_in_the_catalog_only_bars_are_known() -> None:
    market = Market()
    market.take([bar(code="688001.SH", trade_date=WEEK[0])], "688001.SH", "688002.SH")
    assert market.days("688001.SH") == {"present": WEEK[:1]}
    assert market.days("688002.SH") == {}


def test_of_a_code_that_failed_nothing_is_absent() -> None:
    market = Market()
    bars = [bar(trade_date=WEEK[0])]
    stored = market.take(bars, "600000.SH", "600001.SH", failed={"600000.SH": "no permission"})
    assert stored == IngestReport(bars=1, blocks=2, failed={"600000.SH": "no permission"})
    assert market.days("600000.SH") == {"present": WEEK[:1]}
    assert market.days("600001.SH") == {"absent": WEEK[:2]}


def test_days_that_are_not_final_are_neither_stored_nor_marked() -> None:
    market = Market(final_until=WEEK[1])
    bars = [bar(trade_date=day) for day in WEEK[1:3]]
    stored = market.take(bars, halted={"600000.SH": {WEEK[3]: "suspended"}})
    assert stored == IngestReport(bars=1, blocks=1)
    assert market.days() == {"present": [WEEK[1]], "absent": [WEEK[0]]}


def test_no_final_day_at_all_writes_nothing() -> None:
    market = Market(final_until="20231229")
    assert market.take([bar(trade_date=day) for day in WEEK]) == IngestReport()
    assert market.store.table.writes == 0


def test_a_futures_day_without_a_trade_is_a_bar() -> None:
    market = Market()
    untraded = {"open": 0.0, "high": 0.0, "low": 0.0, "volume": 0.0}
    nulls = {"open": math.nan, "high": math.nan, "low": math.nan, "volume": 0.0}
    bars = [
        future_bar(trade_date=WEEK[0], **untraded),
        future_bar(trade_date=WEEK[1], **nulls),
        future_bar(trade_date=WEEK[2], close=6400.0),
        future_bar(trade_date=WEEK[3]),
    ]
    request = BarRequest(FUTURE, ("V2401.DCE",), "20240101", "20240107")
    stored = market.ingest(FetchedBars(frame_of(FUTURE, bars)), request)
    assert stored == IngestReport(bars=4, blocks=1)
    block, rows = market.block(FUTURE, "V2401.DCE", "2024")
    assert days_of("2024", block.coverage.close_outside) == [WEEK[2]]
    assert [row["open"] for row in rows] == [0.0, None, 6600.0, 6600.0]


@settings(deadline=None)
@given(fetches=st.lists(st.lists(st.tuples(st.sampled_from(WEEK), st.sampled_from(CLOSES)))))
def test_what_is_stored_is_the_last_good_bar_of_each_day(
    fetches: list[list[tuple[str, float]]],
) -> None:
    market = Market()
    newest: dict[str, float] = {}
    for fetch in fetches:
        market.take([bar(trade_date=day, close=close) for day, close in fetch])
        closes = {day: {close for each, close in fetch if each == day} for day, _ in fetch}
        newest |= {day: close for day, (close, *others) in closes.items() if not others}
    block, rows = market.block(STOCK, "600000.SH", "2024")
    assert {row["trade_date"]: row["close"] for row in rows} == newest
    assert days_of("2024", block.coverage.present) == sorted(newest)
    assert block.coverage.present & block.coverage.absent == 0
