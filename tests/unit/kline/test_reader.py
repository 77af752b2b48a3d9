"""The read path: what is answered, what is claimed about it, and what is fetched for it."""

import pytest

from marketdata.blocks.dataset import Kind, Period
from marketdata.catalog.calendar import trading_days
from marketdata.catalog.securities import Catalog, Security
from marketdata.details import Detail
from marketdata.errors import (
    InvalidInputError,
    NotFoundError,
    UpstreamBusyError,
    UpstreamFaultError,
    UpstreamTimeoutError,
)
from marketdata.kline.bars import BarDataset
from tests.support.answers import content_of
from tests.support.bar_cache import STOCKS, WEEK, BarCache, days, envelope
from tests.support.frames import bar

YEAR = trading_days("SH", "20230101", "20231231")


def test_what_is_stored_is_answered_without_the_source() -> None:
    cache = BarCache()
    cache.fill(["600000.SH", "000001.SZ"], "20240101", "20240131")
    answer = envelope(cache.read("000001.SZ", "600000.SH"))
    row = {name: value for name, value in bar().items() if name != "code"}
    assert list(answer["data"]) == ["000001.SZ", "600000.SH"]
    assert answer["data"]["600000.SH"] == [row | {"trade_date": day} for day in WEEK]
    assert (answer["code"], answer["message"]) == (200, "success")
    assert answer["meta"] == {
        "complete": True,
        "expected": 8,
        "returned": 8,
        "missing": {},
        "absent": {},
        "unconfirmed": {},
        "outside": {},
        "short": {},
        "unknown_sessions": {},
        "close_outside": {},
        "rejected": {},
        "unfinished": [],
        "pending": [],
        "unknown_codes": [],
        "source": "cache",
        "upstream": "files",
        "warnings": [],
        "warning_details": [],
    }
    assert cache.calls == []


def test_unknown_codes_never_fail_the_others() -> None:
    cache = BarCache()
    reading = cache.read("600999.SH", "600000.SH", "000300.SH", kinds=frozenset({Kind.STOCK}))
    assert list(reading.rows) == ["600000.SH"]
    assert reading.meta["unknown_codes"] == ["600999.SH", "000300.SH"]


def test_nothing_but_unknown_codes_is_an_error() -> None:
    with pytest.raises(NotFoundError, match=r"600999\.SH, 000300\.SH"):
        BarCache().read("600999.SH", "000300.SH", kinds=frozenset({Kind.STOCK}))


def test_a_small_gap_is_fetched() -> None:
    cache = BarCache()
    reading = cache.read()
    assert cache.calls == [(["600000.SH"], WEEK[0], WEEK[-1])]
    assert days(reading) == WEEK
    assert (reading.meta["source"], reading.meta["complete"]) == ("upstream", True)
    again = cache.read()
    assert (again.meta["source"], len(cache.calls)) == ("cache", 1)
    assert again.rows == reading.rows


def test_a_gap_beside_stored_bars_makes_a_mixed_answer() -> None:
    cache = BarCache()
    cache.fill(["600000.SH"], WEEK[0], WEEK[1])
    reading = cache.read()
    assert cache.calls == [(["600000.SH"], WEEK[2], WEEK[3])]
    assert (days(reading), reading.meta["source"]) == (WEEK, "mixed")


def test_days_that_the_source_has_not_are_absent_and_asked_for_once() -> None:
    cache = BarCache()
    cache.halted = set(WEEK)
    for _ in range(2):
        reading = cache.read()
        assert reading.rows == {"600000.SH": b""}
        assert reading.meta["absent"]["600000.SH"] == [
            {"date": day, "reason": "suspended"} for day in WEEK
        ]
        assert (reading.meta["expected"], reading.meta["returned"]) == (4, 0)
        assert (reading.meta["complete"], reading.meta["source"]) == (True, "cache")
    assert len(cache.calls) == 1


def test_a_write_of_a_moment_ago_is_seen() -> None:
    """The read after a fetch must not be answered from a copy of the table that lags behind."""
    cache = BarCache()
    cache.fill(["600000.SH"], WEEK[0], WEEK[1])
    cache.store.table.stale = dict(cache.store.table.items)
    assert days(cache.read()) == WEEK


