"""Days that lack bars of several minutes: computed from stored minutes, or told to be missing."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketdata.blocks.block import BlockKey
from marketdata.blocks.coverage import Coverage
from marketdata.blocks.dataset import Kind, Period
from marketdata.blocks.silences import Silence
from marketdata.catalog.calendar import TRADING
from marketdata.catalog.securities import Catalog
from marketdata.catalog.sessions import STOCK_HOURS, bar_times, bars_per_day
from marketdata.details import messages
from marketdata.errors import UpstreamBusyError
from marketdata.kline import computed
from marketdata.kline.bars import BarDataset
from marketdata.kline.last_bars import LastBars
from marketdata.kline.reader import KlineQuestion
from marketdata.kline.rows import RowSet
from marketdata.sources.source import BarRequest, FetchedBars, Halt
from marketdata.sources.synthetic.source import SyntheticSource
from tests.support.bar_cache import STOCKS, WEEK, BarCache, days
from tests.support.clocks import clock
from tests.support.frames import bar, frame_of

CODE = "600000.SH"
ONE = BarDataset(Kind.STOCK, Period.MIN1)
FIVE = BarDataset(Kind.STOCK, Period.MIN5)
SOURCE = SyntheticSource(clock("2025-11-21T18:00"), "17:00")
SECURITIES = SOURCE.list_securities().securities


class MinuteCache(BarCache):
    """A cache whose source has no bars of five minutes, unless it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.fault = UpstreamBusyError("not now")

    def put(
        self,
        dataset: BarDataset,
        wanted: Iterable[str],
        *,
        without: Iterable[str] = (),
        **values: Any,
    ) -> None:
        """Store all bars of some days but those of some times, "HH:MM"."""
        left_out = {f"{time}:00" for time in without}
        bars = [
            bar(trade_date=day, kline_time=time, **values)
            for day in wanted
            for time in bar_times(STOCK_HOURS, "SH", day, dataset.period)
            if time[11:] not in left_out
        ]
        request = BarRequest(dataset, (CODE,), WEEK[0], WEEK[-1])
        self.take(request, FetchedBars(frame_of(dataset, bars), {}))

    def halt(self, day: str, why: Halt) -> None:
        """Store that the source says why a day has no minutes."""
        fetched = FetchedBars(frame_of(ONE, []), {CODE: {day: why}})
        self.take(BarRequest(ONE, (CODE,), day, day), fetched)

    def five(self, start: str = WEEK[0], end: str = WEEK[-1]) -> RowSet:
        return self.read(start=start, end=end, period=Period.MIN5)

    def last(self, count: int, **changes: Any) -> RowSet:
        question = KlineQuestion(STOCKS, [CODE], "", WEEK[-1], Period.MIN5, **changes)
        return LastBars(count)(self.reader(), question)


def asked_of(cache: BarCache) -> set[str]:
    return {str(key[0]).partition("#")[0] for key in cache.store.table.asked}


def test_stored_bars_count_and_what_they_lack_is_computed() -> None:
    cache = MinuteCache()
    cache.put(ONE, WEEK)
    cache.put(FIVE, WEEK[:2], volume=7.0, amount=46.2)
    rows = cache.five()
    volumes = {row["trade_date"]: row["volume"] for row in rows.parsed(CODE)}
    assert volumes == {WEEK[0]: 7, WEEK[1]: 7, WEEK[2]: 500, WEEK[3]: 500}
    assert rows.meta["complete"] is True
    assert (rows.meta["returned"], rows.meta["expected"]) == (4 * 48, 4 * 48)
    assert (rows.meta["computed_from"], rows.meta["source"]) == ("min1", "cache")
    assert rows.meta["computed"] == {CODE: [[WEEK[2], WEEK[3]]]}
    assert not cache.calls


def test_minutes_are_not_looked_at_where_nothing_lacks() -> None:
    cache = MinuteCache()
    cache.put(ONE, WEEK)
    cache.put(FIVE, WEEK)
    cache.store.table.asked.clear()
    rows = cache.five()
    assert rows.meta["complete"] is True
    assert "computed" not in rows.meta
    assert "computed_from" not in rows.meta
    assert asked_of(cache) == {"stock.min5"}


def test_half_a_day_of_minutes_makes_half_a_day() -> None:
    cache = MinuteCache()
    cache.put(ONE, WEEK, without=["14:57"])
    rows = cache.five()
    assert rows.meta["complete"] is False
    assert rows.meta["short"] == {CODE: WEEK}
    assert rows.meta["missing"] == {}
    assert rows.meta["computed"] == {CODE: [[WEEK[0], WEEK[-1]]]}
    assert (rows.meta["returned"], rows.meta["expected"]) == (4 * 47, 4 * 48)
    assert not any(row["kline_time"].endswith("14:55:00") for row in rows.parsed(CODE))
    assert cache.calls, "the source may have what the minutes lack"


