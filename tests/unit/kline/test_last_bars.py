"""The last bars of each code: exactly so many, and honest about what is missing among them."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from marketdata.blocks.block import BlockKey
from marketdata.blocks.dataset import Kind, Period
from marketdata.catalog.calendar import trading_days
from marketdata.details import messages
from marketdata.errors import InvalidInputError, NotFoundError, UpstreamFaultError
from marketdata.kline import last_bars
from marketdata.kline import reader as reader_module
from marketdata.kline.bars import BarDataset
from marketdata.kline.last_bars import LastBars
from marketdata.kline.reader import NOT_GIVEN, KlineQuestion
from marketdata.kline.resample import first_day_of
from marketdata.kline.rows import RowSet
from tests.support.bar_cache import STOCKS, BarCache, days

YEARS = trading_days("SH", "20210101", "20241231")
END = "20240628"


def last(
    cache: BarCache,
    count: int,
    *codes: str,
    end: str = END,
    period: Period = Period.DAILY,
    **changes: Any,
) -> RowSet:
    """Ask for the last bars."""
    question = KlineQuestion(STOCKS, codes or ("600000.SH",), "", end, period)
    return LastBars(count)(replace(cache.reader(), **changes), question)


def until(day: str, count: int) -> list[str]:
    return [each for each in YEARS if each <= day][-count:]


@pytest.mark.parametrize("count", [1, 5, 118, 119, 250, 400])
def test_exactly_so_many_bars_end_on_the_day(count: int) -> None:
    cache = BarCache()
    cache.fill(["600000.SH"], "20210101", "20241231")
    rows = last(cache, count)
    wanted = until(END, count)
    assert days(rows) == wanted
    assert rows.meta["first"] == {"600000.SH": wanted[0]}
    assert (rows.meta["complete"], rows.meta["expected"], rows.meta["returned"]) == (
        True,
        count,
        count,
    )
    assert cache.calls == []


def test_suspended_days_do_not_count() -> None:
    cache = BarCache()
    cache.halted = set(until(END, 60)[:50])
    cache.fill(["600000.SH"], "20210101", "20241231")
    rows = last(cache, 20)
    assert days(rows) == until(END, 70)[:10] + until(END, 10)
    assert rows.meta["complete"]
    assert rows.meta["expected"] == 70
    assert {each["date"] for each in rows.meta["absent"]["600000.SH"]} == cache.halted


def test_a_code_with_fewer_bars_has_all_it_has() -> None:
    cache = BarCache()
    cache.fill(["600000.SH", "001300.SZ", "600001.SH"], "20210101", "20241231")
    rows = last(cache, 120, "001300.SZ", "600000.SH", "600001.SH", "999999.SH")
    assert days(rows, "001300.SZ") == trading_days("SH", "20240104", END)
    assert days(rows, "600000.SH") == until(END, 120)
    assert days(rows, "600001.SH") == until("20240103", 120)
    assert rows.meta["unknown_codes"] == ["999999.SH"]
    assert rows.meta["complete"]
    assert rows.meta["first"]["001300.SZ"] == "20240104"


def test_missing_days_are_fetched() -> None:
    cache = BarCache()
    cache.fill(["600000.SH"], "20240601", "20241231")
    rows = last(cache, 30)
    assert days(rows) == until(END, 30)
    assert (rows.meta["source"], rows.meta["complete"]) == ("mixed", True)
    assert cache.calls == [(["600000.SH"], until(END, 30)[0], "20240531")]


def test_a_hole_is_named_and_older_bars_stand_in() -> None:
    cache = BarCache()
    hole = until(END, 20)[10]
    cache.fill(["600000.SH"], "20210101", until(END, 20)[9])
    cache.fill(["600000.SH"], until(END, 20)[11], "20241231")
    cache.fault = UpstreamFaultError("no")
    rows = last(cache, 20)
    assert days(rows) == [day for day in until(END, 21) if day != hole]
    assert not rows.meta["complete"]
    assert rows.meta["missing"] == {"600000.SH": [[hole, hole]]}
    assert rows.meta["warnings"]


def test_a_code_of_which_nothing_is_stored_lacks_only_so_many_days() -> None:
    cache = BarCache()
    cache.fault = UpstreamFaultError("no")
    rows = last(cache, 20)
    assert days(rows) == []
    assert rows.meta["missing"] == {"600000.SH": [[until(END, 20)[0], END]]}
    assert (rows.meta["first"], rows.meta["complete"], rows.meta["expected"]) == ({}, False, 20)


def test_without_an_end_it_is_the_last_final_day() -> None:
    cache = BarCache(final_until="20240610")
    cache.fill(["600000.SH"], "20240101", "20240610")
    rows = last(cache, 3, end=NOT_GIVEN)
    assert days(rows) == until("20240610", 3)
    assert rows.meta["pending"] == []
    later = last(cache, 3, end="20240612")
    assert days(later) == days(rows)
    assert later.meta["pending"] == [["20240611", "20240612"]]


@pytest.mark.parametrize("period", [Period.WEEKLY, Period.MONTHLY])
@pytest.mark.parametrize("count", [1, 2, 26, 60])
def test_whole_weeks_and_months_count(period: Period, count: int) -> None:
    cache = BarCache()
    cache.fill(["600000.SH"], "20160101", "20241231")
    everything = cache.read(start="20160101", end=END, period=period)
    rows = last(cache, count, period=period)
    assert rows.parsed("600000.SH") == everything.parsed("600000.SH")[-count:]
    assert rows.meta["expected"] == rows.meta["returned"] == count
    assert rows.meta["complete"]


MINUTES = BarDataset(Kind.STOCK, Period.MIN60)
TIMES = ("09:30:00", "10:30:00", "13:00:00", "14:00:00")


def put_hours(cache: BarCache, day: str, *times: str) -> None:
    for time in times:
        moment = f"{day[:4]}-{day[4:6]}-{day[6:]} {time}"
        cache.fill(["600000.SH"], day, day, MINUTES, kline_time=moment)


def hours(rows: RowSet) -> list[str]:
    return [str(row["kline_time"]) for row in rows.parsed("600000.SH")]


def test_the_first_day_of_minutes_may_be_cut() -> None:
    cache = BarCache()
    shown = until(END, 4)
    for day in shown:
        put_hours(cache, day, *TIMES)
    rows = last(cache, 10, period=Period.MIN60)
    wanted = [f"{day[:4]}-{day[4:6]}-{day[6:]} {time}" for day in shown[1:] for time in TIMES]
    assert hours(rows) == wanted[2:]
    assert rows.meta["first"] == {"600000.SH": shown[1]}
    assert (rows.meta["expected"], rows.meta["returned"], rows.meta["complete"]) == (10, 10, True)


def test_a_short_day_is_named_and_older_hours_stand_in() -> None:
    cache = BarCache()
    cache.fault = UpstreamFaultError("no")
    shown = until(END, 5)
    for day in shown:
        put_hours(cache, day, *(TIMES if day != shown[3] else TIMES[:1]))
    rows = last(cache, 12, period=Period.MIN60)
    assert len(hours(rows)) == 12
    assert rows.meta["first"] == {"600000.SH": shown[1]}
    assert rows.meta["short"] == {"600000.SH": [shown[3]]}
    assert not rows.meta["complete"]


@given(
    st.sets(st.integers(0, 117), max_size=60),
    st.integers(1, 80),
    st.sampled_from([Period.DAILY, Period.WEEKLY, Period.MONTHLY]),
)
@example(set(), 26, Period.WEEKLY)
def test_it_is_the_end_of_the_whole_history(halted: set[int], count: int, period: Period) -> None:
    """Whatever days are suspended, the answer is the end of the answer for all days."""
    cache = BarCache()
    shown = until(END, 118)
    cache.halted = {shown[place] for place in halted}
    cache.fill(["600000.SH"], shown[0], END)
    cache.fault = UpstreamFaultError("no")
    everything = cache.read(start="20210101", end=END, period=period).parsed("600000.SH")
    rows = last(cache, count, period=period)
    assert rows.parsed("600000.SH") == everything[-count:]
    # Nothing is stored of the years before, nor of the first week or month what lies before.
    since = first_day_of(everything[-count:][0]["trade_date"], period)
    known = cache.read(start=since, end=END, period=period).meta["complete"]
    assert rows.meta["complete"] is (len(everything) >= count and known)


def test_no_block_is_read_twice_or_in_vain() -> None:
    cache = BarCache()
    cache.fill(["600000.SH"], "20210101", "20241231")
    asked: list[list[BlockKey]] = []
    read = cache.store.read

    class Counting:
        def read(self, keys: Any, *, fresh: bool = False) -> Any:
            asked.append(list(keys))
            return read(asked[-1], fresh=fresh)

    last(cache, 100, store=Counting())
    assert [key.part for keys in asked for key in keys] == ["2024"]


def test_what_no_function_could_hold_is_refused() -> None:
    with pytest.raises(NotFoundError):
        last(BarCache(), 5, "999999.SH")
    with pytest.raises(InvalidInputError, match="at most 1,000,000 bars"):
        last(BarCache(), reader_module.MOST_BARS, "600000.SH", "000001.SZ")


# ---------------------------------------------------------------------------------------
# What is found out on the way
# ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("halted", [1, 10, 20, 25, 60])
def test_suspensions_that_only_the_source_knows_do_not_count(halted: int) -> None:
    cache = BarCache()
    cache.halted = set(until(END, halted))
    rows = last(cache, 20)
    assert days(rows) == until(END, 20 + halted)[:20]
    assert (rows.meta["complete"], rows.meta["returned"]) == (True, 20)
    again = last(cache, 20)
    assert (again.rows, again.meta["source"]) == (rows.rows, "cache")


def test_what_was_not_looked_for_is_not_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(last_bars, "PASSES", 2)
    cache = BarCache()
    cache.halted = set(until(END, 200))
    rows = last(cache, 20)
    assert rows.meta["returned"] < 20
    assert not rows.meta["complete"]
    assert "older days were not looked at" in rows.meta["warnings"][-1].message


@settings(max_examples=60, deadline=None)
@given(
    st.sets(st.integers(0, 117), max_size=90),
    st.sets(st.integers(0, 117), max_size=90),
    st.integers(1, 60),
    st.sampled_from([Period.DAILY, Period.WEEKLY]),
)
def test_whatever_is_stored_the_answer_is_the_end_of_the_history(
    halted: set[int], stored: set[int], count: int, period: Period
) -> None:
    """Some days are stored, the source has the rest and knows which have no bar."""
    shown = until(END, 118)
    whole = BarCache()
    whole.halted = {shown[place] for place in halted}
    whole.fill(["600000.SH"], "20220101", END)
    wanted = whole.read(start="20220101", end=END, period=period).parsed("600000.SH")[-count:]
    cache = BarCache()
    cache.halted = whole.halted
    for place in stored:
        cache.fill(["600000.SH"], shown[place], shown[place])
    rows = last(cache, count, period=period)
    assert rows.parsed("600000.SH") == wanted
    assert rows.meta["complete"]


def test_a_damaged_block_is_stood_in_for() -> None:
    cache = BarCache()
    cache.fill(["600000.SH"], "20210101", "20241231")
    cache.store.table.items["stock.daily#600000.SH", "2024"]["data"] = b"?"
    cache.fault = UpstreamFaultError("no")
    rows = last(cache, 20)
    assert days(rows) == [day for day in YEARS if day <= "20231231"][-20:]
    assert not rows.meta["complete"]
    assert "600000.SH" in rows.meta["missing"]


def test_a_call_has_one_deadline_and_asks_a_source_that_failed_once() -> None:
    cache = BarCache()
    cache.fill(["600000.SH"], "20210101", until(END, 20)[9])
    cache.fill(["600000.SH"], until(END, 20)[11], "20241231")
    cache.fault = UpstreamFaultError("no")
    rows = last(cache, 20)
    assert len(cache.calls) == 1
    assert any("no" in each for each in messages(rows.meta["warnings"]))


def test_nothing_stored_is_not_read_back_to_the_listing() -> None:
    cache = BarCache()
    cache.fault = UpstreamFaultError("no")
    asked: list[BlockKey] = []
    read = cache.store.read

    class Counting:
        def read(self, keys: Any, *, fresh: bool = False) -> Any:
            asked.extend(keys := list(keys))
            return read(keys, fresh=fresh)

    last(cache, 20, "600000.SH", "000001.SZ", store=Counting())
    assert len(asked) < last_bars.LOOKED_AT + 20


def test_a_limit_is_said_of_the_number_that_was_asked_for() -> None:
    with pytest.raises(InvalidInputError) as raised:
        last(BarCache(), reader_module.MOST_BARS // 2, "600000.SH", "000001.SZ", period=Period.MIN1)
    assert raised.value.field == "count"