def test_a_large_gap_is_left_to_a_task() -> None:
    cache = BarCache()
    cache.fill(["600000.SH"], YEAR[0], YEAR[9])
    reading = cache.read(start="20100101", end=YEAR[-1])
    assert days(reading) == YEAR[:10]
    assert cache.calls == []
    (warning,) = reading.meta["warnings"]
    assert "/cache/fill-missing" in warning.message
    assert reading.meta["complete"] is False
    first, second = reading.meta["missing"]["600000.SH"]
    assert (first, second) == (["20100104", "20221230"], [YEAR[10], YEAR[-1]])
    lacking = sum(len(trading_days("SH", *run)) for run in (first, second))
    assert reading.meta["expected"] == reading.meta["returned"] + lacking


@pytest.mark.parametrize("error", [UpstreamBusyError, UpstreamTimeoutError, UpstreamFaultError])
def test_a_source_that_fails_never_fails_a_read(error: type[UpstreamBusyError]) -> None:
    cache = BarCache()
    cache.fill(["600000.SH"], WEEK[0], WEEK[1])
    cache.fault = error("not now")
    reading = cache.read("600000.SH", "000001.SZ")
    assert (days(reading), reading.rows["000001.SZ"]) == (WEEK[:2], b"")
    assert reading.meta["missing"] == {
        "600000.SH": [[WEEK[2], WEEK[3]]],
        "000001.SZ": [[WEEK[0], WEEK[3]]],
    }
    said = "some gaps were not fetched: not now"
    assert reading.meta["warnings"] == [Detail("gaps_not_fetched", said, {"cause": error.key})]
    assert (reading.meta["source"], reading.meta["complete"]) == ("cache", False)


def test_days_outside_of_a_life_are_explained() -> None:
    cache = BarCache()
    reading = cache.read("600001.SH", "001300.SZ")
    assert reading.meta["outside"] == {
        "600001.SH": [{"from": WEEK[2], "to": WEEK[3], "reason": "delisted"}],
        "001300.SZ": [{"from": WEEK[0], "to": WEEK[1], "reason": "not_listed"}],
    }
    assert (reading.meta["expected"], reading.meta["returned"]) == (4, 4)
    assert reading.meta["complete"] is True


def test_each_kind_has_its_own_first_day() -> None:
    cache = BarCache()
    reading = cache.read("600000.SH", "000300.SH")
    assert days(reading, "000300.SH") == WEEK[1:]
    assert reading.meta["outside"] == {
        "000300.SH": [{"from": WEEK[0], "to": WEEK[0], "reason": "before_coverage"}]
    }
    assert reading.meta["returned"] == 7


def test_days_that_are_not_final_are_pending() -> None:
    cache = BarCache(final_until=WEEK[1])
    reading = cache.read(end="20240110")
    assert days(reading) == WEEK[:2]
    assert reading.meta["pending"] == [[WEEK[2], "20240110"]]
    assert (reading.meta["expected"], reading.meta["missing"]) == (2, {})


def test_a_question_about_the_future() -> None:
    cache = BarCache(final_until="20231229")
    reading = cache.read()
    assert reading.rows == {"600000.SH": b""}
    assert reading.meta["pending"] == [[WEEK[0], WEEK[3]]]
    assert (reading.meta["expected"], cache.calls) == (0, [])


def test_one_calendar_serves_markets_of_different_age() -> None:
    """Beijing's begins on 20211115; what others lack before it is one range all the same."""
    cache = BarCache()
    cache.fault = UpstreamBusyError("not now")
    codes = ("832000.BJ", "600000.SH")
    reading = cache.read(*codes, start="20211101", end="20211119")
    assert reading.meta["missing"] == {
        "832000.BJ": [["20211115", "20211119"]],
        "600000.SH": [["20211101", "20211119"]],
    }


def test_a_range_over_years_is_one_run_of_rows() -> None:
    cache = BarCache()
    reading = cache.read(start="20231228", end="20240103")
    assert days(reading) == ["20231228", "20231229", "20240102", "20240103"]
    assert envelope(reading)["meta"]["returned"] == 4


def test_only_blocks_of_a_life_are_read() -> None:
    cache = BarCache()
    cache.read("600000.SH", "001300.SZ", start="00010101", end="99991231")
    years: dict[str, list[str]] = {}
    for key, year in cache.store.table.asked:
        years.setdefault(key.rpartition("#")[2], []).append(year)
    assert years == {
        "600000.SH": [str(year) for year in range(1999, 2025)],
        "001300.SZ": ["2024"],
    }