def test_a_short_day_is_replaced_by_whole_minutes_and_never_by_short_ones() -> None:
    cache = MinuteCache()
    cache.put(FIVE, WEEK[:2], without=["10:00"], volume=7.0, amount=46.2)
    cache.put(ONE, WEEK[:1])
    cache.put(ONE, WEEK[1:2], without=["14:57"])
    rows = cache.five(end=WEEK[1])
    volumes = [row["volume"] for row in rows.parsed(CODE)]
    assert volumes == [500] * 48 + [7] * 47
    assert rows.meta["short"] == {CODE: [WEEK[1]]}
    assert rows.meta["computed"] == {CODE: [[WEEK[0], WEEK[0]]]}


def test_a_day_without_one_bar_of_all_its_minutes_is_missing() -> None:
    cache = MinuteCache()
    cache.put(ONE, WEEK[:1], without=[f"{h:02}:{m:02}" for h in range(24) for m in range(0, 60, 5)])
    rows = cache.five(end=WEEK[0])
    assert rows.meta["missing"] == {CODE: [[WEEK[0], WEEK[0]]]}
    assert (rows.meta["short"], rows.rows[CODE]) == ({}, b"")


@pytest.mark.parametrize("why", ["suspended", "no_trade"])
def test_what_the_source_said_of_minutes_holds_for_longer_bars(why: Halt) -> None:
    cache = MinuteCache()
    cache.put(ONE, [WEEK[0], *WEEK[2:]])
    cache.halt(WEEK[1], why)
    rows = cache.five()
    assert rows.meta["absent"] == {CODE: [{"date": WEEK[1], "reason": why}]}
    assert rows.meta["complete"] is True
    assert days(rows)[::48] == [WEEK[0], *WEEK[2:]]
    assert not cache.calls


def test_a_source_that_has_the_longer_bars_is_asked_for_what_cannot_be_computed() -> None:
    cache = MinuteCache()
    cache.put(ONE, WEEK[:2])
    cache.fault = None
    cache.five(end=WEEK[2])
    assert cache.calls == [([CODE], WEEK[2], WEEK[2])]


def test_hours_that_nobody_knows_are_not_cut() -> None:
    cache = MinuteCache()
    broken = "20160104"
    times = [f"2016-01-04 09:{minute}:00" for minute in range(30, 59)]
    bars = [bar(trade_date=broken, kline_time=time) for time in times]
    cache.take(BarRequest(ONE, (CODE,), broken, broken), FetchedBars(frame_of(ONE, bars), {}))
    rows = cache.five(broken, broken)
    assert rows.meta["missing"] == {CODE: [[broken, broken]]}
    assert "computed" not in rows.meta


def test_damaged_minutes_are_reported_and_none_of_them_is_used() -> None:
    cache = MinuteCache()
    cache.put(ONE, WEEK)
    (key,) = cache.store.table.items
    item = cache.store.table.items[key]
    item["data"] = bytes(item["data"])[:-3]
    rows = cache.five()
    assert rows.meta["missing"] == {CODE: [[WEEK[0], WEEK[-1]]]}
    assert cache.reported == [BlockKey("stock.min1", CODE, "2024-01")]


def test_too_many_days_are_left_to_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    cache = MinuteCache()
    cache.put(ONE, WEEK)
    monkeypatch.setattr(computed, "MOST_DAYS", 3)
    rows = cache.five()
    assert rows.meta["missing"] == {CODE: [[WEEK[0], WEEK[-1]]]}
    assert rows.meta["complete"] is False
    assert computed.TOO_MANY in messages(rows.meta["warnings"])
    assert asked_of(cache) == {"stock.min1", "stock.min5"}  # the former as it was put


@pytest.mark.parametrize("count", [1, 48, 50, 100, 144])
def test_the_last_bars_may_be_computed_ones(count: int) -> None:
    cache = MinuteCache()
    cache.put(ONE, [WEEK[0], *WEEK[2:]])
    cache.put(FIVE, WEEK[3:])
    cache.halt(WEEK[1], "suspended")
    everything = cache.five().parsed(CODE)
    rows = cache.last(count)
    assert rows.parsed(CODE) == everything[-count:]
    assert rows.meta["complete"] is True
    assert ("computed" in rows.meta) is (count > 48)
    assert not cache.calls


