"""Sessions: counts and starts of bars."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketdata.blocks.dataset import Kind, Period
from marketdata.catalog.calendar import trading_days
from marketdata.catalog.sessions import (
    DAY_ONLY,
    MINUTES,
    NIGHTS,
    STOCK_HOURS,
    bar_times,
    bars_per_day,
    sessions,
)
from tests.support.real_files import REAL

REAL_MINUTES = REAL / "stock/min1/600009.SH.csv"

INTRADAY = [period for period in Period if period.intraday]
FUTURES = [
    *(("CFE", code) for code in ("IF2403", "T2403", "IM", "TS")),
    *(("SHF", code) for code in ("RB2405", "AU2406", "CU", "WR")),
    *(("DCE", "M2405"), ("DCE", "LH2405"), ("CZC", "TA405"), ("INE", "SC2405"), ("GFE", "LC2407")),
]


def count(market: str, code: str, day: str, period: Period = Period.MIN1) -> int | None:
    return bars_per_day(Kind.FUTURE, market, code, period, day)


@pytest.mark.parametrize("kind", [Kind.STOCK, Kind.INDEX, Kind.ETF])
def test_a_stock_day_has_240_minutes(kind: Kind) -> None:
    found = [bars_per_day(kind, "SH", "600000.SH", period, "20240102") for period in INTRADAY]
    assert found == [240, 48, 16, 8, 4]
    assert bars_per_day(kind, "SH", "600000.SH", Period.MIN1, "20160104") is None
    assert bars_per_day(kind, "SH", "600000.SH", Period.MIN1, "19951211") is None


@pytest.mark.parametrize(
    ("code", "day", "minutes"),
    [
        ("IF1509.CFE", "20150907", 270),
        ("IF1509.CFE", "20150918", 255),  # its last day ended at 15:00 like the stocks
        ("IF", "20150918", 270),
        ("IF1603.CFE", "20160105", 240),
        ("IF1603.CFE", "20160104", None),  # the circuit breaker
        ("IF2403.CFE", "20240315", 240),
        ("T2009.CFE", "20200717", 270),
        ("T2009.CFE", "20200720", 255),
        ("T2409.CFE", "20240913", 120),  # bonds end at noon on their last day
        ("TF1603.CFE", "20160311", 135),
        ("TF1603.CFE", "20160104", 270),
        ("T9912.CFE", "20240102", 255),  # the calendar does not reach its last day
        ("XX2403.CFE", "20240102", None),
    ],
)
def test_financial_futures(code: str, day: str, minutes: int | None) -> None:
    assert count("CFE", code, day) == minutes


@pytest.mark.parametrize(
    ("market", "code", "day", "minutes"),
    [
        ("SHF", "RB2405.SHF", "20240108", 225 + 120),
        ("SHF", "CU2405.SHF", "20240108", 225 + 240),
        ("SHF", "AU2406.SHF", "20240108", 225 + 330),
        ("SHF", "AU1406.SHF", "20130708", 225 + 330),  # the first night session of all
        ("SHF", "AU1406.SHF", "20130705", 225),
        ("SHF", "RB1501.SHF", "20141229", None),  # its hours changed twice
        ("DCE", "V2205.DCE", "20220104", 225),  # after New Year's Day
        ("DCE", "V2205.DCE", "20220105", 225 + 120),
        ("CZC", "TA409.CZC", "20240219", 225),  # after the Spring Festival
        ("CZC", "TA409.CZC", "20240506", 225),  # after Labour Day
        ("CZC", "TA409.CZC", "20240507", 225 + 120),
        ("SHF", "AU2006.SHF", "20200203", 225),  # the epidemic
        ("SHF", "AU2006.SHF", "20200506", 225),
        ("SHF", "AU2006.SHF", "20200507", 225 + 330),
        ("SHF", "AU1512.SHF", "20150928", None),  # a holiday on a weekend
        ("GFE", "LC2407.GFE", "20240108", 225),
        ("INE", "SC2405.INE", "20240108", 225 + 330),
        ("SHF", "CU0001.SHF", "20000104", None),
        ("SHF", "AD2511.SHF", "20251020", None),
        ("NYM", "CL2405", "20240108", None),
    ],
)
def test_commodity_futures(market: str, code: str, day: str, minutes: int | None) -> None:
    assert count(market, code, day) == minutes


def test_periods_that_do_not_divide_a_stretch_are_unknown() -> None:
    found = [count("SHF", "RB2405.SHF", "20240108", period) for period in INTRADAY]
    assert found == [345, 69, 23, None, None]
    assert count("CFE", "T2406.CFE", "20240108", Period.MIN15) == 17
    assert count("CFE", "T2406.CFE", "20240108", Period.MIN30) is None


def test_daily_bars_are_not_intraday() -> None:
    with pytest.raises(KeyError):
        bars_per_day(Kind.STOCK, "SH", "600000.SH", Period.DAILY, "20240102")


def test_friday_night_belongs_to_monday() -> None:
    segments = sessions(Kind.FUTURE, "SHF", "AU2406.SHF", "20240108")
    assert segments is not None
    times = bar_times(segments, "SHF", "20240108", Period.MIN1)
    assert times[0] == "2024-01-05 21:00:00"
    assert times[179:181] == ("2024-01-05 23:59:00", "2024-01-06 00:00:00")
    assert times[329:331] == ("2024-01-06 02:29:00", "2024-01-08 09:00:00")
    assert times[-1] == "2024-01-08 14:59:00"


def test_the_last_bar_of_a_stretch_is_cut_short() -> None:
    segments = sessions(Kind.FUTURE, "GFE", "LC2407.GFE", "20240108")
    assert segments is not None
    times = bar_times(segments, "GFE", "20240108", Period.MIN60)
    assert [time[11:16] for time in times] == ["09:00", "10:00", "10:30", "13:30", "14:30"]


def test_no_variety_is_in_both_tables() -> None:
    assert not DAY_ONLY & NIGHTS.keys()


@settings(deadline=None)
@given(
    st.sampled_from(FUTURES),
    st.sampled_from(INTRADAY),
    st.sampled_from(trading_days("SH", "20110104", "20261231")),
)
def test_starts_rise_and_are_as_many_as_counted(
    future: tuple[str, str], period: Period, day: str
) -> None:
    market, code = future
    if market in ("INE", "GFE") and day < "20221223":
        return
    segments = sessions(Kind.FUTURE, market, code, day)
    if segments is None:
        assert count(market, code, day, period) is None
        return
    times = bar_times(segments, market, day, period)
    assert all(one < two for one, two in pairwise(times))
    assert times[-1][:10].replace("-", "") == day
    counted = count(market, code, day, period)
    assert counted in (None, len(times))
    if period is Period.MIN1:
        assert counted == sum(end - start for start, end, _ in segments)
    assert len(times) >= sum(end - start for start, end, _ in segments) / MINUTES[period]


@pytest.mark.skipif(
    not REAL_MINUTES.exists(), reason="the real bars of ../shared/data/market are absent"
)
def test_real_minutes_start_when_they_should() -> None:
    days: dict[str, set[str]] = {}
    for line in REAL_MINUTES.read_text().splitlines()[1:]:
        days.setdefault(line[:8], set()).add(line.split(",")[1])
    for day, times in days.items():
        expected = set(bar_times(STOCK_HOURS, "SH", day, Period.MIN1))
        assert times <= expected
        # Of this source the minute before the closing auction is known to be missing.
        assert {time[11:] for time in expected - times} == {"14:57:00"}