@pytest.mark.parametrize(
    ("codes", "period"), [(1, Period.MIN1), (7, Period.MIN5), (300, Period.DAILY)]
)
def test_what_would_not_fit_into_memory_is_refused(codes: int, period: Period) -> None:
    cache = BarCache()
    securities = [Security(f"{at:06}.SZ", "", Kind.STOCK, "SZ") for at in range(codes)]
    cache.catalog = Catalog(securities, "", "files", {})
    names = [security.code for security in securities]
    with pytest.raises(InvalidInputError, match="at most 1,000,000") as caught:
        cache.read(*names, start="20000101", end="20241231", period=period)
    assert caught.value.field == "end_date"
    assert cache.store.table.asked == []


def test_a_damaged_block_is_fetched_again() -> None:
    cache = BarCache()
    codes = ["600000.SH", "000001.SZ"]
    cache.fill(codes, WEEK[0], WEEK[3])
    cache.store.table.items["stock.daily#600000.SH", "2024"]["data"] = b"?"
    cache.fault = UpstreamBusyError("not now")
    reading = cache.read(*codes)
    assert (days(reading), days(reading, "000001.SZ")) == ([], WEEK)
    assert reading.meta["missing"] == {"600000.SH": [[WEEK[0], WEEK[3]]]}
    cache.fault = None
    assert days(cache.read(*codes)) == WEEK
    assert cache.read(*codes).meta["source"] == "cache"


def test_minutes_of_one_day() -> None:
    cache = BarCache()
    minutes = BarDataset(Kind.STOCK, Period.MIN60)
    for day in WEEK:
        stamp = f"{day[:4]}-{day[4:6]}-{day[6:]}"
        for hour in ("09:30", "10:30", "13:00", "14:00"):
            cache.fill(["600000.SH"], day, day, minutes, kline_time=f"{stamp} {hour}:00")
    reading = cache.read(start=WEEK[1], end=WEEK[2], period=Period.MIN60)
    times = [row["kline_time"] for row in reading.parsed("600000.SH")]
    assert (times[0], times[-1]) == ("2024-01-03 09:30:00", "2024-01-04 14:00:00")
    assert (reading.meta["expected"], reading.meta["returned"]) == (8, 8)
    assert reading.meta["complete"] is True


def test_the_order_of_kinds_means_nothing() -> None:
    cache = BarCache()
    cache.fill(["600000.SH"], WEEK[0], WEEK[3])
    assert content_of(cache.read(kinds=frozenset(reversed(list(STOCKS))))).etag == (
        content_of(cache.read()).etag
    )


@pytest.mark.parametrize(
    ("end", "period", "unfinished"),
    [
        ("20240103", Period.WEEKLY, [["20240102", "20240103"]]),
        ("20240104", Period.WEEKLY, [["20240102", "20240104"]]),
        ("20240105", Period.WEEKLY, []),
        ("20240107", Period.WEEKLY, []),
        ("20240110", Period.WEEKLY, [["20240108", "20240110"]]),
        ("20240110", Period.MONTHLY, [["20240102", "20240110"]]),
        ("20240131", Period.MONTHLY, []),
        # The last two days of March 2024 were a weekend.
        ("20240329", Period.MONTHLY, []),
        ("20240328", Period.MONTHLY, [["20240301", "20240328"]]),
        # A week before a holiday ends with its last trading day: 20240209 was a closed Friday.
        ("20240208", Period.WEEKLY, []),
        ("20240103", Period.DAILY, []),
    ],
)
def test_a_week_or_month_that_later_days_belong_to_is_unfinished(
    end: str, period: Period, unfinished: list[list[str]]
) -> None:
    reading = BarCache().read(start="20240102", end=end, period=period)
    assert reading.meta["unfinished"] == unfinished
    assert reading.meta["complete"] is True


def test_a_week_is_unfinished_while_its_days_are_not_final() -> None:
    reading = BarCache(final_until=WEEK[1]).read(end="20240107", period=Period.WEEKLY)
    assert reading.meta["unfinished"] == [[WEEK[0], WEEK[1]]]
    assert reading.meta["pending"] == [[WEEK[2], WEEK[3]]]
    assert BarCache("20231229").read(period=Period.WEEKLY).meta["unfinished"] == []
    assert BarCache(WEEK[1]).read(period=Period.DAILY).meta["unfinished"] == []