def test_only_days_that_are_asked_for_are_computed() -> None:
    cache = MinuteCache()
    cache.put(ONE, WEEK)
    member = {CODE: [(WEEK[1], WEEK[1]), (WEEK[3], WEEK[3])]}
    question = KlineQuestion(STOCKS, [CODE], WEEK[0], WEEK[-1], Period.MIN5, member)
    rows = cache.reader().read(question)
    assert sorted(set(days(rows))) == [WEEK[1], WEEK[3]]
    assert rows.meta["computed"] == {CODE: [[WEEK[1], WEEK[1]], [WEEK[3], WEEK[3]]]}


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_every_day_is_as_the_better_of_both_has_it(data: st.DataObject) -> None:
    states = st.lists(st.sampled_from(["none", "short", "whole"]), min_size=4, max_size=4)
    fives, ones = data.draw(states, "fives"), data.draw(states, "ones")
    cache = MinuteCache()
    for day, five, one in zip(WEEK, fives, ones, strict=True):
        if five != "none":
            away = ["10:00"] if five == "short" else []
            cache.put(FIVE, [day], without=away, volume=7.0, amount=46.2)
        if one != "none":
            cache.put(ONE, [day], without=["10:00"] if one == "short" else [])
    rows = cache.five()
    found: dict[str, list[int | None]] = {day: [] for day in WEEK}
    for row in rows.parsed(CODE):
        found[row["trade_date"]].append(row["volume"])
    expected = {
        day: [7] * 48
        if five == "whole"
        else [500] * 48
        if one == "whole"
        else [7] * 47
        if five == "short"
        else [500] * 47
        if one == "short"
        else []
        for day, five, one in zip(WEEK, fives, ones, strict=True)
    }
    assert found == expected
    assert rows.meta["complete"] is all(len(each) == 48 for each in expected.values())
    assert rows.meta["returned"] == sum(map(len, expected.values()))


SAMPLES = [
    (Kind.STOCK, "600012.SH", "20240102", "20240110"),
    (Kind.INDEX, "000300.SH", "20240102", "20240105"),
    (Kind.FUTURE, "IF2401.CFE", "20240108", "20240119"),
    (Kind.FUTURE, "T2406.CFE", "20240603", "20240607"),
    (Kind.FUTURE, "RB2405.SHF", "20240102", "20240105"),
    (Kind.FUTURE, "AG2404.SHF", "20240207", "20240220"),
    (Kind.FUTURE, "LC2407.GFE", "20240102", "20240105"),
    (Kind.FUTURE, "SA411.CZC", "20240102", "20240115"),
]


@lru_cache(maxsize=16)
def of_source(kind: Kind, period: Period, code: str, start: str, end: str) -> BarCache:
    """Return a cache that has what the synthetic market has, and a source that is busy."""
    cache = BarCache()
    cache.catalog = Catalog(SECURITIES, "", "synthetic", {})
    cache.fault = UpstreamBusyError("not now")
    request = BarRequest(BarDataset(kind, period), (code,), start, end)
    cache.take(request, SOURCE.fetch_bars(request))
    return cache


@pytest.mark.parametrize("period", [period for period in Period if period.finer])
@pytest.mark.parametrize(("kind", "code", "start", "end"), SAMPLES)
def test_computed_bars_are_those_that_the_source_gives(
    kind: Kind, code: str, start: str, end: str, period: Period
) -> None:
    def read(stored: Period) -> RowSet:
        cache = of_source(kind, stored, code, start, end)
        return cache.read(code, start=start, end=end, period=period, kinds=frozenset({kind}))

    source, rows = read(period), read(Period.MIN1)
    market = code.partition(".")[2]
    if bars_per_day(kind, market, code, period, TRADING.days(market, start, end)[0]) is None:
        # Sources differ in how they cut what is left of a stretch, so nobody guesses.
        assert "computed" not in rows.meta
        assert rows.rows[code] == b""
        return
    assert rows.rows[code] == source.rows[code]
    assert rows.meta["complete"] is source.meta["complete"] is True
    assert rows.meta["absent"] == source.meta["absent"]
    assert rows.meta["expected"] == source.meta["expected"]


def test_a_belief_ends_with_bars_and_remains_asked_with_some_of_them() -> None:
    silences = (Silence(0b111, 5, 1),)
    shorter = Coverage(present=0b011, short=0b010)
    filled = Coverage(silences=silences).filled_from(shorter, 0b111, 0b111)
    assert (filled.present, filled.short, filled.unconfirmed) == (0b011, 0b010, 0b100)
    assert filled.asked_since(5) == 0b110
