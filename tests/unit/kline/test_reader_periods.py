"""Weeks and months."""

import pytest

from marketdata.blocks.dataset import Period
from marketdata.catalog.calendar import trading_days
from marketdata.errors import UpstreamBusyError
from tests.support.bar_cache import WEEK, BarCache, days

JANUARY = trading_days("SH", "20240101", "20240131")


@pytest.mark.parametrize(
    ("period", "labels"),
    [
        (Period.WEEKLY, ["20240105", "20240112", "20240119", "20240126", "20240130"]),
        (Period.MONTHLY, ["20240130"]),
    ],
)
def test_a_week_or_month_is_whole_from_its_first_day_on(period: Period, labels: list[str]) -> None:
    cache = BarCache()
    reading = cache.read(start="20240104", end="20240130", period=period)
    assert days(reading) == labels
    assert cache.calls == [(["600000.SH"], JANUARY[0], "20240130")]
    (first, *_) = reading.parsed("600000.SH")
    assert first["volume"] == 100 * (4 if period is Period.WEEKLY else 21)
    assert reading.meta["expected"] == reading.meta["returned"] == len(labels)
    assert reading.meta["complete"] is True


def test_a_week_that_lacks_a_day_says_so() -> None:
    cache = BarCache()
    cache.fill(["600000.SH"], WEEK[1], "20240112")
    cache.fault = UpstreamBusyError("not now")
    reading = cache.read(start="20240101", end="20240119", period=Period.WEEKLY)
    assert days(reading) == ["20240105", "20240112"]
    assert (reading.meta["expected"], reading.meta["returned"]) == (3, 2)
    assert reading.meta["missing"] == {"600000.SH": [[WEEK[0], WEEK[0]], ["20240115", "20240119"]]}
    assert reading.meta["complete"] is False


def test_a_week_over_new_year_is_counted_once() -> None:
    cache = BarCache()
    reading = cache.read(start="20230102", end="20240105", period=Period.WEEKLY)
    assert reading.meta["expected"] == reading.meta["returned"] == 51
