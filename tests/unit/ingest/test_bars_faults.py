"""Storing what a source delivered piece by piece, twice, at once, or over damage."""

from collections.abc import Iterable

import pandas as pd
import pytest

from marketdata.blocks.block import BlockKey
from marketdata.blocks.dataset import Kind, Period
from marketdata.blocks.days import days_of
from marketdata.catalog.sessions import bar_times, sessions
from marketdata.errors import VersionConflictError
from marketdata.sources.source import BarRequest, FetchedBars, Halt
from tests.support.frames import MINUTES, STOCK, bar, frame_of, minute_bar
from tests.unit.ingest.market import WEEK, Market


class Minutes:
    """A stock's minutes of two days, fetched piece by piece."""

    def __init__(self) -> None:
        self.market = Market()
        self.times = {day: self._times(day) for day in WEEK[:2]}

    @staticmethod
    def _times(day: str) -> list[str]:
        segments = sessions(Kind.STOCK, "SH", "600000.SH", day)
        assert segments is not None
        return [time[11:16] for time in bar_times(segments, "SH", day, Period.MIN1)]

    def take(self, day: str, times: Iterable[str]) -> dict[str, list[str]]:
        bars = [minute_bar(time, trade_date=day) for time in times]
        request = BarRequest(MINUTES, ("600000.SH",), day, day)
        self.market.ingest(FetchedBars(frame_of(MINUTES, bars)), request)
        coverage = self.market.block(MINUTES, "600000.SH", "2024-01")[0].coverage
        names = ("present", "absent", "short")
        return {name: days_of("2024-01", getattr(coverage, name)) for name in names}


def test_a_day_is_short_until_its_minutes_are_all_there() -> None:
    minutes = Minutes()
    first, second = WEEK[:2]
    known = minutes.take(first, minutes.times[first][:100])
    assert known == {"present": [first], "absent": [], "short": [first]}
    known = minutes.take(second, minutes.times[second])
    assert known == {"present": [first, second], "absent": [], "short": [first]}
    # Together with what is stored the day is whole, although neither fetch was.
    known = minutes.take(first, minutes.times[first][90:])
    assert known == {"present": [first, second], "absent": [], "short": []}
    assert minutes.market.block(MINUTES, "600000.SH", "2024-01")[0].rows == 480


def test_a_day_without_a_minute_is_not_believed_at_once() -> None:
    minutes = Minutes()
    assert minutes.take(WEEK[0], []) == {"present": [], "absent": [], "short": []}


def test_another_writer_in_between_loses_nothing() -> None:
    market = Market()
    hooks = [lambda: market.take([bar(trade_date=WEEK[1], close=6.65)])]

    def overtake() -> None:
        if hooks:
            hooks.pop()()

    market.store.table.before_write = overtake
    stored = market.take([bar(trade_date=WEEK[0])])
    assert stored.blocks == 1
    rows = market.block(STOCK, "600000.SH", "2024")[1]
    assert {row["trade_date"]: row["close"] for row in rows} == {WEEK[0]: 6.6, WEEK[1]: 6.65}
    assert market.days() == {"present": WEEK[:2], "absent": WEEK[2:]}


def test_others_that_keep_writing_are_an_error() -> None:
    market = Market()
    closes = iter(range(6501, 6599))

    def overtake() -> None:
        hook, market.store.table.before_write = market.store.table.before_write, lambda: None
        market.take([bar(trade_date=WEEK[1], close=next(closes) / 1000)])
        market.store.table.before_write = hook

    market.store.table.before_write = overtake
    with pytest.raises(VersionConflictError):
        market.take([bar(trade_date=WEEK[0])])


def test_a_block_that_is_damaged_or_contradicts_itself_is_mended() -> None:
    market = Market()
    bars = [bar(trade_date=day) for day in WEEK]
    market.take(bars)
    item = market.store.table.items["stock.daily#600000.SH", "2024"]
    whole = dict(item)
    for wrong in ({"data": b"?"}, {"present": b"\xff\xff\xff"}, {"absent": whole["present"]}):
        item |= whole | wrong
        assert market.take(bars).blocks == 1
        item = market.store.table.items["stock.daily#600000.SH", "2024"]
        assert {name: value for name, value in item.items() if name != "version"} == {
            name: value for name, value in whole.items() if name != "version"
        }


def test_labels_of_the_frame_mean_nothing() -> None:
    frame = frame_of(STOCK, [bar(trade_date=day) for day in WEEK])
    halves = pd.concat([frame[2:].reset_index(drop=True), frame[:2], frame[:1]])
    market = Market()
    stored = market.ingest(
        FetchedBars(halves), BarRequest(STOCK, ("600000.SH",), "20240101", "20240107")
    )
    assert (stored.bars, stored.quarantined) == (4, {})
    assert stored.notes == ["1 row came again, equal in everything: each is stored once"]
    assert market.days() == {"present": WEEK}


def test_of_a_failed_code_only_what_the_source_says_outright_counts() -> None:
    market = Market()
    halted: dict[str, dict[str, Halt]] = {"600000.SH": {WEEK[1]: "suspended"}}
    failed = {"600000.SH": "its rows of some days were lost"}
    market.take([bar(trade_date=WEEK[0])], halted=halted, failed=failed)
    key = BlockKey("stock.daily", "600000.SH", "2024")
    coverage = market.store.read([key], fresh=True)[key].coverage
    assert days_of("2024", coverage.present) == WEEK[:1]
    assert days_of("2024", coverage.absent) == days_of("2024", coverage.suspended) == WEEK[1:2]
    assert coverage.unconfirmed == 0
